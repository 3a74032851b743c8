import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findEnvoy } from "../../controller/envoy/find.js";
import { Child } from "./child.js";
import { waitFor } from "./wait.js";

/** A real Envoy with a static bootstrap. */
export interface RunningEnvoy {
  /** Local port by listener name. */
  readonly ports: ReadonlyMap<string, number>;
  /** Base URL of the admin interface. */
  readonly admin: string;
  /** Counters and gauges whose name matches, by name. */
  stats(filter: string): Promise<Map<string, number>>;
  /** Envoy's log up to now. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts Envoy ($ENVOY, else the one of `make build`) and resolves when it serves; ports in `bootstrap` should be 0. */
export async function startEnvoy(bootstrap: object, concurrency = 1): Promise<RunningEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), "claimgate-test-"));
  const configuration = join(folder, "bootstrap.json");
  const addressFile = join(folder, "admin");
  writeFileSync(configuration, JSON.stringify(bootstrap));
  const options = ["--use-dynamic-base-id", "--concurrency", String(concurrency), "--log-level", "warning"];
  const child = new Child(findEnvoy(), ["-c", configuration, "--admin-address-path", addressFile, ...options]);
  const stop = async () => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const admin = await waitFor("Envoy", () => {
      child.expectRunning();
      return readyAdmin(addressFile);
    });
    const ports = await listenerPorts(admin);
    return { ports, admin, stats: (filter) => readStats(admin, filter), log: () => child.output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The admin interface's URL once Envoy says that it is ready. */
async function readyAdmin(addressFile: string): Promise<string | undefined> {
  try {
    const admin = `http://${readFileSync(addressFile, "utf8").trim()}`;
    return (await fetch(`${admin}/ready`)).ok ? admin : undefined;
  } catch {
    return undefined;
  }
}

async function listenerPorts(admin: string): Promise<Map<string, number>> {
  // Left out if there is none.
  const { listener_statuses: listeners = [] } = (await (await fetch(`${admin}/listeners?format=json`)).json()) as {
    listener_statuses?: { name: string; local_address: { socket_address: { port_value: number } } }[];
  };
  return new Map(listeners.map(({ name, local_address }) => [name, local_address.socket_address.port_value]));
}

async function readStats(admin: string, filter: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${admin}/stats?filter=${encodeURIComponent(filter)}`)).text();
  const lines = text.split("\n").map((line) => line.split(": "));
  return new Map(lines.filter((line) => line.length === 2).map(([name, value]) => [name as string, Number(value)]));
}
