// A Gateway's part of the topology, with its policies, as Envoy resources.
import { Kept } from "../kept.js";
import { append } from "../resources.js";
import type { EnvoyResource } from "../snapshot.js";
import type { BackendReference } from "./backends.js";
import { renderCluster, renderEndpoints } from "./clusters.js";
import { type Chain, type ListenerOptions, renderListener } from "./listeners.js";
import type { RenderRefusal } from "./status.js";
import { renderSecret } from "./tls.js";
import { type GatewayTopology, type ListenerTopology, type Topology, isRefused } from "./topology.js";
import { type PolicyView, renderVirtualHosts } from "./virtualhosts.js";

export type RenderOptions = PolicyView & ListenerOptions;

export interface RenderedGateway {
  /** Certificates with their keys, by "NS/SECRET". */
  readonly secrets: ReadonlyMap<string, EnvoyResource>;
  /** By "NS/GATEWAY/PORT". */
  readonly listeners: ReadonlyMap<string, EnvoyResource>;
  /** RouteConfigurations, by the name of their listener; with HTTPS, by "NS/GATEWAY/PORT/LISTENER". */
  readonly routes: ReadonlyMap<string, EnvoyResource>;
  /** By "NS/SERVICE/PORT". */
  readonly clusters: ReadonlyMap<string, EnvoyResource>;
  /** ClusterLoadAssignments, by the name of their cluster. */
  readonly endpoints: ReadonlyMap<string, EnvoyResource>;
  /** Rules closed because of their policies, for `routeStatuses`. */
  readonly refusals: readonly RenderRefusal[];
  /**
   * What stands behind the # of route names, by ListenerTopology.id, with the default policy's hash. A plugin
   * configuration may leave the route's name unread only if that is the default's alone.
   */
  readonly policyHashes: ReadonlyMap<string, ReadonlySet<string>>;
}

export function renderGateway(topology: Topology, gateway: GatewayTopology, options: RenderOptions): RenderedGateway {
  const byPort = new Map<number, ListenerTopology[]>();
  for (const listener of gateway.listeners) if (listener.accepted) append(byPort, listener.port, listener);
  const listeners = new Map<string, EnvoyResource>();
  const routes = new Map<string, EnvoyResource>();
  const secrets = new Map<string, EnvoyResource>();
  const refusals: RenderRefusal[] = [];
  const policyHashes = new Map<string, ReadonlySet<string>>();
  for (const [port, ofPort] of byPort) {
    const name = `${gateway.key}/${port}`;
    const chains = chainsOf(name, port, ofPort, gateway);
    listeners.set(name, renderListener(name, port, chains, options));
    for (const { table, listeners: judging, elsewhere } of chains) {
      const rendered = renderVirtualHosts(judging, options, elsewhere);
      routes.set(table, {
        name: table,
        virtualHosts: rendered.virtualHosts,
        ignorePortInHostMatching: true,
        // Clusters come before routes; the share of invalid backends leads to a cluster that is never defined.
        validateClusters: false,
      });
      refusals.push(...rendered.refusals);
      for (const [id, hashes] of rendered.policyHashes) policyHashes.set(id, hashes);
    }
    for (const { certificates = [] } of ofPort)
      for (const certificate of certificates) secrets.set(certificate.name, renderSecret(certificate));
  }
  const clusters = new Map<string, EnvoyResource>();
  const endpoints = new Map<string, EnvoyResource>();
  for (const backend of usedBackends(gateway)) {
    clusters.set(backend.cluster, renderCluster(backend));
    endpoints.set(backend.cluster, renderEndpoints(backend, topology.index));
  }
  return { secrets, listeners, routes, clusters, endpoints, refusals, policyHashes };
}

/**
 * With HTTP one chain for all listeners of a port: the request's host chooses. With HTTPS one for each: SNI chooses before there
 * is a request, and what it chose serves its own hosts only.
 */
function chainsOf(
  name: string,
  port: number,
  ofPort: readonly ListenerTopology[],
  { listeners }: GatewayTopology,
): (Chain & { elsewhere: readonly string[] })[] {
  const plain = ofPort.filter(({ certificates }) => certificates === undefined);
  if (plain.length > 0) return [{ table: name, listeners: plain, elsewhere: [] }];
  const all = listeners.filter((listener) => listener.port === port && listener.certificates !== undefined);
  return ofPort.map((listener) => ({
    table: `${name}/${listener.name}`,
    listeners: [listener],
    tls: listener,
    elsewhere: all.filter((other) => other !== listener).map(({ hostname }) => hostname),
  }));
}

const backends = new Kept<GatewayTopology, readonly BackendReference[]>();

/** Backends of the rules a Gateway serves, each once, by name. */
function usedBackends(gateway: GatewayTopology): readonly BackendReference[] {
  return backends.get(gateway, [], () => backendsIn(gateway));
}

function backendsIn(gateway: GatewayTopology): BackendReference[] {
  const used = new Map<string, BackendReference>();
  for (const { attached } of gateway.listeners)
    for (const { route } of attached)
      for (const rule of route.rules)
        if (!isRefused(route, rule)) for (const backend of rule.backends.references) used.set(backend.cluster, backend);
  return [...used.values()].sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
}
