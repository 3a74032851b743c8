// What a resource is as translation sees it, as a hash.
import { createHash, randomUUID } from "node:crypto";
import type { KubernetesObject } from "./api/types.js";
import { canonicalJson } from "./translate/canonical.js";

const known = new WeakMap<KubernetesObject, string>();

/**
 * Hash of what translation reads of an object: an API server changes resourceVersion and managedFields with every status that is
 * written. Objects are never changed in place, so each is hashed once.
 */
export function contentOf(object: KubernetesObject): string {
  let content = known.get(object);
  if (content === undefined) known.set(object, (content = hash(object)));
  return content;
}

function hash(object: KubernetesObject): string {
  try {
    const { namespace, name, labels, creationTimestamp } = object.metadata;
    const read = { ...object, status: undefined, metadata: { namespace, name, labels, creationTimestamp } };
    return createHash("sha256").update(canonicalJson(read)).digest("base64");
  } catch {
    // Nested beyond the stack: like nothing but itself.
    return randomUUID();
  }
}
