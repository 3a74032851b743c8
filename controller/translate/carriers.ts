// Which Gateways' Envoys carry what a status speaks of.
import type { ResolvedPolicy } from "./policy/attach.js";
import { Recent } from "../recent.js";
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
const all = new Kept<Places["carriers"], ReadonlyMap<string, ReadonlySet<string>>>();
const sets = new Recent<ReadonlySet<string>>(1000);

/** Gateways, "NS/NAME", by "Kind NS/NAME" of the resource. */
export function carriersOf(
  topology: Topology,
  attached: readonly ResolvedPolicy[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const { byRoute, carriers: ofRoutes } = places.get(topology.gateways, [], () => placesIn(topology));
  // All that it is made of, so that it is the same again after a change that moves no policy.
  const inputs: unknown[] = [];
  for (const policy of attached) {
    const { object } = policy.policy;
    inputs.push(
      objectId(object),
      ofPolicies.get(policy, [byRoute], () => shared(gatewaysOf(policy, byRoute))),
    );
    for (const extension of extensionsOf(policy)) inputs.push(extension);
  }
  return all.get(ofRoutes, inputs, () => withPolicies(attached, byRoute, ofRoutes));
}

function withPolicies(
  attached: readonly ResolvedPolicy[],
  byRoute: Places["byRoute"],
  ofRoutes: Places["carriers"],
): ReadonlyMap<string, ReadonlySet<string>> {
  const carriers = new Map<string, ReadonlySet<string>>(ofRoutes);
  const ofExtensions = new Map<string, Set<string>>();
  for (const policy of attached) {
    const gateways = ofPolicies.get(policy, [byRoute], () => shared(gatewaysOf(policy, byRoute)));
    carriers.set(objectId(policy.policy.object), gateways);
    // An extension is carried wherever a policy uses it.
    for (const extension of extensionsOf(policy)) {
      const known = ofExtensions.get(extension) ?? new Set();
      for (const gateway of gateways) known.add(gateway);
      ofExtensions.set(extension, known);
    }
  }
  for (const [extension, gateways] of ofExtensions) carriers.set(extension, gateways);
  return carriers;
}

const NONE: readonly string[] = [];

/** "GatewayExtension NS/NAME" of each provider that a policy uses. */
function extensionsOf({ policy: { api, settings } }: ResolvedPolicy): readonly string[] {
  const { authentication } = settings;
  if (api !== "kgateway" || authentication === undefined || isBroken(authentication)) return NONE;
  const ids = [...(authentication.providers?.values() ?? [])];
  return ids.map((id) => `GatewayExtension ${id.split("/").slice(1, 3).join("/")}`);
}

/** One object for all sets of the same Gateways. */
function shared(gateways: ReadonlySet<string>): ReadonlySet<string> {
  return sets.get([...gateways].join("\0"), () => gateways);
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
