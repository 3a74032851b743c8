import "reflect-metadata";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { type JsonGeneralName, SubjectAlternativeNameExtension } from "@peculiar/x509";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clientPair, oddPair, SecretMount, SERVER_NAME, serverPair } from "../../tests/support/pki.js";
import { snapshotOf, union } from "../../tests/support/snapshots.js";
import { CertificateAuthority, type KeyPair } from "../pki/issue.js";
import { authorizeGateway, gatewayUri } from "./identity.js";
import { lookupType } from "./protos.js";
import { AdsServer } from "./server.js";
import type { XdsEvent } from "./stream.js";
import { TlsListener } from "./tls.js";
import { CLUSTER } from "./types.js";

const URI = "spiffe://claimgate.dev/ns/default/gateway/http";

let folder = "";
let ca: CertificateAuthority;
let server: AdsServer;
const events: XdsEvent[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "claimgate-identity-"));
  ca = await CertificateAuthority.create(1);
  const mount = await new SecretMount(folder).put(ca.pem.certificate, await serverPair(ca));
  const [certFile, keyFile, clientCaFile] = [mount.file("tls.crt"), mount.file("tls.key"), mount.file("ca.crt")];
  server = new AdsServer({
    ...{ address: "127.0.0.1", port: 0, wasmPath: "/filter.wasm", transition: union },
    // authorize is left out: with TLS it is the certificate that decides.
    tls: await TlsListener.open({ certFile, keyFile, clientCaFile }),
    onEvent: (event) => void (event.type === "unauthorized" && events.push(event)),
  });
  await server.listen();
  for (const gateway of ["default/http", "default/other"]) {
    const plan = { listeners: [], tables: {}, clusters: { one: "1" } };
    server.publish(snapshotOf(plan, gateway));
  }
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => void (events.length = 0));

/** Asks for the clusters of a Gateway: "served", or the status with which the stream ended. */
async function ask(gateway: string, { certificate, key }: KeyPair): Promise<string> {
  const credentials = grpc.credentials.createSsl(
    ...[ca.pem.certificate, key, certificate].map((pem) => Buffer.from(pem)),
  );
  const client = new grpc.Client(`127.0.0.1:${server.port}`, credentials, {
    "grpc.ssl_target_name_override": SERVER_NAME,
  });
  const request = lookupType("envoy.service.discovery.v3.DeltaDiscoveryRequest");
  const call = client.makeBidiStreamRequest(
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
    (message: object) => Buffer.from(request.encode(request.fromObject(message)).finish()),
    (bytes) => bytes,
  );
  try {
    return await new Promise<string>((resolve) => {
      call.on("data", () => resolve("served"));
      call.on("error", (error: grpc.ServiceError) => resolve(grpc.status[error.code] ?? error.message));
      call.write({ node: { id: gateway }, type_url: CLUSTER });
    });
  } finally {
    call.cancel();
    client.close();
  }
}

test("the name is that of the documentation", () => {
  expect(gatewayUri("default/http")).toBe(URI);
  expect(gatewayUri("team-a/my.gateway")).toBe("spiffe://claimgate.dev/ns/team-a/gateway/my.gateway");
});

test.each([
  ...["", "http", "default/", "/http", "default/http/x", "Default/http", "default/Http", "a.b/http", "default/http\n"],
  ...[
    "default/..",
    "default/a..b",
    "default/-a",
    "default/a%2fb",
    "default/http\0",
    "default/http, URI:x",
    "дефолт/http",
  ],
  ...[`${"n".repeat(64)}/http`, `default/${"n".repeat(254)}`],
])("%j is no Gateway", (gateway) => {
  expect(gatewayUri(gateway)).toBeUndefined();
});

test("the certificate's Gateway is served, by a certificate of ours and by one of another maker", async () => {
  expect(await ask("default/http", await clientPair(ca, "default/http"))).toBe("served");
  expect(await ask("default/http", await oddPair(ca, [{ type: "url", value: URI }]))).toBe("served");
  expect(events).toEqual([]);
});

test("no other is, and it is reported", async () => {
  const pair = await clientPair(ca, "default/http");
  for (const gateway of ["default/other", "default/none", "default/HTTP", "default/http\0", "../x"]) {
    expect(await ask(gateway, pair)).toBe("PERMISSION_DENIED");
  }
  expect(events.map(({ type }) => type)).toEqual(Array(5).fill("unauthorized"));
  expect(events[0]).toMatchObject({
    gateway: "default/other",
    envoy: expect.stringMatching(/^127\.0\.0\.1:/) as string,
  });
});

describe("names that are not exactly that one", () => {
  const url = (value: string): JsonGeneralName => ({ type: "url", value });
  const dns = (value: string): JsonGeneralName => ({ type: "dns", value });
  test.each<[string, JsonGeneralName[]]>([
    ["no name at all, but the common name", []],
    ["a second Gateway", [url(URI), url("spiffe://claimgate.dev/ns/default/gateway/other")]],
    ["the same one twice", [url(URI), url(URI)]],
    ["a DNS name besides", [dns("example.com"), url(URI)]],
    ["the URI as a DNS name", [dns(URI)]],
    ["the listing's own syntax in a DNS name", [dns(`x, URI:${URI}`)]],
    ["the listing's own syntax in a URI", [url(`${URI}, URI:x`)]],
    ["capitals in the scheme", [url(URI.replace("spiffe", "SPIFFE"))]],
    ["capitals in the path", [url(URI.replace("http", "Http"))]],
    ["a NUL and more", [url(`${URI}\0.example.com`)]],
    ["a NUL at the end", [url(`${URI}\0`)]],
    ["a space at the end", [url(`${URI} `)]],
    ["a slash at the end", [url(`${URI}/`)]],
    ["a query", [url(`${URI}?x`)]],
    ["an escape", [url(URI.replace("http", "%68ttp"))]],
    ["another trust domain", [url(URI.replace("claimgate.dev", "claimgate.dev.example.com"))]],
    ["a Gateway that it begins with", [url(`${URI}-2`)]],
    ["nothing in the URI", [url("")]],
  ])("%s", async (_, names) => {
    expect(await ask("default/http", await oddPair(ca, names))).toBe("PERMISSION_DENIED");
    expect(events.map(({ type }) => type)).toEqual(["unauthorized"]);
  });

  test("the extension twice: not even a handshake", async () => {
    const pair = await oddPair(ca, [url(URI)], [new SubjectAlternativeNameExtension([dns("example.com")])]);
    expect(await ask("default/http", pair)).not.toBe("served");
  });
});

test("who was not verified, or no longer is in force, is nobody", () => {
  const now = Date.now();
  const [past, future] = [new Date(now - 60_000).toUTCString(), new Date(now + 60_000).toUTCString()];
  const call = (from: string, to: string, type?: string) => ({
    getAuthContext: () => ({
      ...(type === undefined ? {} : { transportSecurityType: type }),
      sslPeerCertificate: { subjectaltname: `URI:${URI}`, valid_from: from, valid_to: to } as never,
    }),
  });
  expect(authorizeGateway("default/http", call(past, future, "ssl"))).toBe(true);
  expect(authorizeGateway("default/http", call(past, future))).toBe(false);
  expect(authorizeGateway("default/http", call(past, past, "ssl"))).toBe(false);
  expect(authorizeGateway("default/http", call(future, future, "ssl"))).toBe(false);
  expect(authorizeGateway("default/http", call(past, "never", "ssl"))).toBe(false);
  expect(authorizeGateway("default/http", { getAuthContext: () => ({}) })).toBe(false);
});
