// Keys of an identity provider in a real Envoy with two workers: it rotates, fails, stalls and lies, and every request to it is counted.
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { http1, type Http1Response } from "../support/http1.js";
import { Idp } from "../support/idp.js";
import { cluster, remoteConfiguration, type RemoteEnvoy, startRemoteEnvoy } from "../support/remote-envoy.js";
import { rsaKey } from "../support/tokens.js";
import { waitFor } from "../support/wait.js";

const FETCH_FAILED = "Jwks remote fetch is failed";
const NO_KEY = "Jwks doesn't have key to match kid or alg from Jwt";

let idp: Idp;
let running: RemoteEnvoy | undefined;

beforeEach(async () => {
  idp = await Idp.start();
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  await idp.stop();
});

async function start(remote: object = {}, more: object = {}, clusters: object[] = []): Promise<void> {
  running = await startRemoteEnvoy(idp, remoteConfiguration(remote, more), clusters);
}

function ask(token: string, body = ""): Promise<Http1Response> {
  const method = body === "" ? "GET" : "POST";
  return http1(running!.port, { method, headers: [["authorization", `Bearer ${token}`]], body });
}

/** Statuses of so many requests at once, over connections of their own, so that both workers get some. */
async function askMany(token: string, count = 16): Promise<Set<number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(token)));
  return new Set(answers.map(({ status }) => status));
}

/** Resolves once every worker lets the token pass. */
async function allPass(token: string): Promise<void> {
  await waitFor("keys in every worker", async () => ([...(await askMany(token))].join() === "200" ? true : undefined));
}

describe("remote keys", () => {
  it("are fetched once for two workers and the main thread, before anybody asks", async () => {
    await start();
    await waitFor("the first fetch", () => idp.requests[0]);
    await allPass(idp.token());
    expect(idp.requests).toHaveLength(1);
    expect(idp.requests[0]).toMatchObject({ method: "GET", path: "/keys?v=1", headers: { host: "idp.test" } });
    expect((await ask(idp.token({ iss: "https://other.test/" }))).body).toBe("Jwt issuer is not configured");
  });

  it("of a slow provider are waited for, with a body of 3 MB, and by clients that go away", async () => {
    idp.behaviour = { kind: "serve", delayMs: 1_500 };
    await start();
    const gone = Array.from({ length: 10 }, () => {
      const controller = new AbortController();
      const headers = { authorization: `Bearer ${idp.token()}` };
      const url = `http://127.0.0.1:${running!.port}/`;
      return { controller, ended: fetch(url, { headers, signal: controller.signal }).catch(() => "gone") };
    });
    const answers = Array.from({ length: 10 }, () => ask(idp.token(), "x".repeat(3_000_000)));
    await waitFor("the first fetch", () => idp.requests[0]);
    for (const { controller } of gone) controller.abort();
    expect(await Promise.all(gone.map(({ ended }) => ended))).toEqual(Array(10).fill("gone"));
    for (const { status, body } of await Promise.all(answers))
      expect([status, body]).toEqual([200, "received 3000000"]);
    expect(idp.requests).toHaveLength(1);
  });

  it("that do not come: 401 after five seconds", async () => {
    idp.behaviour = { kind: "stall" };
    await start({ timeoutMs: 30_000 });
    const { status, body, headers } = await ask(idp.token());
    expect([status, body]).toEqual([401, FETCH_FAILED]);
    expect(headers.get("www-authenticate")?.[0]).toContain('error="invalid_token"');
    expect(idp.requests).toHaveLength(1);
  });

  it("rotate with overlap: both keys pass once the cache has been renewed", async () => {
    await start({ cacheDurationMs: 2_000 });
    const [old, before] = [idp.signer, idp.token()];
    await allPass(before);
    idp.rotate(true);
    await allPass(idp.token());
    await allPass(idp.token({}, old));
    expect((await ask(rsaKey("key-1").sign({ iss: "https://idp.test/" }))).body).toBe("Jwt verification fails");
  });

  it("rotate without overlap: the new key's first token fetches, and passes; the old key is out", async () => {
    await start();
    const before = idp.token();
    await allPass(before);
    idp.rotate(false);
    expect(await askMany(idp.token())).toEqual(new Set([200]));
    expect(idp.requests).toHaveLength(2);
    await waitFor("the old key to be forgotten", async () =>
      [...(await askMany(before))].join() === "401" ? true : undefined,
    );
    expect((await ask(before)).body).toBe(NO_KEY);
    expect(idp.requests).toHaveLength(2);
  });

  it("are asked for once, however many unknown keys come", async () => {
    await start();
    await allPass(idp.token());
    const stranger = rsaKey("unknown");
    const flood = Array.from({ length: 20 }, async (_, i) => {
      for (let n = 0; n < 50; n++) {
        const { body } = await ask(stranger.sign({ iss: "https://idp.test/" }, { alg: "RS256", kid: `${i}-${n}` }));
        if (body !== NO_KEY) return body;
      }
      return NO_KEY;
    });
    expect(new Set(await Promise.all(flood))).toEqual(new Set([NO_KEY]));
    expect(idp.requests).toHaveLength(2);
    expect(await askMany(idp.token())).toEqual(new Set([200]));
  });

  it.each<[string, Idp["behaviour"]]>([
    ["answers 500", { kind: "answer", status: 500 }],
    ["redirects", { kind: "answer", status: 302, headers: { location: "/keys" } }],
    ["answers a page", { kind: "answer", status: 200, body: "<html>" }],
    ["answers an empty set", { kind: "answer", status: 200, body: '{"keys":[]}' }],
    ["answers a secret", { kind: "answer", status: 200, body: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' }],
    ["answers too much", { kind: "answer", status: 200, body: " ".repeat(300_000) }],
    ["hangs up", { kind: "reset" }],
  ])("stay good when the provider %s", async (_, behaviour) => {
    await start({ cacheDurationMs: 1_000, failedRefetchMs: 50 });
    await allPass(idp.token());
    idp.behaviour = behaviour;
    const seen = idp.requests.length;
    await waitFor("three failures", () => (idp.requests.length >= seen + 3 ? true : undefined));
    expect(await askMany(idp.token())).toEqual(new Set([200]));
    idp.behaviour = { kind: "serve" };
    await allPass(idp.token({}, idp.rotate(false)));
    expect(running!.envoy.log().match(/keys cannot be fetched/g)).toHaveLength(1);
  });

  it("too old to be used are not", async () => {
    await start({ cacheDurationMs: 1_000, staleIfErrorMs: 1_000, failedRefetchMs: 60_000 });
    await allPass(idp.token());
    idp.behaviour = { kind: "answer", status: 503 };
    await waitFor("a failure", () => /keys cannot be fetched: http_503/.exec(running!.envoy.log())?.[0]);
    await waitFor("the end of grace", async () => ((await ask(idp.token())).status === 401 ? true : undefined));
    expect((await ask(idp.token())).body).toBe(FETCH_FAILED);
  });
});

describe("the health of keys", () => {
  let server: Http2Server;
  const sessions = new Set<ServerHttp2Session>();
  const reports: { path: string; node: string; type: string; report: unknown }[] = [];

  beforeEach(async () => {
    reports.length = 0;
    server = createServer();
    server.on("session", (session) => sessions.add(session));
    server.on("stream", (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const [path, node, type] = [":path", "x-claimgate-node", "content-type"].map((name) => String(headers[name]));
        reports.push({ path: path!, node: node!, type: type!, report: decode(Buffer.concat(chunks)) });
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
        stream.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });

  afterEach(async () => {
    for (const session of sessions) session.destroy();
    await new Promise((done) => server.close(done));
  });

  /** A gRPC message (prefix of five bytes) that is a StringValue of less than 16 KiB. */
  function decode(bytes: Buffer): unknown {
    expect(bytes.readUInt8(0)).toBe(0);
    expect(bytes.readUInt32BE(1)).toBe(bytes.length - 5);
    expect(bytes.readUInt8(5)).toBe(0x0a);
    const short = bytes.readUInt8(6) < 0x80;
    return JSON.parse(bytes.subarray(short ? 7 : 8).toString("utf8"));
  }

  it("is reported when it changes", async () => {
    const { port } = server.address() as AddressInfo;
    const http2 = {
      typed_extension_protocol_options: {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
          "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    };
    const times = { cacheDurationMs: 1_000, failedRefetchMs: 100 };
    await start(times, { keyHealth: { cluster: "xds" } }, [cluster("xds", port, http2)]);
    const good = { provider: "idp", keys: [{ kid: "key-1", alg: "RS256" }], error: "", errorSince: 0 };
    const reported = (expected: object) =>
      waitFor("a report", () => {
        const found = reports.find(({ report }) =>
          Object.entries(expected).every(
            ([name, value]) => JSON.stringify((report as Record<string, unknown>)[name]) === JSON.stringify(value),
          ),
        );
        return found;
      });
    const first = await reported(good);
    expect(first).toMatchObject({ path: "/claimgate.v1.KeyHealth/Report", node: "envoy-1", type: "application/grpc" });
    const { fetched } = first.report as { fetched: number };
    expect(Math.abs(Date.now() / 1000 - fetched)).toBeLessThan(60);
    idp.behaviour = { kind: "answer", status: 503 };
    const failed = (await reported({ error: "http_503", keys: good.keys })).report as { errorSince: number };
    expect(failed.errorSince).toBeGreaterThanOrEqual(fetched);
    idp.behaviour = { kind: "serve" };
    idp.rotate(false);
    await reported({ keys: [{ kid: "key-2", alg: "RS256" }], error: "", errorSince: 0 });
  });
});
