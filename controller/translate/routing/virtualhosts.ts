// The routes of one port by domain. A host belongs to the most specific listener of the port (listener isolation); within
// a domain the routes of the most specific hostname come first, those of less specific ones follow.
import { append } from "../resources.js";
import type { EnvoyResource } from "../snapshot.js";
import { covering, intersect } from "./hostnames.js";
import type { MatchTopology } from "./matches.js";
import { type Ranked, comparePrecedence } from "./precedence.js";
import { directResponse } from "./rules.js";
import type { RenderRefusal } from "./status.js";
import { type ListenerTopology, type RouteTopology, type RuleTopology, isRefused } from "./topology.js";
import { routesOf } from "./tree.js";

/**
 * In place of a policy hash in the names of rules that are closed. No policy has it, so that the filter answers 500
 * itself, before it changes a header: the request can not be moved to another route.
 */
export const REFUSED_HASH = "refused";

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

/** One match of one rule at one listener. */
interface Entry extends Ranked {
  readonly rule: RuleTopology;
  readonly route: RouteTopology;
  readonly match: MatchTopology;
  readonly unconditional: boolean;
  readonly hash: string;
  /** What the filter may change and the match depends on; undefined when there is nothing such. */
  readonly mutable: string | undefined;
  readonly envoy: EnvoyResource;
}

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
  const owners = new Map<string, ListenerTopology | undefined>();
  for (const hostname of elsewhere) owners.set(hostname, undefined);
  for (const listener of listeners) owners.set(listener.hostname, listener);
  const owner = (domain: string) => owners.get(covering(domain).find((hostname) => owners.has(hostname))!);
  const byDomain = new Map<string, EnvoyResource>();
  const refusals = new Map<string, RenderRefusal>();
  const policyHashes = new Map<string, Set<string>>();
  for (const listener of listeners) {
    const tiers = sortedEntries(listener, policies);
    const others = listeners.filter((other) => other !== listener);
    const typedPerFilterConfig = Object.fromEntries(others.map(({ id }) => [id, FILTER_DISABLED]));
    const fixed = fixedRoutes(policies.defaultPolicyHash(listener));
    const hashes = new Set([policies.defaultPolicyHash(listener)]);
    policyHashes.set(listener.id, hashes);
    for (const domain of domainsOf(listener, tiers.keys())) {
      if (owner(domain) !== listener) continue;
      const { entries, complete } = reachable(domain, tiers);
      const reported = closeUnsafe(entries, complete ? undefined : policies.defaultPolicyHash(listener));
      for (const { routeKey, ruleIndex, mutable } of reported)
        refusals.set(`${listener.id} ${routeKey} ${ruleIndex}`, {
          route: routeKey,
          ruleIndex,
          listener: listener.id,
          field: `spec.rules[${ruleIndex}].matches`,
          message:
            `a match on ${mutable!} is safe only if every route of ${domain} has the same policy: ` +
            "the filter may change it, and the request would be served by another route than it was judged for",
        });
      for (const { hash } of entries) hashes.add(hash);
      const routes = entries.map(({ envoy }) => envoy);
      if (!complete) routes.push(fixed.notFound);
      byDomain.set(domain, {
        name: domain,
        domains: [domain],
        ...routesOf(fixed.pathParameters, PATH_PARAMETERS, routes),
        ...(others.length > 0 && { typedPerFilterConfig }),
      });
    }
    for (const hostname of elsewhere)
      byDomain.set(hostname, {
        name: hostname,
        domains: [hostname],
        routes: [fixed.misdirected],
        // Not judged by this listener's policies: the client is to come back without having shown a token.
        typedPerFilterConfig: { [listener.id]: FILTER_DISABLED },
      });
  }
  const virtualHosts = [...byDomain].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, virtualHost]) => virtualHost);
  return { virtualHosts, refusals: [...refusals.values()], policyHashes };
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

/** The listener's own hostname always: its hosts are its own even where no route takes them. */
function domainsOf(listener: ListenerTopology, hostnames: Iterable<string>): Set<string> {
  const domains = new Set([listener.hostname]);
  for (const hostname of hostnames) domains.add(intersect(listener.hostname, hostname)!);
  return domains;
}

/** Entries by the route's hostname, in order of precedence. */
function sortedEntries(listener: ListenerTopology, policies: PolicyView): Map<string, Entry[]> {
  const tiers = new Map<string, Entry[]>();
  const headers = policies.mutableHeaders(listener);
  const parameters = policies.mutableQueryParams?.(listener) ?? TOKEN_PARAMETERS;
  for (const { route, hostnames } of listener.attached) {
    for (const rule of route.rules) {
      const refused = isRefused(route, rule);
      const hash = refused ? REFUSED_HASH : policies.policyHash(listener, route, rule.index);
      for (const match of rule.matches) {
        const header = match.headers.find((name) => headers.has(name));
        // Envoy compares the name as it is in the request, the filter what it decodes to.
        const parameter = match.queryParams.find((name) => parameters.has(decodedName(name)));
        const entry = makeEntry(route, rule, match, hash, header ?? parameter);
        for (const hostname of hostnames) append(tiers, hostname, entry);
      }
    }
  }
  for (const entries of tiers.values()) entries.sort(comparePrecedence);
  return tiers;
}

/** The name of a query parameter without percent-encoding. */
function decodedName(name: string): string {
  return [...new URLSearchParams(`${name.replaceAll("=", "%3D").replaceAll("&", "%26")}=`).keys()][0] ?? name;
}

function makeEntry(
  route: RouteTopology,
  rule: RuleTopology,
  match: MatchTopology,
  hash: string,
  mutable: string | undefined,
): Entry {
  const name = `httproute/${route.key}/${rule.index}/${match.index}#${hash}`;
  const action = hash === REFUSED_HASH ? directResponse(500) : rule.action;
  const { envoy, rank, unconditional } = route.quarantined ? match.closed : match.form;
  return {
    rank,
    unconditional,
    createdAt: route.createdAt,
    routeKey: route.key,
    ruleIndex: rule.index,
    matchIndex: match.index,
    route,
    rule,
    match,
    hash,
    mutable,
    envoy: { name, match: envoy, ...action },
  };
}

/** The entries a request of the domain can reach; `complete` when one of them takes whatever the others leave. */
function reachable(domain: string, tiers: ReadonlyMap<string, Entry[]>): { entries: Entry[]; complete: boolean } {
  const entries: Entry[] = [];
  const seen = new Set<RouteTopology>();
  for (const hostname of covering(domain)) {
    const tier = tiers.get(hostname) ?? [];
    for (const entry of tier) {
      // A route with several hostnames over this domain counts with the most specific.
      if (seen.has(entry.route)) continue;
      entries.push(entry);
      if (entry.unconditional) return { entries, complete: true };
    }
    for (const { route } of tier) seen.add(route);
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
    entries[i] = makeEntry(entry.route, entry.rule, entry.match, REFUSED_HASH, entry.mutable);
  });
  return closed;
}
