import { groupOf, kindOf } from "../api/kinds.js";
import type { KubernetesObject } from "../api/types.js";
import type { LoadedResource, Problem } from "./source.js";

/** "GROUP/KIND/NAMESPACE/NAME": versions of a kind are one kind, a cluster-wide kind has no namespace. */
export function keyOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  const scoped = kindOf(object)?.scope === "Cluster" ? "" : (namespace ?? "default");
  return [groupOf(object.apiVersion), object.kind, scoped, name].join("/");
}

/** All resources in order, each once: of several definitions the last one wins, as with `kubectl apply -f DIR`. */
export function mergeResources(files: Iterable<readonly LoadedResource[]>): {
  resources: LoadedResource[];
  problems: Problem[];
} {
  const byKey = new Map<string, LoadedResource>();
  const problems: Problem[] = [];
  for (const resources of files) {
    for (const resource of resources) {
      const key = keyOf(resource.object);
      const earlier = byKey.get(key);
      if (earlier !== undefined) {
        const { kind, metadata } = resource.object;
        const which = `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
        const message = `${which} is defined in ${earlier.origin} too; this later definition wins`;
        problems.push({ origin: resource.origin, message, fatalAtStart: false });
        byKey.delete(key);
      }
      byKey.set(key, resource);
    }
  }
  return { resources: [...byKey.values()], problems };
}
