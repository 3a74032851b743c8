// The domains of a listener, and the routes whose hostnames take them.
import { Kept, Pairs } from "../kept.js";
import { append } from "../resources.js";
import { covering, intersect } from "./hostnames.js";
import type { ListenerTopology, RouteTopology } from "./topology.js";

export interface Domain {
  readonly name: string;
  /** Routes by their hostname, the most specific one that covers the domain first; a route may be in several. */
  readonly tiers: readonly (readonly RouteTopology[])[];
  /** Stands for the domain of this listener, as long as its first route is the same. */
  readonly place: object;
}

const kept = new Kept<ListenerTopology, readonly Domain[]>();
const places = new Pairs<object>();

/** Domains that are a listener's own among those of its port, and hostnames that are served elsewhere. */
export function domainsOf(
  listener: ListenerTopology,
  listeners: readonly ListenerTopology[],
  elsewhere: readonly string[],
): readonly Domain[] {
  return kept.get(listener, [...listeners, ...elsewhere], () => {
    const owners = new Map<string, ListenerTopology | undefined>();
    for (const hostname of elsewhere) owners.set(hostname, undefined);
    for (const other of listeners) owners.set(other.hostname, other);
    const owner = (domain: string) => owners.get(covering(domain).find((hostname) => owners.has(hostname))!);
    const byHostname = new Map<string, RouteTopology[]>();
    for (const { route, hostnames } of listener.attached)
      for (const hostname of hostnames) append(byHostname, hostname, route);
    // The listener's own hostname always: its hosts are its own even where no route takes them.
    const names = new Set([listener.hostname]);
    for (const hostname of byHostname.keys()) names.add(intersect(listener.hostname, hostname)!);
    return [...names]
      .filter((name) => owner(name) === listener)
      .map((name) => {
        const tiers = covering(name).flatMap((hostname) => {
          const routes = byHostname.get(hostname);
          return routes === undefined ? [] : [routes];
        });
        return { name, tiers, place: places.of(tiers[0]?.[0] ?? listener, `${listener.id} ${name}`) };
      });
  });
}
