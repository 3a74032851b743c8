// Resources by kind. What has findings may be of any shape: only kinds whose readers expect that see it.
import type {
  Gateway,
  HTTPRoute,
  ReferenceGrant,
  Upstream,
  V1ConfigMap,
  V1EndpointSlice,
  V1Namespace,
  V1Secret,
  V1Service,
} from "../api/types.js";
import type { LoadedResource } from "../source/source.js";
import { ResourceIndex } from "./resources.js";

/**
 * The index of everything routing reads. HTTPRoutes are there with their findings, for buildTopology to close what is wrong in
 * them; others with findings are left out: a Gateway then has no listeners, a Service no endpoints, a grant no effect.
 */
export function indexOf(
  resources: readonly LoadedResource[],
  unread: ReadonlyMap<string, string> = new Map(),
): ResourceIndex {
  const sound = <T>(kind: string): T[] =>
    resources
      .filter(({ object, findings }) => object.kind === kind && findings.length === 0)
      .map(({ object }) => object as unknown as T);
  const byKind = {
    gateways: sound<Gateway>("Gateway"),
    httpRoutes: resources.filter(({ object }) => object.kind === "HTTPRoute").map(({ object }) => object as HTTPRoute),
    services: sound<V1Service>("Service"),
    endpointSlices: sound<V1EndpointSlice>("EndpointSlice"),
    secrets: sound<V1Secret>("Secret"),
    configMaps: sound<V1ConfigMap>("ConfigMap"),
    referenceGrants: sound<ReferenceGrant>("ReferenceGrant"),
    namespaces: sound<V1Namespace>("Namespace"),
    upstreams: sound<Upstream>("Upstream"),
  };
  return new ResourceIndex(byKind, unread);
}
