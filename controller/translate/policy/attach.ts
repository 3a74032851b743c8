// Which policies are attached where: by targetRefs and selectors, and by ExtensionRef filters of routes.
import { isObject } from "../../api/defaults.js";
import type { HTTPRoute, KubernetesObject } from "../../api/types.js";
import type { LoadedResource } from "../../source/source.js";
import { append, GATEWAY_GROUP, keyOf, namespaceOf, objectId } from "../resources.js";
import type { Topology } from "../routing/topology.js";
import { Kept, Memory } from "../kept.js";
import { extensionRefs, targetKey } from "./effective.js";
import type { AttachedPolicy } from "./identity.js";
import type { Policy, Target } from "./model.js";
import { type ResolvedTarget, resolveTargets, type Targets } from "./targets.js";

const keptTargets = new Kept<Topology["routes"], Targets>();
const keptNames = new Kept<Topology["routes"], ReadonlyMap<string, readonly HTTPRoute[]>>();
const keptResolved = new Kept<Policy, ResolvedPolicy>();
const kept = new Kept<Policy, ResolvedPolicy>();
const NOBODY: readonly HTTPRoute[] = [];

/**
 * Policies with the targets that were found for them, and the routes whose filters name them. Of a policy that is the same and
 * whose targets came to the same, the same object as before.
 */
export function attachPolicies(
  policies: readonly Policy[],
  topology: Topology,
  resources: readonly LoadedResource[],
  memory = new Memory(),
): ResolvedPolicy[] {
  const naming = keptNames.get(topology.routes, [], () => routesByFilter(topology));
  const invalid = resources.filter(({ object, findings }) => object.kind === "Gateway" && findings.length > 0);
  // The routes of a topology are another list whenever anything else in it, or its Gateways or HTTPRoutes, is another; so targets are
  // others whenever the routes that name a policy are.
  const inputs = [memory.list("invalid Gateways", invalid)];
  const targets = keptTargets.get(topology.routes, inputs, () => targetsIn(topology, invalid));
  return policies.map((policy) => {
    const routes = naming.size === 0 ? NOBODY : (naming.get(objectId(policy.object)) ?? NOBODY);
    return keptResolved.get(policy, [targets], () => attach(policy, targets, routes));
  });
}

/** The same as before if the targets came to the same as before. */
function attach(policy: Policy, targets: Targets, routes: readonly HTTPRoute[]): ResolvedPolicy {
  const resolved = resolveTargets(policy, targets);
  // `ref` is the policy's own; with these, all of a target is said.
  const found = resolved.flatMap(({ ref, target, message }) => [ref, target && targetKey(target), message]);
  return kept.get(policy, [...found, ...routes], () => ({
    policy,
    resolved: [...resolved, ...routes.map(viaFilter)],
    targets: resolved.flatMap(({ target }): Target[] => (target === null ? [] : [target])),
    viaFilters: routes.map(keyOf),
  }));
}

/** Routes whose filters name a policy, by "Kind NS/NAME" of the policy. */
function routesByFilter({ routes }: Topology): ReadonlyMap<string, readonly HTTPRoute[]> {
  const naming = new Map<string, HTTPRoute[]>();
  for (const { route } of routes) {
    const named = (route.spec.rules ?? []).flatMap((_, rule) => extensionRefs(route, rule));
    for (const id of new Set(named.map(({ kind, key }) => `${kind} ${key}`))) append(naming, id, route);
  }
  return naming;
}

export interface ResolvedPolicy extends AttachedPolicy {
  /** Every target asked for that is ours to judge, with what came of it. */
  resolved: readonly ResolvedTarget[];
}

function targetsIn(topology: Topology, invalid: readonly LoadedResource[]): Targets {
  const { gateways, httpRoutes } = topology.index.resources;
  const served = topology.gateways.flatMap(({ listeners }) => listeners.flatMap(({ attached }) => attached));
  const ours = new Map(topology.gateways.map(({ key, gateway }) => [key, gateway]));
  const routes = new Map(topology.routes.map(({ key, route }) => [key, route]));
  const known = new Map<string, string[]>();
  for (const object of [...gateways, ...httpRoutes])
    append(known, `${object.kind} ${object.metadata.name}`, keyOf(object));
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
