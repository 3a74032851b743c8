// Two listeners of one worker whose filters, in one VM, get one configuration after the other, while requests of earlier ones still
// run: each new request is judged by what its listener has now. Configurations arrive by files, in any order, which the controller
// would not send.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wasmPath } from "../../controller/cli/paths.js";
import type { PluginConfiguration } from "../../controller/translate/snapshot.js";
import { pluginConfig } from "../../controller/xds/extension.js";
import { type RunningEnvoy, startEnvoy } from "../support/envoy.js";
import { waitFor } from "../support/wait.js";

const MARKS = ["a", "b", "c", "d"] as const;
type Mark = (typeof MARKS)[number];
type Listener = "one" | "two";

const folder = mkdtempSync(join(tmpdir(), "claimgate-generations-"));
const held: ServerResponse[] = [];
let envoy: RunningEnvoy;

/** Answers with the marks that arrived; below /hold only when it is told to. */
const backend = createServer((request: IncomingMessage, response: ServerResponse) => {
  if (request.url === "/hold") held.push(response);
  else response.end(MARKS.filter((mark) => request.headers[`x-${mark}`] !== undefined).join(""));
});

const type = (name: string) => ({ "@type": `type.googleapis.com/${name}` });
const HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const WASM = "envoy.extensions.filters.http.wasm.v3.Wasm";

/** Gives a listener the configuration that removes `x-MARK`; `rootId` in place of the configuration's own. */
function give(listener: Listener, mark: Mark, rootId?: string): void {
  const configuration = {
    version: 1,
    policies: { open: { checks: [] } },
    defaultPolicy: "open",
    identityHeaders: [`x-${mark}`],
  };
  const own = pluginConfig({ path: wasmPath() }, configuration as unknown as PluginConfiguration);
  const config = rootId === undefined ? own : { ...own, rootId };
  const resource = {
    ...type("envoy.config.core.v3.TypedExtensionConfig"),
    name: listener,
    typed_config: { ...type(WASM), config },
  };
  const path = join(folder, listener);
  writeFileSync(`${path}.new`, JSON.stringify({ resources: [resource] }));
  renameSync(`${path}.new`, path);
}

function listener(name: Listener): object {
  const route = { match: { prefix: "/" }, route: { cluster: "backend", timeout: "0s" } };
  const manager = {
    ...type(HCM),
    stat_prefix: name,
    route_config: { virtual_hosts: [{ name: "any", domains: ["*"], routes: [route] }] },
    http_filters: [
      {
        name,
        config_discovery: {
          config_source: { path_config_source: { path: join(folder, name) }, resource_api_version: "V3" },
          type_urls: [type(WASM)["@type"]],
        },
      },
      { name: "router", typed_config: type("envoy.extensions.filters.http.router.v3.Router") },
    ],
  };
  return {
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
    filter_chains: [{ filters: [{ name: "http", typed_config: manager }] }],
  };
}

const urlOf = (name: Listener, path: string) => `http://127.0.0.1:${envoy.ports.get(name)}${path}`;

/** The mark that a listener's filter removes, or the status if it is not 200. */
async function judgedBy(name: Listener): Promise<string> {
  const headers = Object.fromEntries(MARKS.map((mark) => [`x-${mark}`, "1"]));
  const response = await fetch(urlOf(name, "/"), { headers });
  const left = await response.text();
  return response.status === 200 ? MARKS.filter((mark) => !left.includes(mark)).join("") : String(response.status);
}

async function becomes(name: Listener, mark: Mark): Promise<void> {
  await waitFor(`${mark} at ${name}`, async () => ((await judgedBy(name)) === mark ? true : undefined));
}

/** Leaves a request running that began under what the listener has now. */
async function hold(name: Listener): Promise<void> {
  const before = held.length;
  // Ends with the test.
  fetch(urlOf(name, "/hold")).catch(() => undefined);
  await waitFor("the request at the backend", () => (held.length > before ? true : undefined));
}

beforeAll(async () => {
  await new Promise<void>((done) => backend.listen(0, "127.0.0.1", done));
  const { port } = backend.address() as AddressInfo;
  give("one", "a");
  give("two", "b");
  const endpoint = { endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: port } } } };
  const cluster = {
    ...{ name: "backend", type: "STATIC" },
    load_assignment: { cluster_name: "backend", endpoints: [{ lb_endpoints: [endpoint] }] },
  };
  envoy = await startEnvoy({
    node: { id: "envoy-1", cluster: "test" },
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
    static_resources: { listeners: [listener("one"), listener("two")], clusters: [cluster] },
  });
});

afterAll(async () => {
  for (const response of held) response.end();
  await envoy?.stop();
  backend.closeAllConnections();
  await new Promise((done) => backend.close(done));
  rmSync(folder, { recursive: true });
});

test("each listener has its own", async () => {
  for (let i = 0; i < 3; i++) expect([await judgedBy("one"), await judgedBy("two")]).toEqual(["a", "b"]);
});

test("updates, there and back, while requests of every generation run", async () => {
  await hold("one");
  give("one", "c");
  await becomes("one", "c");
  await hold("one");
  expect(await judgedBy("two")).toBe("b");
  // What it had before, and what a request still runs under.
  give("one", "a");
  await becomes("one", "a");
  give("two", "c");
  await becomes("two", "c");
  await hold("two");
  give("one", "d");
  await becomes("one", "d");
  for (let i = 0; i < 20; i++) expect([await judgedBy("one"), await judgedBy("two")]).toEqual(["d", "c"]);
  for (const response of held.splice(0)) response.end();
  for (let i = 0; i < 20; i++) expect([await judgedBy("one"), await judgedBy("two")]).toEqual(["d", "c"]);
});

test("both have the same: one context serves them", async () => {
  give("one", "c");
  await becomes("one", "c");
  await hold("one");
  give("two", "b");
  await becomes("two", "b");
  expect(await judgedBy("one")).toBe("c");
});

test("two configurations under one root_id: requests of both are refused until one has another", async () => {
  give("one", "a", "mine");
  await becomes("one", "a");
  give("two", "d", "mine");
  await waitFor("refusals", async () => ((await judgedBy("two")) === "500" ? true : undefined));
  expect(await judgedBy("one")).toBe("500");
  expect(envoy.log()).toContain("rootId: another configuration in use has the same");
  give("two", "d");
  await becomes("two", "d");
  await becomes("one", "a");
});
