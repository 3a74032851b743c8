import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let found: string | undefined;

/**
 * The folder of our package.json. Files that are no TypeScript (protos, the wasm, Envoy) are found from here, because the
 * code runs from controller/ in tests and from build/controller/ otherwise. Throws if there is none above this file.
 */
export function packageRoot(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("package.json not found above the controller");
    folder = parent;
  }
  found = folder;
  return folder;
}
