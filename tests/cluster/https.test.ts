// HTTPS listeners in Kubernetes mode: Secrets of a real API server, certificates shown by a real Envoy.
import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:http";
import { Agent } from "node:https";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EnvoyProcess } from "../../controller/envoy/process.js";
import { certificateFor, type TestCertificate, tlsSecret } from "../support/certificates.js";
import { Cluster, UPSTREAM_ADDRESS } from "../support/cluster.js";
import { installCrds } from "../support/cluster/crds.js";
import { RunningController } from "../support/controller.js";
import { https1, Https2 } from "../support/https.js";
import { waitFor } from "../support/wait.js";

const PORT = 8443;

let cluster: Cluster;
let upstream: Server;
let controller: RunningController;
let envoy: EnvoyProcess | undefined;
/** Watches of single Secrets that are others', such as kubelets. */
let foreignWatches = 0;
const certificates: TestCertificate[] = [];

beforeAll(async () => {
  for (let i = 0; i < 4; i++) certificates.push(await certificateFor(["a.test"]));
  cluster = await Cluster.start();
  await installCrds(cluster);
  upstream = createServer((_, response) => response.end("upstream\n"));
  await new Promise<void>((resolve) => upstream.listen(8000, UPSTREAM_ADDRESS, resolve));
  await cluster.kubectl.apply(RESOURCES);
  await gateway([LISTENER("a", "{ name: a }")]);
  await secret(0);
  foreignWatches = await watchedSecrets();
  controller = await RunningController.start(cluster.kubeconfig);
  const xds = { address: "127.0.0.1", port: controller.xdsPort };
  envoy = new EnvoyProcess({ gateway: "web/gw", xds, adminPort: 0, concurrency: 1, logLevel: "critical" });
  await envoy.start();
});

afterAll(async () => {
  await envoy?.stop();
  await controller?.stop();
  await cluster?.stop();
  upstream?.close();
});

const RESOURCES = `
apiVersion: v1
kind: Namespace
metadata: { name: claimgate-system }
---
apiVersion: v1
kind: Namespace
metadata: { name: web }
---
apiVersion: v1
kind: Namespace
metadata: { name: certificates }
---
apiVersion: v1
kind: Service
metadata: { name: upstream, namespace: web }
spec: { ports: [{ name: http, port: 8000 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: upstream, namespace: web, labels: { kubernetes.io/service-name: upstream } }
addressType: IPv4
endpoints: [{ addresses: [${UPSTREAM_ADDRESS}] }]
ports: [{ name: http, port: 8000 }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all, namespace: web }
spec:
  parentRefs: [{ name: gw }]
  rules: [{ backendRefs: [{ name: upstream, port: 8000 }] }]
`;
const GRANT = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: gateways, namespace: certificates }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: web }]
  to: [{ group: "", kind: Secret, name: far }]
`;
const LISTENER = (name: string, ref: string) =>
  `{ name: ${name}, port: ${PORT}, protocol: HTTPS, hostname: ${name}.test, tls: { certificateRefs: [${ref}] } }`;

const gateway = (listeners: readonly string[]) =>
  cluster.kubectl.apply(`
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: web }
spec: { gatewayClassName: claimgate, listeners: [${listeners.join(", ")}] }
`);

const secret = (index: number, name = "a", namespace = "web") =>
  cluster.kubectl.apply(tlsSecret(name, certificates[index]!, namespace));

const fingerprint = (index: number) => new X509Certificate(certificates[index]!.certificate).fingerprint256;

/** A new connection is served with this certificate; undefined: there is no handshake. */
const shows = (index: number | undefined, sni = "a.test") =>
  waitFor(`certificate ${index}`, async () => {
    const answer = await https1(PORT, { sni }).catch(() => undefined);
    if (index === undefined) return answer === undefined || undefined;
    return (answer?.status === 200 && answer.certificate === fingerprint(index)) || undefined;
  });

/** What is said of a listener's certificates, "Status(Reason) message". */
async function resolved(name = "a"): Promise<string | undefined> {
  interface Listeners {
    status?: { listeners?: { name: string; conditions: Record<string, string>[] }[] };
  }
  const { status } = await cluster.kubectl.get<Listeners>("gateway", "gw", "-n", "web");
  const conditions = status?.listeners?.find((listener) => listener.name === name)?.conditions ?? [];
  const found = conditions.find(({ type }) => type === "ResolvedRefs");
  return found && `${found["status"]}(${found["reason"]}) ${found["message"]}`;
}

const says = (pattern: RegExp, name?: string) =>
  waitFor(String(pattern), async () => pattern.test((await resolved(name)) ?? "") || undefined);

/** Watches of single Secrets that the API server has open. */
async function watchedSecrets(): Promise<number> {
  const metrics = await cluster.kubectl.run(["get", "--raw", "/metrics"]);
  const open = metrics
    .split("\n")
    .filter((line) => line.startsWith("apiserver_longrunning_requests{") && line.includes('resource="secrets"'))
    .filter((line) => line.includes('scope="resource"') && line.includes('verb="WATCH"'));
  return open.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const watches = (count: number) =>
  waitFor(`${count} watches`, async () => (await watchedSecrets()) - foreignWatches === count || undefined);

test("rotation: new handshakes get the new certificate, open connections stay", async () => {
  await shows(0);
  await says(/^True/);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
  const http2 = new Https2(PORT, "a.test");
  try {
    const first = await https1(PORT, { sni: "a.test" }, agent);
    expect((await http2.get("/")).status).toBe(200);
    for (const next of [1, 2]) {
      await secret(next);
      await shows(next);
    }
    expect(await https1(PORT, { sni: "a.test" }, agent)).toMatchObject({ status: 200, connection: first.connection });
    expect([(await http2.get("/")).status, http2.ended]).toEqual([200, false]);
  } finally {
    agent.destroy();
    http2.close();
  }
});

test("a Secret that is deleted closes its listener, one that is made again opens it", async () => {
  await cluster.kubectl.run(["delete", "secret", "a", "-n", "web"]);
  await shows(undefined);
  await says(/^False\(InvalidCertificateRef\) .*there is no Secret web\/a/);
  await secret(3);
  await shows(3);
  await says(/^True/);
});

test("another namespace: not before its ReferenceGrant; and what is not named any more is not watched", async () => {
  await secret(1, "far", "certificates");
  await gateway([LISTENER("a", "{ name: a }"), LISTENER("far", "{ name: far, namespace: certificates }")]);
  await says(/^False\(RefNotPermitted\)/, "far");
  await watches(1);
  await cluster.kubectl.apply(GRANT);
  await shows(1, "far.test");
  await watches(2);
  await gateway([LISTENER("far", "{ name: far, namespace: certificates }")]);
  await shows(undefined);
  await watches(1);
  await cluster.kubectl.run(["delete", "gateway", "gw", "-n", "web"]);
  await watches(0);
  await gateway([LISTENER("a", "{ name: a }")]);
  await shows(3);
});

test("no private key is in what is logged or said", async () => {
  const status = await cluster.kubectl.run(["get", "gateways,httproutes", "-A", "-o", "yaml"]);
  const said = [controller.stderr, status];
  for (const path of ["statusz", "syncz"]) said.push((await controller.get(path)).body);
  for (const { key } of certificates) {
    const [, line = ""] = key.split("\n");
    expect(line.length).toBeGreaterThan(40);
    for (const text of [line, Buffer.from(key).toString("base64").slice(60, 120)])
      expect(said.join("\n")).not.toContain(text);
  }
});
