import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../xds/package-root.js";

/** The compiled filter, `build/claimgate.wasm` of this package; throws one line that says what to do if it is not there. */
export function wasmPath(): string {
  const path = join(packageRoot(), "build", "claimgate.wasm");
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`make build\``);
  return path;
}
