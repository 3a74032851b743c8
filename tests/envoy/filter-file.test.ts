// An Envoy elsewhere says where it has the filter and which one it is: it gets that path, or the filter itself.
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { filterFile } from "../../controller/cli/paths.js";
import { EnvoyProcess } from "../../controller/envoy/process.js";
import type { FilterFile } from "../../controller/xds/filter.js";
import { AdsServer } from "../../controller/xds/server.js";
import type { XdsEvent } from "../../controller/xds/stream.js";
import { freePort } from "../support/ports.js";
import { snapshotOf, union } from "../support/snapshots.js";

const GATEWAY = "default/http";
const WAIT = { timeout: 30_000, interval: 25 };
const ours = filterFile();

let folder = "";
let server: AdsServer;
let envoy: EnvoyProcess | undefined;
let port = 0;
let readyPort = 0;
const events: XdsEvent[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "claimgate-filter-"));
  [port, readyPort] = [await freePort(), await freePort()];
  server = new AdsServer({
    // The controller's own path is no good to these Envoys.
    ...{ address: "127.0.0.1", port: 0, wasmPath: "/nonexistent.wasm", wasm: ours },
    ...{ transition: union, onEvent: (event) => void events.push(event) },
  });
  await server.listen();
});

afterEach(async () => {
  await envoy?.stop();
  events.length = 0;
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function start(filter: FilterFile): Promise<void> {
  const xds = { address: "127.0.0.1", port: server.port };
  envoy = new EnvoyProcess({ gateway: GATEWAY, xds, adminPort: 0, concurrency: 1, filter, readyPort });
  await envoy.start();
}

const plan = (hash: string) =>
  snapshotOf({ listeners: [{ name: "a", port }], tables: { a: [`${hash}@/x`] }, clusters: {} }, GATEWAY);

/** The status of an answer; undefined if there was none. */
async function ask(at: number, path: string): Promise<number | undefined> {
  return (await fetch(`http://127.0.0.1:${at}${path}`).catch(() => undefined))?.status;
}

test("the same filter elsewhere is loaded from there; the pod is ready when it serves, and not before", async () => {
  const path = join(folder, "elsewhere.wasm");
  await copyFile(ours.path, path);
  await start({ path, sha256: ours.sha256 });
  await expect.poll(() => events.map(({ type }) => type), WAIT).toEqual(["connected"]);
  expect(await ask(readyPort, "/ready")).toBeUndefined();
  server.publish(plan("h1"));
  await expect.poll(() => ask(readyPort, "/ready"), WAIT).toBe(200);
  expect(await ask(port, "/x")).toBe(200);
  // Nothing of the admin interface is there.
  for (const admin of ["/", "/stats", "/config_dump", "/quitquitquit", "/ready/", "/ready?a"]) {
    expect([admin, await ask(readyPort, admin)]).toEqual([admin, 404]);
  }
  const dump = await (await fetch(`${envoy!.adminUrl}/config_dump`)).text();
  expect(dump).toContain(`"filename": "${path}"`);
  expect(dump).not.toContain("/nonexistent.wasm");
  await fetch(`${envoy!.adminUrl}/healthcheck/fail`, { method: "POST" });
  expect(await ask(readyPort, "/ready")).toBe(503);
});

test("another filter in the image: ours is sent, and serves; changes reach it as they do others", async () => {
  const path = join(folder, "other.wasm");
  await writeFile(path, "not even a filter");
  server.publish(plan("h2"));
  await start({ path, sha256: "cd".repeat(32) });
  await expect.poll(() => ask(readyPort, "/ready"), WAIT).toBe(200);
  expect(await ask(port, "/x")).toBe(200);
  const reason = `its image has filter cdcdcdcdcdcd, and this controller ${ours.sha256.slice(0, 12)}`;
  expect(events).toContainEqual(expect.objectContaining({ type: "filter sent", reason }));
  expect(server.status()[GATEWAY]?.envoys).toMatchObject([{ filterSent: reason }]);
  const acknowledged = () => server.status()[GATEWAY]?.envoys[0]?.acknowledged;
  const before = acknowledged();
  server.publish(plan("h3"));
  await expect.poll(acknowledged, WAIT).not.toBe(before);
  expect(await ask(port, "/x")).toBe(200);
});

test("an upgraded controller before its Envoys: no request fails, and changes arrive", async () => {
  server.publish(plan("h4"));
  await start(ours);
  await expect.poll(() => ask(port, "/x"), WAIT).toBe(200);
  // An empty custom section (WebAssembly core specification, 5.5.3): the same program in other bytes.
  const bytes = Buffer.concat([ours.bytes, Buffer.from([0, 2, 1, 0x78])]);
  const newer = { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  const xdsPort = server.port;
  const failed: (number | undefined)[] = [];
  let running = true;
  const load = (async () => {
    while (running) {
      const status = await ask(port, "/x");
      if (status !== 200) failed.push(status);
    }
  })();
  try {
    await server.close();
    server = new AdsServer({ address: "127.0.0.1", port: xdsPort, wasmPath: "/nonexistent.wasm", wasm: newer, transition: union }); // prettier-ignore
    await server.listen();
    for (const hash of ["h4", "h5"]) {
      const version = server.publish(plan(hash));
      await expect.poll(() => server.status()[GATEWAY]?.envoys[0]?.acknowledged, WAIT).toBe(version);
    }
    expect(server.status()[GATEWAY]?.envoys[0]?.filterSent).toContain(newer.sha256.slice(0, 12));
  } finally {
    running = false;
    await load;
  }
  expect(failed).toEqual([]);
});
