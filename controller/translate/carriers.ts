// Which Gateways' Envoys carry what a status speaks of.
import type { ResolvedPolicy } from "./policy/attach.js";
import { isBroken } from "./policy/model.js";
import { append, objectId } from "./resources.js";
import type { Topology } from "./routing/topology.js";

/** Gateways, "NS/NAME", by "Kind NS/NAME" of the resource. */
export function carriersOf(
  topology: Topology,
  attached: readonly ResolvedPolicy[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const byRoute = new Map<string, string[]>();
  for (const { key, listeners } of topology.gateways) {
    for (const listener of listeners) for (const { route } of listener.attached) append(byRoute, route.key, key);
  }
  const carriers = new Map<string, Set<string>>();
  for (const { key } of topology.gateways) carriers.set(`Gateway ${key}`, new Set([key]));
  for (const [route, gateways] of byRoute) carriers.set(`HTTPRoute ${route}`, new Set(gateways));
  for (const { policy, targets, viaFilters } of attached) {
    const gateways = new Set(viaFilters.flatMap((route) => byRoute.get(route) ?? []));
    for (const target of targets) {
      const at =
        target.level === "gateway" || target.level === "listener" ? [target.gateway] : byRoute.get(target.route);
      for (const gateway of at ?? []) gateways.add(gateway);
    }
    carriers.set(objectId(policy.object), gateways);
    // An extension is carried wherever a policy uses it.
    const authentication = policy.settings.authentication;
    if (policy.api !== "kgateway" || authentication === undefined || isBroken(authentication)) continue;
    for (const id of authentication.providers?.values() ?? []) {
      const extension = `GatewayExtension ${id.split("/").slice(1, 3).join("/")}`;
      const known = carriers.get(extension) ?? new Set();
      for (const gateway of gateways) known.add(gateway);
      carriers.set(extension, known);
    }
  }
  return carriers;
}
