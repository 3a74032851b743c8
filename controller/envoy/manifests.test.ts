import { expect, test } from "vitest";
import type { Gateway, Listener } from "../api/types.js";
import { gatewayManifests, type ManifestOptions } from "./manifests.js";

const OPTIONS: ManifestOptions = {
  image: "claimgate-envoy:test",
  filter: { path: "/usr/share/claimgate/claimgate.wasm", sha256: "ab".repeat(32) },
  xds: { address: "claimgate.claimgate-system.svc", port: 18000, serverName: "claimgate.claimgate-system.svc" },
  tlsSecret: "http-claimgate-xds-tls",
  replicas: 2,
  concurrency: 2,
};

function gateway(...listeners: Partial<Listener>[]): Gateway {
  return gatewayNamed("http", listeners);
}

function gatewayNamed(name: string, listeners: Partial<Listener>[]): Gateway {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { namespace: "infra", name },
    spec: { gatewayClassName: "claimgate", listeners: listeners as Listener[] },
  };
}

const http = (port: number, more: Partial<Listener> = {}): Partial<Listener> => ({
  ...{ name: `http-${port}`, protocol: "HTTP", port },
  ...more,
});

/** As `kubectl` would get it from YAML. */
interface Manifest {
  kind: string;
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  data: Record<string, string>;
  spec: {
    ports: object[];
    selector: object;
    template: {
      metadata: { labels: object; annotations: Record<string, string> };
      spec: { securityContext: object; containers: { args: string[]; ports: object[] }[] };
    };
  };
}

function manifests(of: Gateway, options: Partial<ManifestOptions> = {}): (kind: string) => Manifest {
  const made = JSON.parse(JSON.stringify(gatewayManifests(of, { ...OPTIONS, ...options }))) as Manifest[];
  return (kind) => made.find((one) => one.kind === kind)!;
}

test("all have the Gateway's namespace and label; Deployment and Service its name", () => {
  const made = gatewayManifests(gateway(http(8080)), OPTIONS) as unknown as Manifest[];
  expect(made.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
    ["ServiceAccount", "infra", "http-claimgate-envoy"],
    ["ConfigMap", "infra", "http-claimgate-envoy"],
    ["Deployment", "infra", "http"],
    ["Service", "infra", "http"],
    ["PodDisruptionBudget", "infra", "http-claimgate-envoy"],
  ]);
  const label = { "gateway.networking.k8s.io/gateway-name": "http" };
  for (const { metadata } of made) expect(metadata.labels).toMatchObject(label);
  const of = manifests(gateway(http(8080)));
  expect(of("Deployment").spec.template.metadata.labels).toEqual(label);
  expect(of("Service").spec.selector).toEqual(label);
});

test("ports are the listeners', each once; what cannot be served has none", () => {
  const listeners = [http(8080), http(8080, { name: "other", hostname: "b" }), http(443, { protocol: "HTTPS" })];
  const of = manifests(gateway(...listeners, http(9000, { protocol: "TCP" })));
  expect(of("Service").spec.ports).toEqual([
    { name: "http-8080", appProtocol: "http", protocol: "TCP", port: 8080, targetPort: 8080 },
    { name: "https-443", appProtocol: "https", protocol: "TCP", port: 443, targetPort: 443 },
  ]);
  expect(of("Deployment").spec.template.spec.containers[0]!.ports).toEqual([
    { name: "listener-8080", containerPort: 8080, protocol: "TCP" },
    { name: "listener-443", containerPort: 443, protocol: "TCP" },
    { name: "ready", containerPort: 19003, protocol: "TCP" },
  ]);
});

test("a user who is not root may have ports below 1024, where there are any", () => {
  const sysctls = [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }];
  const contextOf = (port: number) => manifests(gateway(http(port)))("Deployment").spec.template.spec.securityContext;
  expect(contextOf(80)).toMatchObject({ runAsNonRoot: true, sysctls });
  expect(contextOf(1023)).toMatchObject({ sysctls });
  expect(contextOf(1024)).not.toHaveProperty("sysctls");
});

test("the pod's own ports are not a listener's", () => {
  const of = manifests(gateway(http(19000), http(19003), http(19004)));
  const bootstrap = of("ConfigMap").data["bootstrap.json"]!;
  expect(JSON.parse(bootstrap)).toMatchObject({
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 19001 } } },
    static_resources: { listeners: [{ address: { socket_address: { port_value: 19005 } } }] },
  });
});

test("another bootstrap makes other pods", () => {
  const annotation = (options?: Partial<ManifestOptions>) =>
    manifests(gateway(http(80)), options)("Deployment").spec.template.metadata.annotations;
  expect(annotation()).toEqual(annotation({ replicas: 3 }));
  const filter = { ...OPTIONS.filter, sha256: "cd".repeat(32) };
  expect(annotation({ filter })).not.toEqual(annotation());
});

test.each(["with.dots", "9", "x".repeat(64)])("a Service cannot be called %s", (name) => {
  expect(() => gatewayManifests(gatewayNamed(name, [http(80)]), OPTIONS)).toThrow(
    `Gateway infra/${name}: a Service cannot have this name`,
  );
});

test("without a listener there is nothing to serve", () => {
  expect(() => gatewayManifests(gateway(), OPTIONS)).toThrow("no listener of protocol HTTP or HTTPS");
  const none = [http(0), http(70_000), http(53, { protocol: "UDP" })];
  expect(() => gatewayManifests(gateway(...none), OPTIONS)).toThrow("no listener of protocol HTTP or HTTPS");
});
