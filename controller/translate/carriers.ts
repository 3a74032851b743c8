// Which Gateways' Envoys carry what a status speaks of.
import type { ResolvedPolicy } from "./policy/attach.js";
import { Kept } from "./kept.js";
import { isBroken } from "./policy/model.js";
import { append, objectId } from "./resources.js";
import type { Topology } from "./routing/topology.js";

interface Places {
  /** Gateways by the "NS/NAME" of the routes that are attached to them. */
  readonly byRoute: ReadonlyMap<string, readonly string[]>;
  /** Of Gateways and routes. */
  readonly carriers: ReadonlyMap<string, ReadonlySet<string>>;
}

const places = new Kept<Topology["gateways"], Places>();
const ofPolicies = new Kept<ResolvedPolicy, ReadonlySet<string>>();

/** Gateways, "NS/NAME", by "Kind NS/NAME" of the resource. */
export function carriersOf(
  topology: Topology,
  attached: readonly ResolvedPolicy[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const { byRoute, carriers: ofRoutes } = places.get(topology.gateways, [], () => placesIn(topology));
  const carriers = new Map<string, ReadonlySet<string>>(ofRoutes);
  const ofExtensions = new Map<string, Set<string>>();
  for (const policy of attached) {
    const gateways = ofPolicies.get(policy, [byRoute], () => gatewaysOf(policy, byRoute));
    const { api, object, settings } = policy.policy;
    carriers.set(objectId(object), gateways);
    // An extension is carried wherever a policy uses it.
    const { authentication } = settings;
    if (api !== "kgateway" || authentication === undefined || isBroken(authentication)) continue;
    for (const id of authentication.providers?.values() ?? []) {
      const extension = `GatewayExtension ${id.split("/").slice(1, 3).join("/")}`;
      const known = ofExtensions.get(extension) ?? new Set();
      for (const gateway of gateways) known.add(gateway);
      ofExtensions.set(extension, known);
    }
  }
  for (const [extension, gateways] of ofExtensions) carriers.set(extension, gateways);
  return carriers;
}

function placesIn({ gateways }: Topology): Places {
  const byRoute = new Map<string, string[]>();
  const carriers = new Map<string, ReadonlySet<string>>();
  for (const { key, listeners } of gateways) {
    for (const listener of listeners) for (const { route } of listener.attached) append(byRoute, route.key, key);
    carriers.set(`Gateway ${key}`, new Set([key]));
  }
  for (const [route, keys] of byRoute) carriers.set(`HTTPRoute ${route}`, new Set(keys));
  return { byRoute, carriers };
}

function gatewaysOf({ targets, viaFilters }: ResolvedPolicy, byRoute: Places["byRoute"]): ReadonlySet<string> {
  const gateways = new Set(viaFilters.flatMap((route) => byRoute.get(route) ?? []));
  for (const target of targets) {
    const isPlace = target.level === "gateway" || target.level === "listener";
    for (const gateway of isPlace ? [target.gateway] : (byRoute.get(target.route) ?? [])) gateways.add(gateway);
  }
  return gateways;
}
