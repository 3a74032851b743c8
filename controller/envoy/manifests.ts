// An Envoy for a Gateway as Kubernetes objects: a Deployment and a Service with the Gateway's name, and what they need.
import type { Gateway, Listener } from "../api/types.js";
import { GATEWAY_LABEL } from "../status/gateway.js";
import { bootstrapFiles, podTemplate, type PodOptions } from "./pod.js";

export interface ManifestOptions extends Pick<PodOptions, "image" | "filter" | "xds" | "tlsSecret" | "concurrency"> {
  readonly replicas: number;
}

/** RFC 1035, as Services want it; Gateways may be called more. */
const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** In the order in which they are to be applied. Throws an Error with one line if the Gateway cannot be served so. */
export function gatewayManifests(gateway: Gateway, options: ManifestOptions): Record<string, unknown>[] {
  const { name, namespace = "default" } = gateway.metadata;
  const key = `${namespace}/${name}`;
  if (!SERVICE_NAME.test(name)) {
    throw new Error(
      `Gateway ${key}: a Service cannot have this name (at most 63 of a-z, 0-9 and -, beginning with a letter)`,
    );
  }
  const listeners = servedPorts(gateway.spec?.listeners ?? []);
  if (listeners.size === 0) throw new Error(`Gateway ${key} has no listener of protocol HTTP or HTTPS`);
  const labels = { [GATEWAY_LABEL]: name };
  const metadataOf = (suffix = "") => ({
    name: `${name}${suffix}`,
    namespace,
    labels: { ...labels, "app.kubernetes.io/name": "envoy", "app.kubernetes.io/managed-by": "claimgate" },
  });
  const own = metadataOf("-claimgate-envoy");
  const pod: PodOptions = {
    ...options,
    ...{ gateway: key, labels, ports: [...listeners.keys()] },
    ...{ bootstrapConfigMap: own.name, serviceAccount: own.name },
  };
  const selector = { matchLabels: labels };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: own, automountServiceAccountToken: false },
    { apiVersion: "v1", kind: "ConfigMap", metadata: own, data: bootstrapFiles(pod) },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadataOf(),
      spec: {
        replicas: options.replicas,
        selector,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: podTemplate(pod),
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadataOf(),
      spec: {
        type: "LoadBalancer",
        selector: labels,
        ports: [...listeners].map(([port, protocol]) => ({
          ...{ name: `${protocol}-${port}`, appProtocol: protocol, protocol: "TCP" },
          ...{ port, targetPort: port },
        })),
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: own,
      spec: { maxUnavailable: 1, selector },
    },
  ];
}

/** Ports of the listeners that can be served, with "http" or "https". */
function servedPorts(listeners: readonly Listener[]): Map<number, string> {
  const served = listeners.filter(
    ({ protocol, port }) => ["HTTP", "HTTPS"].includes(protocol) && Number.isInteger(port) && port > 0 && port < 65536,
  );
  return new Map(served.map(({ port, protocol }) => [port, protocol.toLowerCase()]));
}
