// A real Envoy that serves a rendered Gateway from a static bootstrap: routes inline instead of over RDS, endpoints in the
// clusters, and in place of the wasm filters fault filters that tell which of them are in a request's chain.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RenderedGateway } from "../../controller/translate/routing/render.js";
import { ENVOY_RE2_RUNTIME } from "../../controller/translate/routing/regex.js";

type Json = Record<string, unknown>;

export function envoyBinary(): string {
  const binary = process.env["ENVOY"] ?? resolve(import.meta.dirname, "../../.venv/bin/envoy");
  if (!existsSync(binary)) throw new Error(`no Envoy at ${binary}: set $ENVOY, or make the virtual environment`);
  return binary;
}

const FAULT = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault";

/** Status with which the nth filter answers a request that has the header `x-fault: on`. */
export const FAULT_STATUS = [451, 452, 453] as const;

export class StaticEnvoy {
  private constructor(
    private readonly process: ChildProcess,
    private readonly directory: string,
    /** Local port by listener name. */
    readonly ports: ReadonlyMap<string, number>,
    readonly admin: string,
  ) {}

  /** Starts Envoy and waits until it serves. Throws with its log when it refuses the configuration. */
  static async start(rendered: RenderedGateway): Promise<StaticEnvoy> {
    const directory = mkdtempSync(join(tmpdir(), "claimgate-envoy-"));
    writeFileSync(join(directory, "bootstrap.json"), JSON.stringify(bootstrap(rendered, directory)));
    const addressFile = join(directory, "admin");
    const child = spawn(
      envoyBinary(),
      [
        "-c",
        join(directory, "bootstrap.json"),
        "--use-dynamic-base-id",
        "--admin-address-path",
        addressFile,
        "--concurrency",
        "1",
        "-l",
        "error",
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let log = "";
    child.stderr!.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const deadline = Date.now() + 30_000;
    for (;;) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill("SIGKILL");
        rmSync(directory, { recursive: true });
        throw new Error(`Envoy does not serve: ${log}`);
      }
      const admin = existsSync(addressFile) ? readFileSync(addressFile, "utf8").trim() : "";
      const ready =
        admin !== "" &&
        (await fetch(`http://${admin}/ready`).then(
          (r) => r.ok,
          () => false,
        ));
      if (ready) return new StaticEnvoy(child, directory, await listenerPorts(admin), admin);
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
    rmSync(this.directory, { recursive: true });
  }
}

async function listenerPorts(admin: string): Promise<Map<string, number>> {
  const response = await fetch(`http://${admin}/listeners?format=json`);
  const body = (await response.json()) as {
    listener_statuses: { name: string; local_address: { socket_address: { port_value: number } } }[];
  };
  return new Map(body.listener_statuses.map((l) => [l.name, l.local_address.socket_address.port_value]));
}

function bootstrap(rendered: RenderedGateway, directory: string): Json {
  return {
    node: { id: "test", cluster: "test" },
    admin: { address: { socketAddress: { address: "127.0.0.1", portValue: 0 } } },
    layeredRuntime: { layers: [{ name: "static", staticLayer: ENVOY_RE2_RUNTIME }] },
    staticResources: {
      listeners: [...rendered.listeners].map(([name, listener]) =>
        staticListener(listener, rendered.routes.get(name)!, directory),
      ),
      clusters: [...rendered.clusters].map(([name, cluster]) => {
        const rest: Json = { ...cluster };
        delete rest["edsClusterConfig"];
        return { ...rest, type: "STATIC", loadAssignment: rendered.endpoints.get(name) };
      }),
    },
  };
}

function staticListener(listener: Json, routeConfig: Json, directory: string): Json {
  const copy = structuredClone(listener) as {
    address: { socketAddress: { portValue: number } };
    filterChains: { filters: { typedConfig: Json }[] }[];
  };
  copy.address.socketAddress.portValue = 0;
  const manager = copy.filterChains[0]!.filters[0]!.typedConfig;
  delete manager["rds"];
  manager["routeConfig"] = routeConfig;
  const filters = manager["httpFilters"] as Json[];
  manager["httpFilters"] = filters.map((filter, i) =>
    "configDiscovery" in filter ? faultFilter(String(filter["name"]), FAULT_STATUS[i]!, directory) : filter,
  );
  return copy;
}

function faultFilter(name: string, httpStatus: number, directory: string): Json {
  const path = join(directory, `${name.replaceAll("/", "_")}.json`);
  const typedConfig = {
    "@type": FAULT,
    abort: { httpStatus, percentage: { numerator: 100 } },
    headers: [{ name: "x-fault", stringMatch: { exact: "on" } }],
  };
  const extension = { "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", name, typedConfig };
  writeFileSync(path, JSON.stringify({ resources: [extension] }));
  const configSource = { pathConfigSource: { path }, resourceApiVersion: "V3" };
  return { name, configDiscovery: { configSource, typeUrls: [FAULT] } };
}
