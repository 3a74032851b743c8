// HTTPS listeners: which certificate and which routes a connection gets, and what becomes of connections when certificates change.
import { X509Certificate } from "node:crypto";
import { Agent } from "node:https";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { certificateFor, type TestCertificate, tlsSecret } from "../support/certificates.js";
import { RunningClaimgate } from "../support/claimgate.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { https1, Https2 } from "../support/https.js";
import { ManifestDirectory } from "../support/manifests.js";
import { freePort } from "../support/ports.js";
import { rsaKey } from "../support/tokens.js";

const EVENTUALLY = { timeout: 15_000, interval: 20 };
const key = rsaKey("k");
const bearer = { authorization: `Bearer ${key.sign({ iss: "issuer", sub: "Ann" })}` };

const manifests = new ManifestDirectory();
let httpbin: RunningHttpbin;
let claimgate: RunningClaimgate;
let port = 0;
let adminPort = 0;
const certificates: Record<"a" | "wild" | "any", TestCertificate[]> = { a: [], wild: [], any: [] };

beforeAll(async () => {
  for (let i = 0; i < 3; i++) certificates.a.push(await certificateFor(["a.example.com"]));
  certificates.wild.push(await certificateFor(["*.example.com"], "rsa2048"));
  certificates.any.push(await certificateFor(["elsewhere.test"], "p384"));
  httpbin = await startHttpbin();
  manifests.put("01-gateway.yaml", GATEWAY);
  manifests.put("02-routes.yaml", service(httpbin.port) + ["a", "wild", "any"].map(route).join(""));
  manifests.put("03-policy.yaml", POLICY);
  manifests.put("04-a.yaml", tlsSecret("a", certificates.a[0]!));
  manifests.put("04-wild.yaml", tlsSecret("wild", certificates.wild[0]!));
  manifests.put("04-any.yaml", tlsSecret("any", certificates.any[0]!, "certificates") + GRANT);
  [port, adminPort] = [await freePort(), await freePort()];
  claimgate = await RunningClaimgate.start(
    ...[manifests.path, "--port-offset", String(port - 8443), "--admin-port", String(adminPort), "--concurrency", "2"],
  );
});
afterAll(async () => {
  await claimgate?.stop();
  await httpbin?.stop();
  manifests.delete();
});

const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: default }
spec:
  gatewayClassName: claimgate
  listeners:
    - { name: a, port: 8443, protocol: HTTPS, hostname: a.example.com, tls: { certificateRefs: [{ name: a }] } }
    - { name: wild, port: 8443, protocol: HTTPS, hostname: "*.example.com", tls: { certificateRefs: [{ name: wild }] } }
    - { name: any, port: 8443, protocol: HTTPS, tls: { certificateRefs: [{ name: any, namespace: certificates }] } }
---
`;
const GRANT = `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: gateways, namespace: certificates }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }]
  to: [{ group: "", kind: Secret, name: any }]
---
`;
/** Only the listener "a" wants a token; the route of each says whose it is. */
const POLICY = `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: jwt, namespace: default }
spec: { jwt: { providers: [{ name: p, issuer: issuer, jwks: { local: { inline: '${JSON.stringify({ keys: [key.jwk] })}' } } }] } }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: a, namespace: default }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: a }]
  jwtAuth: { extensionRef: { name: jwt } }
---
`;
function route(listener: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${listener}, namespace: default }
spec:
  parentRefs: [{ name: gw, sectionName: ${listener} }]
  rules:
    - { matches: [{ path: { value: /headers } }, { path: { value: /anything/${listener} } }], backendRefs: [{ name: httpbin, port: 8000 }] }
---
`;
}
function service(upstream: number): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: httpbin, namespace: default }
spec: { ports: [{ name: http, port: 8000 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: httpbin, namespace: default, labels: { kubernetes.io/service-name: httpbin } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [{ name: http, port: ${upstream} }]
---
`;
}

const fingerprint = ({ certificate }: TestCertificate) => new X509Certificate(certificate).fingerprint256;

/** Counters of Envoy that say whether a listener was replaced, or warmed anew. */
async function listenerChanges(): Promise<string> {
  const filter = "^listener_manager.listener_(added|modified|in_place_updated|removed|create_success)$";
  return (await fetch(`http://127.0.0.1:${adminPort}/stats?filter=${encodeURIComponent(filter)}`)).text();
}

describe("a connection", () => {
  test.each<[string, keyof typeof certificates]>([
    ["a.example.com", "a"],
    ["A.Example.Com", "a"],
    ["b.example.com", "wild"],
    ["c.b.example.com", "wild"],
    ["example.com", "any"],
    ["", "any"],
  ])("to %j gets the certificate and the routes of listener %s", async (sni, listener) => {
    const host = sni === "" ? "127.0.0.1" : sni;
    const answer = await https1(port, { sni, host, path: `/anything/${listener}`, headers: bearer });
    expect([answer.status, answer.certificate]).toEqual([200, fingerprint(certificates[listener][0]!)]);
  });

  test("is judged over HTTP/1.1 and HTTP/2, and the challenge says https", async () => {
    const sni = "a.example.com";
    const missing = await https1(port, { sni, path: "/headers" });
    expect(missing).toMatchObject({ status: 401, body: "Jwt is missing" });
    expect(missing.challenge).toBe('Bearer realm="https://a.example.com/headers"');
    expect((await https1(port, { sni, path: "/headers", headers: bearer })).status).toBe(200);
    const http2 = new Https2(port, sni);
    try {
      expect(await http2.get("/headers")).toEqual({ status: 401, body: "Jwt is missing" });
      const judged = await http2.get("/headers", bearer);
      expect(judged.status).toBe(200);
      const { headers } = JSON.parse(judged.body) as { headers: Record<string, string[]> };
      expect(headers["X-Forwarded-Proto"]).toEqual(["https"]);
      expect(http2.session.alpnProtocol).toBe("h2");
    } finally {
      http2.close();
    }
  });

  test.each([
    ["TLSv1.1", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"],
    ["TLSv1.2", "TLSv1.2"],
    ["TLSv1.3", "TLSv1.3"],
  ] as const)("of %s at most: %s", async (maxVersion, expected) => {
    const outcome = await new Promise<string | null | undefined>((resolve) => {
      const options = { host: "127.0.0.1", port, servername: "a.example.com", rejectUnauthorized: false };
      // SECLEVEL=0: OpenSSL itself would not offer 1.1.
      const versions = { minVersion: "TLSv1", maxVersion, ciphers: "DEFAULT@SECLEVEL=0" } as const;
      const socket = connect({ ...options, ...versions }, () => {
        resolve(socket.getProtocol());
        socket.destroy();
      });
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(outcome).toBe(expected);
  });
});

describe("a request that names another host than the server name did", () => {
  test.each([
    ["a.example.com", "b.example.com"],
    ["a.example.com", "example.com"],
    // The wildcard's own hosts, were it not for a more specific listener: its routes are open, those of "a" are not.
    ["b.example.com", "a.example.com"],
    ["b.example.com", "A.EXAMPLE.COM:8443"],
    ["b.example.com", "example.com"],
    ["example.com", "a.example.com"],
    ["", "b.example.com"],
  ])("%j then %s is misdirected, whatever token it has", async (sni, host) => {
    for (const headers of [{}, bearer]) {
      expect((await https1(port, { sni, host, path: "/headers", headers })).status).toBe(421);
    }
  });

  test("over one HTTP/2 connection: other hosts of the same listener are served, others are not", async () => {
    const http2 = new Https2(port, "b.example.com");
    try {
      expect((await http2.get("/headers", { ":authority": "c.example.com" })).status).toBe(200);
      expect((await http2.get("/headers", { ":authority": "a.example.com" })).status).toBe(421);
    } finally {
      http2.close();
    }
  });
});

describe("a new certificate", () => {
  test("is shown to new connections; open ones stay, no request fails, no listener changes", async () => {
    const sni = "a.example.com";
    const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
    const http2 = new Https2(port, sni);
    const request = { sni, path: "/headers", headers: bearer };
    const shown: string[] = [];
    const failed: unknown[] = [];
    let running = true;
    const worker = async (send: () => Promise<{ status: number; certificate?: string }>) => {
      while (running) {
        const answer = await send().catch((error: Error) => ({ status: 0, error: error.message, certificate: "" }));
        // One is enough, and over a connection that is closed the next would fail without waiting for anything.
        if (answer.status !== 200) return void failed.push(answer);
        if (answer.certificate !== undefined) shown.push(answer.certificate);
      }
    };
    try {
      const first = await https1(port, request, agent);
      const before = await listenerChanges();
      expect(before).toContain("listener_manager.listener_added: 1");
      const workers = [worker(() => https1(port, request)), worker(() => http2.get("/headers", bearer))];
      for (const next of [1, 2]) {
        manifests.put("04-a.yaml", tlsSecret("a", certificates.a[next]!));
        await vi.waitFor(() => expect(shown.at(-1)).toBe(fingerprint(certificates.a[next]!)), EVENTUALLY);
      }
      await claimgate.ready();
      const last = await https1(port, request, agent);
      expect(last).toMatchObject({ status: 200, connection: first.connection });
      expect(http2.ended).toBe(false);
      running = false;
      await Promise.all(workers);
      expect(failed).toEqual([]);
      // In order, never back.
      expect([...new Set(shown)]).toEqual(certificates.a.map(fingerprint));
      expect(shown.toSorted((one, other) => order(one) - order(other))).toEqual(shown);
      expect(await listenerChanges()).toBe(before);
    } finally {
      running = false;
      agent.destroy();
      http2.close();
    }
  });

  const order = (shown: string): number => certificates.a.map(fingerprint).indexOf(shown);
});

describe("a certificate that cannot be served", () => {
  test("closes its listener alone, says why without the key, and comes back", async () => {
    const wild = new Https2(port, "b.example.com");
    try {
      expect((await wild.get("/headers")).status).toBe(200);
      const [good, other] = certificates.a as [TestCertificate, TestCertificate];
      manifests.put("04-a.yaml", tlsSecret("a", { certificate: good.certificate, key: other.key }));
      await vi.waitFor(async () => {
        // Its hosts fall to no other listener, although the wildcard's certificate and routes would fit.
        const answer = await https1(port, { sni: "a.example.com", path: "/headers", headers: bearer });
        expect([answer.status, answer.certificate]).toEqual([421, fingerprint(certificates.wild[0]!)]);
      }, EVENTUALLY);
      await claimgate.ready();
      const { listeners } = (await claimgate.status("Gateway default/gw")) as {
        listeners: { name: string; conditions: { type: string; status: string; reason: string; message: string }[] }[];
      };
      const message =
        "tls.certificateRefs[0]: Secret default/a: tls.key is not the key of the first certificate in tls.crt";
      expect(listeners.find(({ name }) => name === "a")?.conditions).toContainEqual(
        expect.objectContaining({ type: "ResolvedRefs", status: "False", reason: "InvalidCertificateRef", message }),
      );
      expect(claimgate.stderr).toContain(message);
      expect(wild.ended).toBe(false);
      expect((await wild.get("/headers")).status).toBe(200);

      manifests.put("04-a.yaml", tlsSecret("a", other));
      await vi.waitFor(async () => {
        const answer = await https1(port, { sni: "a.example.com", path: "/headers", headers: bearer });
        expect([answer.status, answer.certificate]).toEqual([200, fingerprint(other)]);
      }, EVENTUALLY);
      expect((await wild.get("/headers")).status).toBe(200);
    } finally {
      wild.close();
    }
  });

  test("needs the ReferenceGrant", async () => {
    manifests.put("04-any.yaml", tlsSecret("any", certificates.any[0]!, "certificates"));
    await vi.waitFor(
      () => expect(https1(port, { sni: "", host: "x.test", path: "/headers" })).rejects.toThrow(),
      EVENTUALLY,
    );
    expect(await claimgate.condition("Gateway default/gw", "Accepted")).toMatchObject({ reason: "ListenersNotValid" });
    expect((await https1(port, { sni: "b.example.com", path: "/headers" })).status).toBe(200);
    manifests.put("04-any.yaml", tlsSecret("any", certificates.any[0]!, "certificates") + GRANT);
    await vi.waitFor(
      async () => expect((await https1(port, { sni: "", host: "x.test", path: "/headers" })).status).toBe(200),
      EVENTUALLY,
    );
  });
});

test("no private key is in what is logged, said or dumped", async () => {
  const dump = await (await fetch(`http://127.0.0.1:${adminPort}/config_dump?include_eds`)).text();
  expect(dump).toContain("[redacted]");
  const said = claimgate.stderr + JSON.stringify(await claimgate.statuses()) + dump;
  for (const { key: pem } of Object.values(certificates).flat()) {
    const [, line = ""] = pem.split("\n");
    expect(line.length).toBeGreaterThan(40);
    for (const text of [line, Buffer.from(pem).toString("base64").slice(60, 120)]) expect(said).not.toContain(text);
  }
});
