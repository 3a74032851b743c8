// Which header names are removed where. A name that any policy writes must not come from a client: Gateway-wide for policies
// of the Gateway, and for policies of routes wherever a request may reach the same team's routes or the same backends.
import type { Policy, Target } from "./model.js";
import { namespaceOf } from "../resources.js";

/** A route as far as identity is concerned. */
export interface RouteBackends {
  key: string;
  namespace: string;
  /** Cluster names. */
  backends: readonly string[];
}

export interface AttachedPolicy {
  policy: Policy;
  targets: readonly Target[];
  /** Routes whose ExtensionRef filters name it. */
  viaFilters: readonly string[];
}

/** Names by Gateway, and by what routes have in common. */
export class IdentityHeaders {
  private readonly byGateway = new Map<string, Set<string>>();
  private readonly byNamespace = new Map<string, Set<string>>();
  private readonly byBackend = new Map<string, Set<string>>();

  constructor(attached: readonly AttachedPolicy[], routes: ReadonlyMap<string, RouteBackends>) {
    for (const { policy, targets, viaFilters } of attached) {
      const names = policy.writes;
      if (names.length === 0) continue;
      const onRoutes = [...viaFilters];
      for (const target of targets) {
        if (target.level === "gateway" || target.level === "listener") add(this.byGateway, target.gateway, names);
        else onRoutes.push(target.route);
      }
      if (onRoutes.length > 0) add(this.byNamespace, namespaceOf(policy.object), names);
      for (const route of onRoutes) {
        for (const backend of routes.get(route)?.backends ?? []) add(this.byBackend, backend, names);
      }
    }
  }

  /** Whether ofRoute() has names for any. */
  get onRoutes(): boolean {
    return this.byNamespace.size + this.byBackend.size > 0;
  }

  /** Names removed from every request of a Gateway, sorted. */
  ofGateway(gateway: string): string[] {
    return [...(this.byGateway.get(gateway) ?? [])].sort();
  }

  /** Names removed on a route beyond those of its Gateway, sorted. */
  ofRoute(gateway: string, route: RouteBackends): readonly string[] {
    if (!this.onRoutes) return NONE;
    const names = new Set(this.byNamespace.get(route.namespace));
    for (const backend of route.backends) for (const name of this.byBackend.get(backend) ?? []) names.add(name);
    for (const name of this.byGateway.get(gateway) ?? []) names.delete(name);
    return [...names].sort();
  }
}

const NONE: readonly string[] = [];

function add(map: Map<string, Set<string>>, key: string, names: readonly string[]): void {
  const set = map.get(key) ?? new Set();
  for (const name of names) set.add(name);
  map.set(key, set);
}
