// The resources the routing translation reads, and how it finds them.
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

export const GATEWAY_GROUP = "gateway.networking.k8s.io";

/** EndpointSlices name the Service they belong to in this label. */
const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

export interface RoutingResources {
  gateways: readonly Gateway[];
  httpRoutes: readonly HTTPRoute[];
  services: readonly V1Service[];
  endpointSlices: readonly V1EndpointSlice[];
  secrets: readonly V1Secret[];
  configMaps: readonly V1ConfigMap[];
  referenceGrants: readonly ReferenceGrant[];
  namespaces: readonly V1Namespace[];
  upstreams: readonly Upstream[];
}

/** An object a route or policy points at. */
export interface ObjectReference {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

export function namespaceOf(object: { metadata?: { namespace?: string } }): string {
  return object.metadata?.namespace ?? "default";
}

/** "NAMESPACE/NAME", the key of a namespaced object among those of its kind. */
export function keyOf(object: Pick<KubernetesObject, "metadata"> | V1Service | V1Secret | V1ConfigMap): string {
  return `${namespaceOf(object)}/${object.metadata?.name ?? ""}`;
}

const ids = new WeakMap<KubernetesObject, string>();

/** "Kind NAMESPACE/NAME", the key of an object among all, and its name in messages. */
export function objectId(object: KubernetesObject): string {
  let id = ids.get(object);
  if (id === undefined) ids.set(object, (id = `${object.kind} ${keyOf(object)}`));
  return id;
}

/** Lookups over one consistent set of resources; built once per translation. */
export class ResourceIndex {
  private readonly servicesByKey = new Map<string, V1Service>();
  private readonly secretsByKey = new Map<string, V1Secret>();
  private readonly configMapsByKey = new Map<string, V1ConfigMap>();
  private readonly upstreamsByKey = new Map<string, Upstream>();
  private readonly slicesByService = new Map<string, V1EndpointSlice[]>();
  private readonly grantsByNamespace = new Map<string, ReferenceGrant[]>();
  private readonly labelsByNamespace = new Map<string, Record<string, string>>();

  /** @param unreadable see SourceSnapshot.unread */
  constructor(
    readonly resources: RoutingResources,
    private readonly unreadable: ReadonlyMap<string, string> = new Map(),
  ) {
    for (const service of resources.services) this.servicesByKey.set(keyOf(service), service);
    for (const secret of resources.secrets) this.secretsByKey.set(keyOf(secret), secret);
    for (const configMap of resources.configMaps) this.configMapsByKey.set(keyOf(configMap), configMap);
    for (const upstream of resources.upstreams) this.upstreamsByKey.set(keyOf(upstream), upstream);
    for (const slice of resources.endpointSlices) {
      const service = slice.metadata?.labels?.[SERVICE_NAME_LABEL];
      if (service !== undefined) append(this.slicesByService, `${namespaceOf(slice)}/${service}`, slice);
    }
    for (const grant of resources.referenceGrants) append(this.grantsByNamespace, namespaceOf(grant), grant);
    for (const namespace of resources.namespaces) {
      const name = namespace.metadata?.name;
      if (name !== undefined) this.labelsByNamespace.set(name, namespace.metadata?.labels ?? {});
    }
  }

  service(namespace: string, name: string): V1Service | undefined {
    return this.servicesByKey.get(`${namespace}/${name}`);
  }

  secret(namespace: string, name: string): V1Secret | undefined {
    return this.secretsByKey.get(`${namespace}/${name}`);
  }

  configMap(namespace: string, name: string): V1ConfigMap | undefined {
    return this.configMapsByKey.get(`${namespace}/${name}`);
  }

  upstream(namespace: string, name: string): Upstream | undefined {
    return this.upstreamsByKey.get(`${namespace}/${name}`);
  }

  /** Of one that is not there: why that is not known, as in "cannot be read: …"; undefined if it is known. */
  unread(kind: "Secret" | "ConfigMap", namespace: string, name: string): string | undefined {
    return this.unreadable.get(`${kind} ${namespace}/${name}`);
  }

  /** All that unread() may say. */
  get unreadWords(): string {
    return JSON.stringify([...this.unreadable]);
  }

  /** With these kinds only: of what is made of it, they are all that it can depend on; and what is unread, if Secrets or ConfigMaps are. */
  restrictedTo(...kinds: readonly (keyof RoutingResources)[]): ResourceIndex {
    const unreadable = kinds.includes("secrets") || kinds.includes("configMaps") ? this.unreadable : undefined;
    const some = Object.entries(this.resources).map(([kind, list]) => [
      kind,
      kinds.includes(kind as never) ? list : [],
    ]);
    return new ResourceIndex(Object.fromEntries(some) as unknown as RoutingResources, unreadable);
  }

  endpointSlices(namespace: string, service: string): readonly V1EndpointSlice[] {
    return this.slicesByService.get(`${namespace}/${service}`) ?? [];
  }

  /** The labels of a namespace; `kubernetes.io/metadata.name` is always there, as the API server sets it on each. */
  namespaceLabels(namespace: string): Record<string, string> {
    return { ...this.labelsByNamespace.get(namespace), "kubernetes.io/metadata.name": namespace };
  }

  /** Whether a ReferenceGrant in the target's namespace lets `from` point at `to`. */
  isGranted(from: Omit<ObjectReference, "name">, to: ObjectReference): boolean {
    return (this.grantsByNamespace.get(to.namespace) ?? []).some(
      ({ spec }) =>
        (spec.from ?? []).some(
          (f) => f.group === from.group && f.kind === from.kind && f.namespace === from.namespace,
        ) &&
        // A name that is present but empty is "all objects of the kind" in Gateway API.
        (spec.to ?? []).some((t) => t.group === to.group && t.kind === to.kind && (!t.name || t.name === to.name)),
    );
  }
}

/** Adds to the list under a key, making the list when it is the first. */
export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
