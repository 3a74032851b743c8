import type { KubernetesObject } from "../../api/types.js";
import { keyOf } from "../resources.js";

/** Gateway API's order among equals: older first, then by namespace/name (GEP-713, conflict resolution). */
export function bySeniority(a: KubernetesObject, b: KubernetesObject): number {
  const ages = [a, b].map((object) => Date.parse(object.metadata.creationTimestamp ?? "") || Number.MAX_SAFE_INTEGER);
  if (ages[0] !== ages[1]) return ages[0]! - ages[1]!;
  return keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0;
}

/** Path of a field inside the one at `path`; an empty field is that one itself. */
export function fieldBelow(path: string, field: string): string {
  return field === "" ? path : `${path}.${field}`;
}
