// Resources by kind. What has findings may be of any shape: only kinds whose readers expect that see it.
import type {
  Gateway,
  HTTPRoute,
  KubernetesObject,
  ReferenceGrant,
  Upstream,
  V1ConfigMap,
  V1EndpointSlice,
  V1Namespace,
  V1Secret,
  V1Service,
} from "../api/types.js";
import type { LoadedResource } from "../source/source.js";
import { Memory } from "./kept.js";
import { append, ResourceIndex } from "./resources.js";

/**
 * The index of everything routing reads. HTTPRoutes are there with their findings, for buildTopology to close what is wrong in
 * them; others with findings are left out: a Gateway then has no listeners, a Service no endpoints, a grant no effect. With a
 * memory, each list is that of before while it has the same objects.
 */
export function indexOf(
  resources: readonly LoadedResource[],
  unread: ReadonlyMap<string, string> = new Map(),
  memory = new Memory(),
): ResourceIndex {
  const byKind = new Map<string, KubernetesObject[]>();
  for (const { object, findings } of resources)
    if (findings.length === 0 || object.kind === "HTTPRoute") append(byKind, object.kind, object);
  const all = <T>(kind: string): readonly T[] => memory.list<unknown>(kind, byKind.get(kind) ?? []) as readonly T[];
  const lists = {
    gateways: all<Gateway>("Gateway"),
    httpRoutes: all<HTTPRoute>("HTTPRoute"),
    services: all<V1Service>("Service"),
    endpointSlices: all<V1EndpointSlice>("EndpointSlice"),
    secrets: all<V1Secret>("Secret"),
    configMaps: all<V1ConfigMap>("ConfigMap"),
    referenceGrants: all<ReferenceGrant>("ReferenceGrant"),
    namespaces: all<V1Namespace>("Namespace"),
    upstreams: all<Upstream>("Upstream"),
  };
  return new ResourceIndex(lists, unread);
}
