// An Envoy process with static listeners, pinned to a processor, and the processor time it has used.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findEnvoy } from "../../../build/controller/envoy/find.js";
import { ENVOY_RE2_RUNTIME } from "../../../build/controller/translate/routing/regex.js";
import { pinned } from "./processor.mjs";

/** Ports nobody listens on at the moment. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export class Envoy {
  #child;
  #directory;
  admin = "";

  /** Starts Envoy on `processor` and waits until it serves. */
  static async start({ listeners, clusters = [], processor, concurrency = 1 }) {
    const envoy = new Envoy();
    envoy.#directory = mkdtempSync(join(tmpdir(), "claimgate-bench-"));
    const file = join(envoy.#directory, "bootstrap.json");
    const adminFile = join(envoy.#directory, "admin");
    const admin = { address: { socketAddress: { address: "127.0.0.1", portValue: 0 } } };
    const layeredRuntime = { layers: [{ name: "bench", staticLayer: ENVOY_RE2_RUNTIME }] };
    writeFileSync(file, JSON.stringify({ admin, layeredRuntime, staticResources: { listeners, clusters } }));
    const args = ["-c", file, "--use-dynamic-base-id", "--admin-address-path", adminFile, "-l", "error"];
    const command = pinned(processor, findEnvoy(), [...args, "--concurrency", String(concurrency)]);
    envoy.#child = spawn(...command, { stdio: ["ignore", "ignore", "inherit"] });
    for (const limit = Date.now() + 120_000; ; await delay(50)) {
      if (envoy.#child.exitCode !== null || Date.now() > limit) throw new Error("Envoy does not serve");
      envoy.admin = existsSync(adminFile) ? readFileSync(adminFile, "utf8").trim() : "";
      if (envoy.admin === "") continue;
      const ready = await fetch(`http://${envoy.admin}/ready`).catch(() => undefined);
      if (ready?.ok) return envoy;
    }
  }

  /** Processor time of all its threads so far, in µs. The process id is Envoy's (processor.mjs). */
  processorTime() {
    const tasks = `/proc/${this.#child.pid}/task`;
    let nanoseconds = 0;
    for (const task of readdirSync(tasks)) {
      nanoseconds += Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ", 1)[0]);
    }
    return nanoseconds / 1000;
  }

  /** Resident memory in MB. */
  memory() {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, "utf8"))[1]) / 1024;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Answers 200 with two bytes. */
export function upstreamListener(port) {
  const manager = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    statPrefix: "upstream",
    routeConfig: {
      virtualHosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, directResponse: { status: 200, body: { inlineString: "ok" } } }],
        },
      ],
    },
    httpFilters: [
      {
        name: "envoy.filters.http.router",
        typedConfig: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
      },
    ],
  };
  const filters = [{ name: "envoy.filters.network.http_connection_manager", typedConfig: manager }];
  const address = { socketAddress: { address: "127.0.0.1", portValue: port } };
  return { name: "upstream", address, filterChains: [{ filters }] };
}
