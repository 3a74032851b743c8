// The receiver of key health over real gRPC: who may report, what, how much of it and how often.
import "reflect-metadata";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clientPair, SecretMount, SERVER_NAME, serverPair } from "../../tests/support/pki.js";
import { snapshotOf, union } from "../../tests/support/snapshots.js";
import { waitFor } from "../../tests/support/wait.js";
import { CertificateAuthority, type KeyPair } from "../pki/issue.js";
import type { Snapshot } from "../translate/snapshot.js";
import { lookupType } from "./protos.js";
import { AdsServer, type AdsServerOptions } from "./server.js";
import type { XdsEvent } from "./stream.js";
import { TlsListener } from "./tls.js";
import { CLUSTER } from "./types.js";

const GATEWAY = "default/http";
const OTHER = "default/other";
const REMOTE = { cluster: "jwks/x", authority: "idp", path: "/" };

let folder: string;
let ca: CertificateAuthority;
let server: AdsServer;
let events: XdsEvent[];
let clients: grpc.Client[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "claimgate-keys-"));
  ca = await CertificateAuthority.create(1);
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => {
  events = [];
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
});

/** A Gateway with a remote provider, one with keys of its own, and one whose name is a member of every object. */
function withProviders(gateway: string, remote: string): Snapshot {
  const snapshot = snapshotOf({ listeners: [{ name: "l", port: 80 }], tables: { l: ["h"] } }, gateway);
  const providers = { [remote]: { remoteJwks: REMOTE }, local: { jwks: { keys: [] } } };
  const plugins = [...snapshot.plugins].map(([name, plugin]) => [name, { ...plugin, providers }] as const);
  return { ...snapshot, plugins: new Map(plugins) };
}

async function start(more: Partial<AdsServerOptions> = {}): Promise<void> {
  server = new AdsServer({
    ...{ address: "127.0.0.1", port: 0, wasmPath: "/filter.wasm", transition: union },
    onEvent: (event) => events.push(event),
    reportTimes: { settleMs: 1, refreshMs: 1 },
    ...more,
  });
  await server.listen();
  server.publish(withProviders(GATEWAY, "ours"));
  server.publish(withProviders(OTHER, "theirs"));
}

async function startWithTls(): Promise<void> {
  const mount = await new SecretMount(folder).put(ca.pem.certificate, await serverPair(ca));
  const [certFile, keyFile, clientCaFile] = [mount.file("tls.crt"), mount.file("tls.key"), mount.file("ca.crt")];
  await start({ tls: await TlsListener.open({ certFile, keyFile, clientCaFile }) });
}

function connect(pair?: KeyPair): grpc.Client {
  const pems =
    pair === undefined ? [] : [ca.pem.certificate, pair.key, pair.certificate].map((pem) => Buffer.from(pem));
  const credentials = pair === undefined ? grpc.credentials.createInsecure() : grpc.credentials.createSsl(...pems);
  const client = new grpc.Client(`127.0.0.1:${server.port}`, credentials, {
    "grpc.ssl_target_name_override": SERVER_NAME,
  });
  clients.push(client);
  return client;
}

const StringValue = lookupType("google.protobuf.StringValue");

/** The name of the status that a call ends with. */
function send(client: grpc.Client, gateway: string | undefined, message: Buffer): Promise<string> {
  const metadata = new grpc.Metadata();
  if (gateway !== undefined) metadata.set("x-claimgate-node", gateway);
  return new Promise((resolve) => {
    const done = (error: grpc.ServiceError | null) => resolve(grpc.status[error?.code ?? 0]!);
    const [write, read] = [(bytes: Buffer) => bytes, (bytes: Buffer) => bytes.length];
    client.makeUnaryRequest("/claimgate.v1.KeyHealth/Report", write, read, message, metadata, done);
  });
}

function report(client: grpc.Client, gateway: string | undefined, value: unknown): Promise<string> {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return send(client, gateway, Buffer.from(StringValue.encode({ value: text }).finish()));
}

/** Opens the xDS stream of an Envoy. */
async function follow(client: grpc.Client, gateway: string): Promise<grpc.ClientDuplexStream<object, unknown>> {
  const request = lookupType("envoy.service.discovery.v3.DeltaDiscoveryRequest");
  const call = client.makeBidiStreamRequest<object, unknown>(
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
    (message) => Buffer.from(request.encode(request.fromObject(message)).finish()),
    (bytes) => bytes,
  );
  call.on("error", () => undefined);
  call.on("data", () => undefined);
  call.write({ node: { id: gateway }, type_url: CLUSTER });
  await waitFor("the stream", () => server.status()[gateway]?.envoys[0]);
  return call;
}

const GOOD = { provider: "ours", keys: [{ kid: "k1", alg: "RS256" }], fetched: 1000, error: "", errorSince: 0 };

describe("with TLS", () => {
  test("an Envoy reports of its own Gateway, and of no other", async () => {
    await startWithTls();
    const client = connect(await clientPair(ca, GATEWAY));
    expect(await report(client, GATEWAY, GOOD)).toBe("OK");
    for (const gateway of [OTHER, "default/none", "", undefined, "DEFAULT/http"])
      expect([gateway, await report(client, gateway, { ...GOOD, provider: "theirs" })]).toEqual([
        ...[gateway, "PERMISSION_DENIED"],
      ]);
    const stream = await follow(connect(await clientPair(ca, OTHER)), OTHER);
    expect(server.status()[OTHER]!.keys).toEqual({});
    stream.cancel();
  });
});

describe("on loopback", () => {
  beforeEach(() => start());

  test("what it says counts while it is connected, and is passed on as an event", async () => {
    const client = connect();
    expect(await report(client, GATEWAY, GOOD)).toBe("OK");
    await waitFor("the event", () => events.find(({ type }) => type === "keys"));
    expect(events.at(-1)).toEqual({ type: "keys", gateway: GATEWAY, envoy: "" });
    expect(server.status()[GATEWAY]!.keys).toEqual({});
    const stream = await follow(client, GATEWAY);
    const health = { envoys: 1, without: 0, keys: GOOD.keys, more: 0, fetched: 1000, error: "" };
    expect(server.status()[GATEWAY]!.keys).toEqual({ ours: health });
    stream.cancel();
    await waitFor("its end", () => server.status()[GATEWAY]!.envoys.length === 0 || undefined);
    expect(server.status()[GATEWAY]!.keys).toEqual({});
  });

  test("the header is a must", async () => {
    expect(await report(connect(), undefined, GOOD)).toBe("PERMISSION_DENIED");
    expect(await report(connect(), "default/none", GOOD)).toBe("NOT_FOUND");
  });

  test.each(["local", "theirs", "none", "__proto__", "constructor", "toString"])(
    "%s is no remote provider of the Gateway",
    async (provider) => expect(await report(connect(), GATEWAY, { ...GOOD, provider })).toBe("NOT_FOUND"),
  );

  test("what is no report is refused, and nothing breaks", async () => {
    const client = connect();
    for (const text of ["", "{", "null", JSON.stringify({ ...GOOD, more: 1 })])
      expect([text, await report(client, GATEWAY, text)]).toEqual([text, "INVALID_ARGUMENT"]);
    const padded = `${" ".repeat(65_536)}${JSON.stringify(GOOD)}`;
    expect(await report(client, GATEWAY, padded)).toBe("INVALID_ARGUMENT");
    // Not even protobuf, and a length that promises more than there is.
    expect(await send(client, GATEWAY, Buffer.from([0xff, 0xff]))).not.toBe("OK");
    expect(await send(client, GATEWAY, Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]))).not.toBe("OK");
    expect(await report(client, GATEWAY, GOOD)).toBe("OK");
  });

  test("whoever reports too often is refused, and is taken again later", async () => {
    const client = connect();
    const answers = await Promise.all(
      Array.from({ length: 1500 }, (_, i) => report(client, GATEWAY, { ...GOOD, fetched: i + 1 })),
    );
    expect(new Set(answers)).toEqual(new Set(["OK", "RESOURCE_EXHAUSTED"]));
    expect(answers.filter((answer) => answer === "OK").length).toBeLessThan(1400);
    await waitFor("to be taken again", async () => (await report(client, GATEWAY, GOOD)) === "OK" || undefined);
  });

  test("a provider that is gone says nothing any more", async () => {
    const client = connect();
    await follow(client, GATEWAY);
    expect(await report(client, GATEWAY, GOOD)).toBe("OK");
    await waitFor("the report", () => server.status()[GATEWAY]!.keys["ours"]);
    server.remove(GATEWAY);
    expect(server.status()[GATEWAY]!.keys).toEqual({});
    expect(await report(client, GATEWAY, GOOD)).toBe("NOT_FOUND");
  });
});
