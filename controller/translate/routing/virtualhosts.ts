// The routes of one port by domain. A host belongs to the most specific listener of the port (listener isolation); within
// a domain the routes of the most specific hostname come first, those of less specific ones follow.
import { Kept } from "../kept.js";
import type { EnvoyResource } from "../snapshot.js";
import { type Domain, domainsOf } from "./domains.js";
import { closedEntry, entriesOf, type Entry, type Mutable, REFUSED_HASH } from "./entries.js";
import { comparePrecedence } from "./precedence.js";
import { directResponse } from "./rules.js";
import type { RenderRefusal } from "./status.js";
import { isRefused, type ListenerTopology, type RouteTopology } from "./topology.js";
import { routesOf } from "./tree.js";

export { REFUSED_HASH };

/** What rendering needs to know about policies. */
export interface PolicyView {
  /** Hash of the effective policy of a rule; the same for the same policy, and never "refused". */
  policyHash(listener: ListenerTopology, route: RouteTopology, ruleIndex: number): string;
  /** Hash of the policy of requests that match no route. */
  defaultPolicyHash(listener: ListenerTopology): string;
  /** Lower-case names of the headers the filter may add, change or remove: identity headers, token sources. */
  mutableHeaders(listener: ListenerTopology): ReadonlySet<string>;
  /** The same for query parameters. Default: access_token. */
  mutableQueryParams?(listener: ListenerTopology): ReadonlySet<string>;
}

export interface RenderedVirtualHosts {
  readonly virtualHosts: readonly EnvoyResource[];
  readonly refusals: readonly RenderRefusal[];
  /** What stands behind the # of route names, by ListenerTopology.id. */
  readonly policyHashes: ReadonlyMap<string, ReadonlySet<string>>;
}

const FILTER_DISABLED = { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", disabled: true };
/**
 * A path with a `;`, which every request is asked for, and again when the filter has changed a header: `anywhere` is looked for first, since
 * that takes a tenth of a regular expression's time. `match` is of a route, whose expression sees the path alone; `beforeQuery` is of a
 * tree, which sees the query too.
 */
export const PATH_PARAMETERS = {
  anywhere: ";",
  beforeQuery: "[^;?]*;.*",
  match: { safeRegex: { regex: "[^;]*;.*" }, headers: [{ name: ":path", stringMatch: { contains: ";" } }] },
};
const TOKEN_PARAMETERS: ReadonlySet<string> = new Set(["access_token"]);

/** One domain of a listener. */
interface RenderedDomain {
  readonly virtualHost: EnvoyResource;
  readonly refusals: readonly RenderRefusal[];
  /** What stands behind the # of its routes' names. */
  readonly hashes: readonly string[];
}

const kept = new Kept<object, RenderedDomain>();

/**
 * @param listeners the accepted ones of one port of a Gateway; their hostnames differ
 * @param elsewhere hostnames of listeners whose hosts are not served here: TLS chose another one (by SNI) than the request names.
 *   A client that shares a connection between hosts is told to open another (RFC 9110 §15.5.20).
 */
export function renderVirtualHosts(
  listeners: readonly ListenerTopology[],
  policies: PolicyView,
  elsewhere: readonly string[] = [],
): RenderedVirtualHosts {
  const byDomain = new Map<string, EnvoyResource>();
  const refusals = new Map<string, RenderRefusal>();
  const policyHashes = new Map<string, Set<string>>();
  for (const listener of listeners) {
    const defaultHash = policies.defaultPolicyHash(listener);
    const others = listeners.filter((other) => other !== listener).map(({ id }) => id);
    const hashes = new Set([defaultHash]);
    policyHashes.set(listener.id, hashes);
    const entries = entriesByRoute(listener, policies);
    for (const domain of domainsOf(listener, listeners, elsewhere)) {
      const inputs: unknown[] = [defaultHash, ...others];
      for (const tier of domain.tiers) {
        inputs.push(tier.length);
        for (const route of tier) inputs.push(entries.get(route));
      }
      const rendered = kept.get(domain.place, inputs, () =>
        renderDomain(listener, domain, entries, defaultHash, others),
      );
      byDomain.set(domain.name, rendered.virtualHost);
      for (const hash of rendered.hashes) hashes.add(hash);
      for (const refusal of rendered.refusals)
        refusals.set(`${listener.id} ${refusal.route} ${refusal.ruleIndex}`, refusal);
    }
    for (const hostname of elsewhere)
      byDomain.set(hostname, {
        name: hostname,
        domains: [hostname],
        routes: [fixedRoutes(defaultHash).misdirected],
        // Not judged by this listener's policies: the client is to come back without having shown a token.
        typedPerFilterConfig: { [listener.id]: FILTER_DISABLED },
      });
  }
  const virtualHosts = [...byDomain].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, virtualHost]) => virtualHost);
  return { virtualHosts, refusals: [...refusals.values()], policyHashes };
}

/** @param others listeners of the port that the domain is not of */
function renderDomain(
  listener: ListenerTopology,
  domain: Domain,
  byRoute: ReadonlyMap<RouteTopology, readonly Entry[]>,
  defaultHash: string,
  others: readonly string[],
): RenderedDomain {
  const fixed = fixedRoutes(defaultHash);
  const { entries, complete } = reachable(domain, byRoute);
  const reported = closeUnsafe(entries, complete ? undefined : defaultHash);
  const refusals = reported.map(({ routeKey, ruleIndex, mutable }) => ({
    route: routeKey,
    ruleIndex,
    listener: listener.id,
    field: `spec.rules[${ruleIndex}].matches`,
    message:
      `a match on ${mutable!} is safe only if every route of ${domain.name} has the same policy: ` +
      "the filter may change it, and the request would be served by another route than it was judged for",
  }));
  const routes = entries.map(({ envoy }) => envoy);
  if (!complete) routes.push(fixed.notFound);
  const virtualHost = {
    name: domain.name,
    domains: [domain.name],
    ...routesOf(fixed.pathParameters, PATH_PARAMETERS, routes),
    ...(others.length > 0 && { typedPerFilterConfig: Object.fromEntries(others.map((id) => [id, FILTER_DISABLED])) }),
  };
  return { virtualHost, refusals, hashes: [...new Set(entries.map(({ hash }) => hash))] };
}

/** Routes of every virtual host, so that nothing it answers itself is judged by another listener's filter. */
function fixedRoutes(defaultHash: string): Record<"pathParameters" | "notFound" | "misdirected", EnvoyResource> {
  const every = { match: { prefix: "/" } };
  return {
    // Backends differ in whether `/admin;x` is `/admin` (CVE-2021-29492 and its kin).
    pathParameters: {
      name: `claimgate/path-parameters#${defaultHash}`,
      match: PATH_PARAMETERS.match,
      ...directResponse(400),
    },
    notFound: { name: `claimgate/not-found#${defaultHash}`, ...every, ...directResponse(404) },
    misdirected: { name: `claimgate/misdirected#${defaultHash}`, ...every, ...directResponse(421) },
  };
}

function entriesByRoute(listener: ListenerTopology, policies: PolicyView): Map<RouteTopology, readonly Entry[]> {
  const headers = policies.mutableHeaders(listener);
  const parameters = policies.mutableQueryParams?.(listener) ?? TOKEN_PARAMETERS;
  const mutable: Mutable = { headers, parameters, words: JSON.stringify([[...headers], [...parameters]]) };
  const entries = new Map<RouteTopology, readonly Entry[]>();
  for (const { route } of listener.attached) {
    const hashes = route.rules.map((rule) =>
      isRefused(route, rule) ? REFUSED_HASH : policies.policyHash(listener, route, rule.index),
    );
    entries.set(route, entriesOf(listener, route, hashes, mutable));
  }
  return entries;
}

/** The entries a request of the domain can reach; `complete` when one of them takes whatever the others leave. */
function reachable(
  { tiers }: Domain,
  byRoute: ReadonlyMap<RouteTopology, readonly Entry[]>,
): { entries: Entry[]; complete: boolean } {
  const entries: Entry[] = [];
  const seen = new Set<RouteTopology>();
  for (const tier of tiers) {
    // A route with several hostnames over this domain counts with the most specific.
    const fresh = tier.filter((route) => !seen.has(route));
    for (const entry of fresh.flatMap((route) => byRoute.get(route)!).sort(comparePrecedence)) {
      entries.push(entry);
      if (entry.unconditional) return { entries, complete: true };
    }
    for (const route of tier) seen.add(route);
  }
  return { entries, complete: false };
}

/**
 * Envoy chooses the route again after the filter changed a header. Where that could lead to a route of another policy,
 * the matches that make it possible are closed, in place. Returns those.
 * @param notFound hash of the policy of requests that none of the entries takes, if there can be such
 */
function closeUnsafe(entries: Entry[], notFound: string | undefined): Entry[] {
  if (!entries.some(({ mutable, hash }) => mutable !== undefined && hash !== REFUSED_HASH)) return [];
  const hashes = new Set(entries.map(({ hash }) => hash).filter((hash) => hash !== REFUSED_HASH));
  if (notFound !== undefined) hashes.add(notFound);
  if (hashes.size <= 1) return [];
  const closed: Entry[] = [];
  entries.forEach((entry, i) => {
    if (entry.mutable === undefined || entry.hash === REFUSED_HASH) return;
    closed.push(entry);
    entries[i] = closedEntry(entry);
  });
  return closed;
}
