// Remote key sets from manifests to answers: the clusters that the controller makes of them, whom Envoy trusts there, and what the
// status says of the keys. What the filter does while a server misbehaves is remote-jwks.test.ts's.
import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CertificateAuthority } from "../../controller/pki/issue.js";
import { RunningClaimgate } from "../support/claimgate.js";
import { http1 } from "../support/http1.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { Idp } from "../support/idp.js";
import { ManifestDirectory } from "../support/manifests.js";
import { oddPair } from "../support/pki.js";
import { freePort } from "../support/ports.js";
import { waitFor } from "../support/wait.js";

const manifests = new ManifestDirectory();
let httpbin: RunningHttpbin;
/** Without TLS, and with a certificate of a private CA for idp.test, *.wild.test and 127.0.0.1. */
let plain: Idp;
let secure: Idp;
let claimgate: RunningClaimgate;
let port = 0;
let adminPort = 0;

/** A Service with its endpoint on this host. */
function service(name: string, portNumber: number, namespace = "default"): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [{ port: ${portNumber} }]
---`;
}

function route(name: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: gw }]
  rules: [{ matches: [{ path: { value: /anything/${name} } }], backendRefs: [{ name: httpbin, port: 80 }] }]
---`;
}

/** A route whose tokens are verified by a kgateway provider. */
function kgateway(name: string, url: string, backendRef: string, more = ""): string {
  return `${route(name)}
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: ${name} }
spec: { jwt: { providers: [{ name: idp, jwks: { remote: { url: "${url}", backendRef: ${backendRef}${more} } } }] } }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  jwtAuth: { extensionRef: { name: ${name} } }
---`;
}

/** The same with Gloo, and an Upstream. */
function gloo(name: string, url: string, upstream: string): string {
  return `${route(name)}
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: { name: ${name} }
spec: ${upstream}
---
apiVersion: gateway.solo.io/v1
kind: RouteOption
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  options: { jwtProvidersStaged: { afterExtAuth: { providers: { idp: { jwks: { remote: { url: "${url}", upstreamRef: { name: ${name} } } } } } } } }
---`;
}

beforeAll(async () => {
  httpbin = await startHttpbin();
  const ca = await CertificateAuthority.create(1);
  const { certificate: cert, key } = await oddPair(ca, [
    { type: "dns", value: "idp.test" },
    { type: "dns", value: "*.wild.test" },
    { type: "ip", value: "127.0.0.1" },
  ]);
  plain = await Idp.start();
  secure = await Idp.start({ cert, key });
  const caFile = join(manifests.path, "ca.pem");
  writeFileSync(caFile, ca.pem.certificate);
  const backend = "{ name: plain, port: 80 }";
  const tls = "{ name: secure, port: 80 }";
  const documents = [
    `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw }
spec: { gatewayClassName: claimgate, listeners: [{ name: http, port: 8080, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: keys, namespace: shared }
spec:
  from: [{ group: gateway.kgateway.dev, kind: GatewayExtension, namespace: default }]
  to: [{ group: "", kind: Service, name: granted }]
---`,
    service("httpbin", httpbin.port) + service("plain", plain.port) + service("secure", secure.port),
    service("granted", plain.port, "shared") + service("other", plain.port, "shared"),
    kgateway("http", "http://idp.test/keys?v=1", backend),
    kgateway("rotated", "http://idp.test/rotated", backend),
    kgateway("outage", "http://idp.test/outage", backend, ", cacheDuration: 2s"),
    kgateway("granted", "http://idp.test/granted", "{ name: granted, namespace: shared, port: 80 }"),
    kgateway("denied", "http://idp.test/denied", "{ name: other, namespace: shared, port: 80 }"),
    kgateway("https", "https://idp.test/https", tls),
    kgateway("wildcard", "https://tenant.wild.test/wildcard", tls),
    kgateway("address", "https://127.0.0.1/address", tls),
    kgateway("other-name", "https://idp.example/other-name", tls),
    kgateway("below-wildcard", "https://a.b.wild.test/below-wildcard", tls),
    kgateway("other-address", "https://127.0.0.2/other-address", tls),
    kgateway("plain-text", "http://idp.test/plain-text", tls),
    gloo("by-name", "https://idp.test/by-name", `{ static: { hosts: [{ addr: localhost, port: ${secure.port} }] } }`),
    gloo(
      "by-address",
      "http://idp.test/by-address",
      `{ static: { hosts: [{ addr: 127.0.0.1, port: ${secure.port} }], useTls: true } }`,
    ),
    gloo("by-service", "http://idp.test/by-service", "{ kube: { serviceName: plain, servicePort: 80 } }"),
  ];
  manifests.put("all.yaml", documents.join("\n"));
  manifests.put("removed.yaml", kgateway("removed", "http://idp.test/removed", backend));
  [port, adminPort] = [await freePort(), await freePort()];
  claimgate = await RunningClaimgate.start(
    ...([manifests.path, "--port-offset", String(port - 8080)] as const),
    ...["--admin-port", String(adminPort), "--jwks-ca-file", caFile],
  );
});
afterAll(async () => {
  await claimgate?.stop();
  for (const server of [plain, secure, httpbin]) await server?.stop();
  manifests.delete();
});

async function ask(name: string, token: string): Promise<[status: number, body: string]> {
  const headers = [["authorization", `Bearer ${token}`]] as const;
  const { status, body } = await http1(port, { path: `/anything/${name}`, headers });
  return [status, status === 200 ? "" : body];
}

const keysReady = (id: string) => claimgate.condition(id, "KeysReady");

function says(id: string, reason: string, words: RegExp): Promise<string> {
  return waitFor(`${id} to say ${words}`, async () => {
    const condition = await keysReady(id);
    return condition?.reason === reason && words.test(condition.message) ? condition.status : undefined;
  });
}

test.each(["http", "granted", "by-service"])("%s: keys over http, and the status names them", async (name) => {
  expect(await ask(name, plain.token())).toEqual([200, ""]);
  expect(await ask(name, secure.token())).toEqual([401, expect.stringMatching(/Jwt verification fails|Jwks doesn't/)]);
  const id = name === "by-service" ? `RouteOption default/${name}` : `GatewayExtension default/${name}`;
  expect(await says(id, "Fetched", /^idp: key-1 \(RS256\), fetched 20\d\d-\d\d-\d\dT[\d:]{8}Z$/)).toBe("True");
  const path = name === "http" ? "/keys?v=1" : `/${name}`;
  const asked = plain.requests.find((request) => request.path === path);
  expect(asked).toMatchObject({ method: "GET", headers: { host: "idp.test" } });
});

test.each(["https", "wildcard", "address", "by-name", "by-address"])("%s: TLS with the right name", async (name) => {
  expect(await ask(name, secure.token())).toEqual([200, ""]);
  expect(secure.requests.some(({ path }) => path === `/${name}`)).toBe(true);
});

test.each(["other-name", "below-wildcard", "other-address", "plain-text"])(
  "%s: a server that is not who the URL says is asked nothing",
  async (name) => {
    expect(await ask(name, secure.token())).toEqual([401, "Jwks remote fetch is failed"]);
    expect(secure.requests.filter(({ path }) => path === `/${name}`)).toEqual([]);
    expect(await says(`GatewayExtension default/${name}`, "FetchFailed", /^idp: no keys: \S.* since 20/)).toBe("False");
  },
);

test("without a grant the Service is not used, and says so", async () => {
  expect(await ask("denied", plain.token())).toEqual([500, expect.anything()]);
  expect(plain.requests.filter(({ path }) => path === "/denied")).toEqual([]);
  expect(await claimgate.condition("GatewayExtension default/denied", "Accepted")).toMatchObject({
    status: "False",
    message:
      "spec.jwt.providers[0].jwks.remote.backendRef: no ReferenceGrant in shared lets GatewayExtensions of default use Service other",
  });
  expect(await keysReady("GatewayExtension default/denied")).toBeUndefined();
});

test("a rotation arrives with the first token of the new key, and in the status", async () => {
  const old = plain.token();
  expect(await ask("rotated", old)).toEqual([200, ""]);
  plain.rotate(true);
  const id = "GatewayExtension default/rotated";
  await waitFor("the new key", async () => (await ask("rotated", plain.token()))[0] === 200 || undefined);
  expect(await ask("rotated", old)).toEqual([200, ""]);
  await says(id, "Fetched", /^idp: key-1 \(RS256\), key-2 \(RS256\), fetched /);
});

test("an outage is in the status while good tokens pass, and its end, too", async () => {
  const id = "GatewayExtension default/outage";
  const token = plain.token();
  expect(await ask("outage", token)).toEqual([200, ""]);
  plain.behaviour = { kind: "answer", status: 503 };
  expect(await says(id, "RefreshFailed", /^idp: key-.*; fetching fails: \S.* since 20/)).toBe("True");
  expect(await ask("outage", token)).toEqual([200, ""]);
  plain.behaviour = { kind: "serve" };
  await says(id, "Fetched", /fetched/);
});

test("with the last that uses it, a provider's cluster goes", async () => {
  const clusters = async () => (await fetch(`http://127.0.0.1:${adminPort}/clusters`)).text();
  expect(await ask("removed", plain.token())).toEqual([200, ""]);
  expect(await clusters()).toMatch(/^jwks\/kgateway\/default\/removed\/idp\/[0-9a-f]{16}::/m);
  manifests.remove("removed.yaml");
  await waitFor("the cluster to go", async () => !/^jwks\/\S*\/removed\//m.test(await clusters()) || undefined);
  expect(await clusters()).toMatch(/^jwks\/kgateway\/default\/http\//m);
  expect(await claimgate.status("GatewayExtension default/removed")).toBeUndefined();
});
