// The pod of a Gateway's Envoy: what it mounts, runs and may do.
import { createHash } from "node:crypto";
import type { FilterFile } from "../xds/filter.js";
import { envoyArguments } from "./arguments.js";
import { bootstrap } from "./bootstrap.js";
import { READY_PATH, READY_PORT } from "./ready.js";
import { sdsFiles } from "./tls.js";

export interface PodOptions {
  /** "NS/NAME". */
  readonly gateway: string;
  /** Ports of its listeners; Envoy listens on the same. */
  readonly ports: readonly number[];
  readonly image: string;
  /** The filter in the image. */
  readonly filter: FilterFile;
  /** Where the controller serves xDS, and its name in its certificate. */
  readonly xds: { readonly address: string; readonly port: number; readonly serverName: string };
  /** A Secret with tls.crt, tls.key and ca.crt. */
  readonly tlsSecret: string;
  /** A ConfigMap with the files of bootstrapFiles(). */
  readonly bootstrapConfigMap: string;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Worker threads. */
  readonly concurrency: number;
}

const BOOTSTRAP_DIRECTORY = "/etc/claimgate/bootstrap";
const TLS_DIRECTORY = "/etc/claimgate/tls";
const ADMIN_PORT = 19000;
/** The images' user ("nonroot" of distroless images). */
const USER = 65532;
/** Ports below need a privilege, unless the pod's own network says otherwise (sysctl net.ipv4.ip_unprivileged_port_start). */
const FIRST_UNPRIVILEGED_PORT = 1024;
/** Until everybody who sends requests here has heard that the pod goes. */
const DRAIN_SECONDS = 20;

/** What the ConfigMap has to hold: the bootstrap and what lies beside it. No keys. */
export function bootstrapFiles(options: PodOptions): Record<string, string> {
  const { gateway, xds, filter } = options;
  const files = {
    caFile: `${TLS_DIRECTORY}/ca.crt`,
    certFile: `${TLS_DIRECTORY}/tls.crt`,
    keyFile: `${TLS_DIRECTORY}/tls.key`,
  };
  const tls = { ...files, serverName: xds.serverName, sdsDirectory: BOOTSTRAP_DIRECTORY };
  const { adminPort, readyPort } = ownPorts(options);
  const made = bootstrap({ gateway, xds, adminPort, readyPort, filter, tls });
  return { "bootstrap.json": `${JSON.stringify(made, null, 2)}\n`, ...sdsFiles(files) };
}

/** The PodTemplateSpec. What changes in the bootstrap changes it as well: Envoy reads its bootstrap once. */
export function podTemplate(options: PodOptions): Record<string, unknown> {
  const { image, ports, labels, serviceAccount, concurrency, bootstrapConfigMap, tlsSecret } = options;
  const { readyPort } = ownPorts(options);
  const hash = createHash("sha256")
    .update(JSON.stringify(bootstrapFiles(options)))
    .digest("hex");
  const privileged = ports.some((port) => port < FIRST_UNPRIVILEGED_PORT);
  return {
    metadata: { labels, annotations: { "claimgate.dev/bootstrap-sha256": hash } },
    spec: {
      serviceAccountName: serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: DRAIN_SECONDS + 10,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" },
        ...(privileged ? { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] } : {}),
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: labels },
        },
      ],
      containers: [
        {
          name: "envoy",
          image,
          command: ["/usr/local/bin/envoy"],
          args: [
            ...["-c", `${BOOTSTRAP_DIRECTORY}/bootstrap.json`],
            // Pods are replaced, not restarted in place; it would want shared memory.
            "--disable-hot-restart",
            ...envoyArguments({ concurrency }),
          ],
          ports: [
            ...ports.map((port) => ({ name: `listener-${port}`, containerPort: port, protocol: "TCP" })),
            { name: "ready", containerPort: readyPort, protocol: "TCP" },
          ],
          // And no liveness probe: an Envoy that is restarted while no controller answers loses the configuration it had.
          readinessProbe: { httpGet: { path: READY_PATH, port: "ready" }, periodSeconds: 5, timeoutSeconds: 2 },
          lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
          resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "1Gi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [
            { name: "bootstrap", mountPath: BOOTSTRAP_DIRECTORY, readOnly: true },
            { name: "tls", mountPath: TLS_DIRECTORY, readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "bootstrap", configMap: { name: bootstrapConfigMap } },
        { name: "tls", secret: { secretName: tlsSecret, defaultMode: 0o440 } },
      ],
    },
  };
}

/** Of this pod beside its listeners': the next free ones where a listener has ours. */
function ownPorts({ ports }: PodOptions): { adminPort: number; readyPort: number } {
  const free = (port: number): number => (ports.includes(port) ? free(port + 1) : port);
  return { adminPort: free(ADMIN_PORT), readyPort: free(READY_PORT) };
}
