// Resources for tests, from YAML in which only what matters is written.
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../controller/api/types.js";
import { ResourceIndex, type RoutingResources } from "../../controller/translate/resources.js";
import { type RenderedGateway, type RenderOptions, renderGateway } from "../../controller/translate/routing/render.js";
import { type Topology, type TopologyOptions, buildTopology } from "../../controller/translate/routing/topology.js";

const LISTS: Record<string, keyof RoutingResources> = {
  Gateway: "gateways",
  HTTPRoute: "httpRoutes",
  Service: "services",
  EndpointSlice: "endpointSlices",
  Secret: "secrets",
  ReferenceGrant: "referenceGrants",
  Namespace: "namespaces",
  Upstream: "upstreams",
};

/** Reads documents; a document without a namespace is in "default". */
export function resources(yaml: string): RoutingResources {
  const result: Record<keyof RoutingResources, KubernetesObject[]> = {
    gateways: [],
    httpRoutes: [],
    services: [],
    endpointSlices: [],
    secrets: [],
    configMaps: [],
    referenceGrants: [],
    namespaces: [],
    upstreams: [],
  };
  for (const document of parseAllDocuments(yaml)) {
    for (const error of [...document.errors, ...document.warnings]) throw error;
    const object = document.toJS() as KubernetesObject | null;
    if (object === null) continue;
    const list = LISTS[object.kind];
    if (list === undefined) throw new Error(`no list for ${object.kind}`);
    result[list].push(object);
  }
  return result as unknown as RoutingResources;
}

export function topologyOf(yaml: string, options: TopologyOptions = {}): Topology {
  return buildTopology(new ResourceIndex(resources(yaml)), options);
}

/** One policy for everything, unless told otherwise. */
export const OPEN: RenderOptions = {
  policyHash: () => "open",
  defaultPolicyHash: () => "open",
  mutableHeaders: () => new Set(),
  earlyRemovedHeaders: [],
  address: "127.0.0.1",
  portOffset: 0,
};

/** Renders the only Gateway. */
export function render(topology: Topology, options: Partial<RenderOptions> = {}): RenderedGateway {
  return renderGateway(topology, topology.gateways[0]!, { ...OPEN, ...options });
}

export interface EnvoyRoute {
  name: string;
  match: Record<string, unknown>;
  route?: { cluster?: string; timeout?: string; weightedClusters?: { clusters: { name: string; weight: number }[] } };
  directResponse?: { status: number };
}

export interface EnvoyVirtualHost {
  name: string;
  domains: string[];
  routes: EnvoyRoute[];
  typedPerFilterConfig?: Record<string, unknown>;
}

/** Virtual hosts of a port by domain. */
export function virtualHosts(rendered: RenderedGateway, name = "default/gw/80"): Map<string, EnvoyVirtualHost> {
  const hosts = rendered.routes.get(name)?.["virtualHosts"] as EnvoyVirtualHost[];
  return new Map(hosts.map((host) => [host.domains[0]!, host]));
}

/** The routes of a virtual host, each once, whether they stand in a list or in the leaves of a tree. */
export function everyRoute<R extends object>(host: object): R[] {
  const found = new Set<R>();
  const visit = (value: object) => {
    for (const [key, inner] of Object.entries(value) as [string, unknown][])
      if (key === "routes") for (const route of inner as R[]) found.add(route);
      else if (typeof inner === "object" && inner !== null) visit(inner);
  };
  visit(host);
  return [...found];
}

/** Names of the routes of a domain without "httproute/", the hash and the first, which is the same everywhere. */
export function routeNames(rendered: RenderedGateway, domain = "*", name?: string): string[] {
  const host = virtualHosts(rendered, name).get(domain);
  return (host?.routes ?? []).slice(1).map((route) => route.name.replace(/^httproute\//, "").replace(/#.*$/, ""));
}

export const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: default, generation: 3 }
spec:
  gatewayClassName: claimgate
  listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]
---`;

/** A Service with one port 80 and ready endpoints "ADDRESS:PORT". */
export function service(name: string, endpoints: readonly string[] = ["10.0.0.1:8080"], port = "port: 80"): string {
  const slices = endpoints.map((endpoint, i) => {
    const [address, number] = endpoint.split(":");
    return `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-${i}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ port: ${number} }]
endpoints: [{ addresses: [${address}] }]
---`;
  });
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ports: [{ ${port} }] }
---${slices.join("")}`;
}

/** An HTTPRoute of Gateway "gw"; `spec` in flow style, e.g. `hostnames: [a], rules: [...]`. */
export function route(name: string, spec: string, metadata = ""): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, generation: 7${metadata && `, ${metadata}`} }
spec: { ${spec.includes("parentRefs:") ? "" : "parentRefs: [{ name: gw, namespace: default }], "}${spec} }
---`;
}
