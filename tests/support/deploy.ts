// What is in deploy/, as kubectl makes it.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../controller/api/types.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { kubeAsset } from "./cluster/assets.js";

/** The output of `kubectl kustomize deploy/FOLDER`. */
export function kustomize(folder: string): string {
  const path = join(packageRoot(), "deploy", folder);
  return execFileSync(kubeAsset("kubectl"), ["kustomize", path], { encoding: "utf8" });
}

/** The objects of a YAML stream. */
export function objectsOf<T extends KubernetesObject = KubernetesObject>(yaml: string, kind?: string): T[] {
  const objects = parseAllDocuments(yaml).map((document) => document.toJS() as T);
  return objects.filter((object) => kind === undefined || object.kind === kind);
}
