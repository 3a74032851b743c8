// Many Envoys on real gRPC streams: what is sent to them at a time is little, and each is sent what is its own.
import http2, { type ClientHttp2Session } from "node:http2";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConnectedEnvoy } from "../../tests/support/connected-envoy.js";
import { snapshotOf, union, type Plan } from "../../tests/support/snapshots.js";
import { waitFor } from "../../tests/support/wait.js";
import { AdsServer } from "./server.js";
import { deltaService } from "./service.js";
import { SECRET } from "./types.js";

const GATEWAYS = ["default/one", "default/two"];
let server: AdsServer;
let envoys: ConnectedEnvoy[];

beforeEach(async () => {
  // Room for one response at a time, whatever its size.
  const pace = { bytes: 1, patienceMs: 50 };
  server = new AdsServer({
    ...{ address: "127.0.0.1", port: 0, wasmPath: "/filter.wasm", transition: union, pace },
    onEvent: () => undefined,
  });
  await server.listen();
  envoys = [];
});

afterEach(async () => {
  for (const envoy of envoys) envoy.close();
  await server.close();
});

function connect(gateway: string): ConnectedEnvoy {
  const envoy = new ConnectedEnvoy(server.port, gateway);
  envoys.push(envoy);
  return envoy;
}

/** Three listeners, each with a filter and a route table of so many policies, all with names that every Gateway's have. */
function planOf(mark: string, policies: number): Plan {
  const names = ["a", "b", "c"];
  const hashes = (name: string) => Array.from({ length: policies }, (_, i) => `${name}-${mark}-${i}`);
  return {
    listeners: names.map((name, i) => ({ name, port: 1 + i })),
    tables: Object.fromEntries(names.map((name) => [name, hashes(name)])),
  };
}

const publish = (gateway: string, mark: string, policies: number): string =>
  server.publish(snapshotOf(planOf(mark, policies), gateway));

/** Waits until so many Envoys of a Gateway hold a version. */
async function acknowledged(gateway: string, version: string, count: number): Promise<void> {
  const all = () => server.status()[gateway]!.envoys.filter((envoy) => envoy.acknowledged === version);
  await waitFor(`${count} Envoys of ${gateway}`, () => all().length >= count || undefined);
}

test("Envoys of two Gateways whose resources have the same names get each their own", async () => {
  const first = GATEWAYS.map((gateway) => publish(gateway, `old-${gateway}`, 3));
  const connected = GATEWAYS.map((gateway) => Array.from({ length: 8 }, () => connect(gateway)));
  for (const [i, gateway] of GATEWAYS.entries()) await acknowledged(gateway, first[i]!, 8);
  const second = GATEWAYS.map((gateway) => publish(gateway, `new-${gateway}`, 3));
  for (const [i, gateway] of GATEWAYS.entries()) {
    await acknowledged(gateway, second[i]!, 8);
    const { tables, listeners } = planOf(`new-${gateway}`, 3);
    for (const { envoy } of connected[i]!) {
      for (const { name } of listeners) {
        expect(envoy.tables.get(name)?.content).toEqual(tables[name]);
        expect([...envoy.extensions.get(name)!.content].sort()).toEqual(tables[name]);
      }
    }
  }
});

/** An Envoy that asks for secrets and reads nothing of the answers: more than a window of HTTP/2 cannot be written to it. */
function stuck(gateway: string, names: readonly string[]): ClientHttp2Session {
  const { path, requestSerialize } = deltaService().delta;
  const unsaid = { resource_names_unsubscribe: [], initial_resource_versions: {}, response_nonce: "" };
  const asked = { node: { id: gateway }, type_url: SECRET, resource_names_subscribe: names, ...unsaid };
  const message = requestSerialize(asked);
  // gRPC over HTTP/2 (PROTOCOL-HTTP2.md): a message has one byte that says whether it is compressed, and its length.
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const session = http2.connect(`http://127.0.0.1:${server.port}`);
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  const stream = session.request(headers);
  for (const end of [session, stream]) end.on("error", () => undefined);
  stream.write(Buffer.concat([prefix, message]));
  return session;
}

test("Envoys that read nothing do not keep a change from the others", async () => {
  const gateway = GATEWAYS[0]!;
  const names = ["s0", "s1", "s2", "s3"];
  // More than a window, which is 64 KiB.
  const secrets = Object.fromEntries(names.map((name) => [name, name.repeat(100_000)]));
  const listeners = names.map((secret, i) => ({ name: `l${i}`, port: i, secret }));
  const sessions = Array.from({ length: 3 }, () => stuck(gateway, names));
  Array.from({ length: 5 }, () => connect(gateway));
  await waitFor("all to be connected", () => server.status()[gateway]?.envoys.length === 8 || undefined);
  const version = server.publish(snapshotOf({ listeners, tables: {}, secrets }, gateway));
  await acknowledged(gateway, version, 5);
  const { envoys: all } = server.status()[gateway]!;
  expect(all.filter((envoy) => envoy.acknowledged !== version)).toHaveLength(3);
  for (const session of sessions) session.destroy();
});
