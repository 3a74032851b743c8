import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";
import { packageRoot } from "./package-root.js";

const require = createRequire(import.meta.url);

/** Where .proto files are looked for, in this order: our overlay first, since it replaces what is older in the package. */
function importPaths(): string[] {
  const deps = join(dirname(require.resolve("@grpc/grpc-js-xds/package.json")), "deps");
  return [
    join(packageRoot(), "controller", "xds", "protos"),
    ...["envoy-api", "xds", "googleapis", "protoc-gen-validate"].map((name) => join(deps, name)),
    // google/protobuf/descriptor.proto, which the annotations import; the other well-known types are built into protobufjs.
    dirname(require.resolve("protobufjs/package.json")),
  ];
}

let paths: string[] | undefined;
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => {
  if (protobuf.common.get(target) !== null) return target;
  for (const path of (paths ??= importPaths())) {
    if (existsSync(join(path, target))) return join(path, target);
  }
  throw new Error(`${target}: no such .proto file in ${paths.join(", ")}`);
};

const types = new Map<string, protobuf.Type>();
const loadedFolders = new Set<string>();

/** Envoy's convention: package a.b.v3 lies in a/b/v3/. All files of that folder, as file names do not follow from message names. */
function loadPackage(name: string): void {
  const folder = name.replaceAll(".", "/");
  if (loadedFolders.has(folder)) return;
  loadedFolders.add(folder);
  if (folder === "google/protobuf") {
    for (const file of ["any", "duration", "empty", "struct", "wrappers"]) load(`google/protobuf/${file}.proto`);
    return;
  }
  const files = new Set<string>();
  for (const path of (paths ??= importPaths())) {
    if (!existsSync(join(path, folder))) continue;
    for (const file of readdirSync(join(path, folder))) if (file.endsWith(".proto")) files.add(`${folder}/${file}`);
  }
  for (const file of files) load(file);
}

function load(file: string): void {
  // Names as in the file (snake_case): protobufjs' camelCase differs from proto3 JSON where digits follow an underscore.
  root.loadSync(file, { keepCase: true });
}

/**
 * The message type of a full name ("envoy.config.cluster.v3.Cluster"), resolved, with fields named as in the .proto file.
 * Files are loaded when first needed. Throws if no such message is known.
 */
export function lookupType(fullName: string): protobuf.Type {
  const known = types.get(fullName);
  if (known !== undefined) return known;
  const parts = fullName.split(".");
  // A nested message has a capitalised parent that is no package.
  const end = parts.findIndex((part) => /^[A-Z]/.test(part));
  if (end > 0) loadPackage(parts.slice(0, end).join("."));
  const found = root.lookup(`.${fullName}`, [protobuf.Type]);
  if (!(found instanceof protobuf.Type)) throw new Error(`${fullName}: unknown message type`);
  root.resolveAll();
  types.set(fullName, found);
  return found;
}
