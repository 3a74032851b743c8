// Objects as an API server stores them, and how they are addressed there.
import type { KubernetesObject, ObjectMeta } from "../api/types.js";
import { groupOf } from "../api/kinds.js";

export interface StoredMeta extends ObjectMeta {
  uid?: string;
  resourceVersion?: string;
  [other: string]: unknown;
}

export interface StoredObject extends KubernetesObject {
  metadata: StoredMeta;
  status?: unknown;
  [other: string]: unknown;
}

export interface ObjectList {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: StoredObject[] | null;
}

/** "Kind NAMESPACE/NAME"; a cluster-wide object has no namespace: "GatewayClass /claimgate". */
export function idOf({ kind, metadata }: Pick<KubernetesObject, "kind" | "metadata">): string {
  return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** Path of a collection, or of what is in it: /apis/GROUP/VERSION[/namespaces/NS]/PLURAL[/NAME[/SUBRESOURCE]]. */
export function apiPath(
  resource: { apiVersion: string; plural: string },
  at: { namespace?: string | undefined; name?: string; subresource?: "status" } = {},
): string {
  const { apiVersion, plural } = resource;
  const parts = [groupOf(apiVersion) === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`];
  if (at.namespace !== undefined && at.namespace !== "") parts.push("namespaces", encodeURIComponent(at.namespace));
  parts.push(plural);
  if (at.name !== undefined) parts.push(encodeURIComponent(at.name));
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.join("/");
}
