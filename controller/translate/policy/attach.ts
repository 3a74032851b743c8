// Which policies are attached where: by targetRefs and selectors, and by ExtensionRef filters of routes.
import type { HTTPRoute } from "../../api/types.js";
import { append, GATEWAY_GROUP, keyOf, namespaceOf } from "../resources.js";
import type { Topology } from "../routing/topology.js";
import { extensionRefs } from "./effective.js";
import type { AttachedPolicy } from "./identity.js";
import type { Policy, Target } from "./model.js";
import { type ResolvedTarget, resolveTargets } from "./targets.js";

/** Policies with the targets that were found for them, and the routes whose filters name them. */
export function attachPolicies(policies: readonly Policy[], topology: Topology): ResolvedPolicy[] {
  const served = new Set(topology.gateways.flatMap(({ listeners }) => listeners.flatMap(({ attached }) => attached)));
  const naming = new Map<string, HTTPRoute[]>();
  for (const { route } of topology.routes) {
    for (const rule of (route.spec.rules ?? []).keys()) {
      for (const { kind, key } of extensionRefs(route, rule)) append(naming, `${kind} ${key}`, route);
    }
  }
  const gateways = new Map(topology.gateways.map(({ key, gateway }) => [key, gateway]));
  const targets = {
    gateways,
    routes: new Map(topology.index.resources.httpRoutes.map((route) => [keyOf(route), route])),
    attachedRoutes: new Set([...served].map(({ route }) => route.key)),
    foreignGateways: new Set(topology.index.resources.gateways.map(keyOf).filter((key) => !gateways.has(key))),
  };
  return policies.map((policy) => {
    const resolved = resolveTargets(policy, targets);
    const found = resolved.flatMap(({ target }): Target[] => (target === null ? [] : [target]));
    const routes = [...new Set(naming.get(`${policy.object.kind} ${keyOf(policy.object)}`))];
    const viaFilters = routes.map((route) => viaFilter(route));
    return { policy, resolved: [...resolved, ...viaFilters], targets: found, viaFilters: routes.map(keyOf) };
  });
}

export interface ResolvedPolicy extends AttachedPolicy {
  /** Every target asked for, with what came of it. */
  resolved: readonly ResolvedTarget[];
}

function viaFilter(route: HTTPRoute): ResolvedTarget {
  const ref = { group: GATEWAY_GROUP, kind: "HTTPRoute", name: route.metadata.name, namespace: namespaceOf(route) };
  return { ref, target: { level: "route", route: keyOf(route) }, message: "" };
}
