import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wasmPath as builtFilter } from "../../controller/cli/paths.js";
import { EnvoyProcess } from "../../controller/envoy/process.js";
import { CAPABILITIES } from "../../controller/xds/capabilities.js";
import { AdsServer } from "../../controller/xds/server.js";
import type { XdsEvent } from "../../controller/xds/stream.js";
import { EXTENSION, ROUTE } from "../../controller/xds/types.js";
import { Load } from "../support/load.js";
import { snapshotOf, union, type Plan } from "../support/snapshots.js";

const GATEWAY = "default/http";

let folder = "";
let wasmPath = "";
let server: AdsServer;
let envoy: EnvoyProcess;
const events: XdsEvent[] = [];
let port = 0;
let other = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "claimgate-xds-"));
  wasmPath = builtFilter();
  [port, other] = [await freePort(), await freePort()];
  server = await serve(0);
  envoy = new EnvoyProcess({
    gateway: GATEWAY,
    xds: { address: "127.0.0.1", port: server.port },
    adminPort: 0,
    concurrency: 1,
    logFile: join(folder, "envoy.log"),
  });
  await envoy.start();
});

afterAll(async () => {
  await envoy.stop();
  await server.close();
  await rm(folder, { recursive: true });
});

async function serve(at: number): Promise<AdsServer> {
  const ads = new AdsServer({
    address: "127.0.0.1",
    port: at,
    wasmPath,
    transition: union,
    onEvent: (event) => void events.push(event),
  });
  await ads.listen();
  return ads;
}

/** Publishes a plan and resolves when the Envoy holds all of it. */
async function roll(plan: Plan): Promise<void> {
  const version = server.publish(snapshotOf(plan, GATEWAY));
  await eventually(() =>
    expect(server.status()[GATEWAY]?.envoys[0]).toMatchObject({ acknowledged: version, refused: [] }),
  );
}

async function get(path: string, at = port): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${at}${path}`);
  return { status: response.status, body: await response.text() };
}

async function dump(query: string): Promise<string> {
  return (await fetch(`${envoy.adminUrl}/config_dump?${query}`)).text();
}

const one = (): Plan => ({
  listeners: [{ name: "a", port }],
  tables: { a: ["h1"] },
  clusters: {},
});

describe("first snapshot", () => {
  test("until there is one, Envoy has no listener", async () => {
    await eventually(() => expect(events.map(({ type }) => type)).toContain("connected"));
    expect(await (await fetch(`${envoy.adminUrl}/listeners`)).text()).toBe("");
    await expect(get("/h1")).rejects.toThrow();
  });

  test("is served", async () => {
    await roll(one());
    expect(await get("/h1")).toEqual({ status: 200, body: "a h1" });
    expect(events.filter(({ type }) => type === "nack")).toEqual([]);
  });

  test("every field arrives", async () => {
    const extensions = JSON.parse(await dump("resource=ecds_filters")) as unknown;
    expect(extensions).toMatchObject({
      configs: [
        {
          ecds_filter: {
            name: "a",
            typed_config: {
              config: {
                name: "claimgate",
                root_id: expect.stringMatching(/^claimgate-[0-9a-f]{16}$/) as string,
                failure_policy: "FAIL_RELOAD",
                vm_config: {
                  vm_id: "claimgate",
                  runtime: "envoy.wasm.runtime.v8",
                  code: { local: { filename: wasmPath } },
                  capability_restriction_config: {
                    allowed_capabilities: Object.fromEntries(CAPABILITIES.map((name) => [name, {}])),
                  },
                },
              },
            },
          },
        },
      ],
    });
    const listeners = JSON.parse(await dump("resource=dynamic_listeners")) as unknown;
    expect(listeners).toMatchObject({
      configs: [
        {
          active_state: {
            listener: {
              filter_chains: [
                {
                  filters: [
                    {
                      typed_config: {
                        normalize_path: true,
                        merge_slashes: true,
                        path_with_escaped_slashes_action: "REJECT_REQUEST",
                        common_http_protocol_options: { headers_with_underscores_action: "DROP_HEADER" },
                        stream_idle_timeout: "30.500s",
                        early_header_mutation_extensions: [{ typed_config: { mutations: [{ remove: "x-team" }] } }],
                      },
                    },
                  ],
                },
              ],
            },
          },
        },
      ],
    });
    const routes = JSON.parse(await dump("resource=dynamic_route_configs")) as unknown;
    expect(routes).toMatchObject({ configs: [{ route_config: { name: "a", ignore_port_in_host_matching: true } }] });
  });
});

describe("capabilities", () => {
  test("are exactly what the filter imports and exports", async () => {
    const module = new WebAssembly.Module(await readFile(wasmPath));
    const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
    // Not among the parts of the API that the controller has declared for itself.
    const { exports } = WebAssembly.Module as unknown as { exports: (of: WebAssembly.Module) => { name: string }[] };
    const callbacks = exports(module).map(({ name }) => name);
    const called = callbacks.filter((name) => name.startsWith("proxy_on_"));
    expect([...imports, ...called].sort()).toEqual([...CAPABILITIES].sort());
  });
});

describe("changes", () => {
  test("two listeners with filters of the same name are not mixed up", async () => {
    await roll({ listeners: [...one().listeners, { name: "b", port: other }], tables: { a: ["h1"], b: ["h2"] } });
    expect(await get("/h1")).toEqual({ status: 200, body: "a h1" });
    expect(await get("/h2", other)).toEqual({ status: 200, body: "b h2" });
  });

  test("a removed listener is closed, the other stays", async () => {
    await roll(one());
    await eventually(() => expect(get("/h2", other)).rejects.toThrow());
    expect(await get("/h1")).toEqual({ status: 200, body: "a h1" });
  });

  test("no request fails while the policy of its route changes", async () => {
    const plan = (hash: string): Plan => ({ ...one(), tables: { a: [`${hash}@/x`] } });
    await roll(plan("h0"));
    const load = new Load(`http://127.0.0.1:${port}/x`);
    for (let i = 1; i <= 10; i++) await roll(plan(`h${i}`));
    expect((await load.stop()).unexpected).toEqual([]);
    expect(await get("/x")).toEqual({ status: 200, body: "a h10" });
  });

  test("a route table that Envoy refuses is reported, and the old one stays in force", async () => {
    await roll(one());
    events.length = 0;
    const load = new Load(`http://127.0.0.1:${port}/h1`);
    server.publish(snapshotOf({ ...one(), tables: { a: ["h1", "h5"] }, regexes: { a: "(?=x)" } }, GATEWAY));
    await eventually(() => expect(events.map(({ type }) => type)).toContain("nack"));
    expect(events).toMatchObject([{ type: "nack", gateway: GATEWAY, typeUrl: ROUTE, resources: ["a"] }]);
    const status = server.status()[GATEWAY]?.envoys[0];
    expect(status?.lastNack?.message).toContain("invalid perl operator: (?=");
    expect(status?.pending).toEqual([ROUTE]);
    expect(await get("/h1")).toEqual({ status: 200, body: "a h1" });
    expect((await get("/h5")).status).toBe(404);
    await roll({ ...one(), tables: { a: ["h1", "h5"] } });
    expect((await load.stop()).unexpected).toEqual([]);
    expect(await get("/h5")).toEqual({ status: 200, body: "a h5" });
  });
});

describe("interruptions", () => {
  test("a plugin configuration that the filter refuses is reported, and the previous one stays in force", async () => {
    await roll(one());
    const snapshot = snapshotOf(one(), GATEWAY);
    for (const wrong of [{ version: 2 }, { polices: {} }]) {
      events.length = 0;
      const plugins = new Map([...snapshot.plugins].map(([name, plugin]) => [name, { ...plugin, ...wrong }]));
      server.publish({ ...snapshot, plugins: plugins as unknown as typeof snapshot.plugins });
      await eventually(() =>
        expect(events.find(({ type }) => type === "nack")).toMatchObject({
          typeUrl: EXTENSION,
          message: expect.stringContaining("Unable to create Wasm plugin") as string,
        }),
      );
      expect(await get("/h1")).toEqual({ status: 200, body: "a h1" });
    }
    await roll(one());
  });

  test("a restarted controller with the same content changes nothing in Envoy, requests go on", async () => {
    await roll(one());
    const load = new Load(`http://127.0.0.1:${port}/h1`);
    const before = await counters();
    const at = server.port;
    await server.close();
    events.length = 0;
    server = await serve(at);
    await roll(one());
    expect(await counters()).toEqual(before);
    expect((await load.stop()).unexpected).toEqual([]);
    await roll({ ...one(), tables: { a: ["h1", "h6"] } });
    expect(await get("/h6")).toEqual({ status: 200, body: "a h6" });
  });

  test("an Envoy that is killed is started again and gets everything", async () => {
    const killed = envoy.pid ?? 0;
    events.length = 0;
    process.kill(killed, "SIGKILL");
    await eventually(() => expect(events.map(({ type }) => type)).toEqual(["disconnected", "connected", "programmed"]));
    expect(envoy.pid).not.toBe(killed);
    expect(await get("/h6")).toEqual({ status: 200, body: "a h6" });
  });

  test("an Envoy that may not have the configuration gets none", async () => {
    const strict = new AdsServer({
      ...{
        address: "127.0.0.1",
        port: 0,
        wasmPath,
        transition: union,
        onEvent: (event: XdsEvent) => void events.push(event),
      },
      authorize: (gateway) => gateway !== GATEWAY,
    });
    await strict.listen();
    strict.publish(snapshotOf(one(), GATEWAY));
    events.length = 0;
    const stranger = new EnvoyProcess({
      gateway: GATEWAY,
      xds: { address: "127.0.0.1", port: strict.port },
      adminPort: 0,
      concurrency: 1,
    });
    await stranger.start();
    try {
      await eventually(() => expect(events.map(({ type }) => type)).toContain("unauthorized"));
      expect(strict.status()[GATEWAY]?.envoys).toEqual([]);
      expect(await (await fetch(`${stranger.adminUrl}/listeners`)).text()).toBe("");
    } finally {
      await stranger.stop();
      await strict.close();
    }
  });

  test("a taken admin port is one line that says what to do", async () => {
    const adminPort = Number(new URL(envoy.adminUrl).port);
    const second = new EnvoyProcess({
      ...{ gateway: GATEWAY, xds: { address: "127.0.0.1", port: server.port }, adminPort, concurrency: 1 },
      logFile: join(folder, "second.log"),
    });
    await expect(second.start()).rejects.toThrow(
      `Envoy for ${GATEWAY} did not start: 127.0.0.1:${adminPort} is in use by another process; choose another port`,
    );
  });

  test("a removed Gateway leaves no listener", async () => {
    server.remove(GATEWAY);
    await eventually(async () => expect(await (await fetch(`${envoy.adminUrl}/listeners`)).text()).toBe(""));
  });
});

/** How often Envoy has taken listeners, route tables and filters over from us. */
async function counters(): Promise<string[]> {
  const stats = await (
    await fetch(
      `${envoy.adminUrl}/stats?filter=${encodeURIComponent("listener_(added|modified|removed)|config_reload$")}`,
    )
  ).text();
  return stats.split("\n").sort();
}

async function eventually(check: () => void | Promise<void>): Promise<void> {
  const deadline = Date.now() + 8_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
