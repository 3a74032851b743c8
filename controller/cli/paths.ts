import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FilterFile, FilterProgram } from "../xds/filter.js";
import { packageRoot } from "../xds/package-root.js";

/** The compiled filter, `build/claimgate.wasm` of this package; throws one line that says what to do if it is not there. */
export function wasmPath(): string {
  const path = join(packageRoot(), "build", "claimgate.wasm");
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`make build\``);
  return path;
}

/** The same, with what is there now and its hash; throws as wasmPath(). */
export function filterFile(): FilterFile & FilterProgram {
  const path = wasmPath();
  const bytes = readFileSync(path);
  return { path, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
