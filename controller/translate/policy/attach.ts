// Which policies are attached where: by targetRefs and selectors, and by ExtensionRef filters of routes.
import { isObject } from "../../api/defaults.js";
import type { HTTPRoute, KubernetesObject } from "../../api/types.js";
import type { LoadedResource } from "../../source/source.js";
import { append, GATEWAY_GROUP, keyOf, namespaceOf, objectId } from "../resources.js";
import type { Topology } from "../routing/topology.js";
import { extensionRefs } from "./effective.js";
import type { AttachedPolicy } from "./identity.js";
import type { Policy, Target } from "./model.js";
import { type ResolvedTarget, resolveTargets, type Targets } from "./targets.js";

/** Policies with the targets that were found for them, and the routes whose filters name them. */
export function attachPolicies(
  policies: readonly Policy[],
  topology: Topology,
  resources: readonly LoadedResource[],
): ResolvedPolicy[] {
  const naming = new Map<string, Set<HTTPRoute>>();
  for (const { route } of topology.routes) {
    for (const rule of (route.spec.rules ?? []).keys()) {
      for (const { kind, key } of extensionRefs(route, rule)) {
        const id = `${kind} ${key}`;
        naming.set(id, (naming.get(id) ?? new Set()).add(route));
      }
    }
  }
  const targets = targetsIn(topology, resources);
  return policies.map((policy) => {
    const resolved = resolveTargets(policy, targets);
    const found = resolved.flatMap(({ target }): Target[] => (target === null ? [] : [target]));
    const routes = [...(naming.get(objectId(policy.object)) ?? [])];
    return {
      policy,
      resolved: [...resolved, ...routes.map(viaFilter)],
      targets: found,
      viaFilters: routes.map(keyOf),
    };
  });
}

export interface ResolvedPolicy extends AttachedPolicy {
  /** Every target asked for that is ours to judge, with what came of it. */
  resolved: readonly ResolvedTarget[];
}

function targetsIn(topology: Topology, resources: readonly LoadedResource[]): Targets {
  const { gateways, httpRoutes } = topology.index.resources;
  const served = topology.gateways.flatMap(({ listeners }) => listeners.flatMap(({ attached }) => attached));
  const ours = new Map(topology.gateways.map(({ key, gateway }) => [key, gateway]));
  const routes = new Map(topology.routes.map(({ key, route }) => [key, route]));
  const known = new Map<string, string[]>();
  for (const object of [...gateways, ...httpRoutes])
    append(known, `${object.kind} ${object.metadata.name}`, keyOf(object));
  const invalid = resources.filter(({ object, findings }) => object.kind === "Gateway" && findings.length > 0);
  return {
    gateways: ours,
    routes,
    known,
    servedRoutes: new Set(served.map(({ route }) => route.key)),
    foreign: new Set(
      [
        ...gateways.filter((gateway) => !ours.has(keyOf(gateway))),
        ...httpRoutes.filter((route) => !routes.has(keyOf(route)) && hasParent(route)),
      ].map((object) => objectId(object)),
    ),
    invalidGateways: new Set(invalid.map(({ object }) => keyOf(object))),
  };
}

/** Whether a route of any shape names a parent. One that has some, and none of ours, is somebody else's. */
function hasParent(route: KubernetesObject): boolean {
  const { spec } = route as KubernetesObject & { spec?: unknown };
  const parents = isObject(spec) ? spec["parentRefs"] : undefined;
  return Array.isArray(parents) && parents.some((parent) => isObject(parent) && typeof parent["name"] === "string");
}

function viaFilter(route: HTTPRoute): ResolvedTarget {
  const ref = { group: GATEWAY_GROUP, kind: "HTTPRoute", name: route.metadata.name, namespace: namespaceOf(route) };
  return { ref, target: { level: "route", route: keyOf(route) }, message: "", filterOf: route };
}
