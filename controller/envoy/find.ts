import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../xds/package-root.js";

/** Path of the Envoy to run: $ENVOY, else the one that `make build` puts beside us. Throws an Error that says what to do. */
export function findEnvoy(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment["ENVOY"];
  if (named !== undefined && named !== "") {
    if (!executable(named)) throw new Error(`ENVOY=${named} is not an executable file`);
    return named;
  }
  const local = join(packageRoot(), ".venv", "bin", "envoy");
  if (!executable(local)) throw new Error("Envoy not found: run `make build` or set ENVOY to its path");
  return local;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
