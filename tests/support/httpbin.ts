import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Child } from "./child.js";
import { freePort } from "./ports.js";
import { waitFor } from "./wait.js";

/** go-httpbin, the upstream of both guides. */
export interface RunningHttpbin {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts go-httpbin ($HTTPBIN, else the one that the Makefile installs) on a free port and resolves when it answers. */
export async function startHttpbin(address = "127.0.0.1"): Promise<RunningHttpbin> {
  const program = process.env["HTTPBIN"] ?? join(packageRoot(), ".cache", "bin", "go-httpbin");
  if (!existsSync(program)) throw new Error(`no go-httpbin at ${program}: run \`make build\` or set HTTPBIN`);
  const port = await freePort();
  const child = new Child(program, ["-host", address, "-port", String(port)]);
  try {
    await waitFor("go-httpbin", async () => {
      child.expectRunning();
      const answer = await fetch(`http://${address}:${port}/status/200`).catch(() => undefined);
      return answer?.ok === true ? true : undefined;
    });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { port, stop: () => child.stop() };
}
