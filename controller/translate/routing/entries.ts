// Matches of routes at one listener, as Envoy routes that carry the policy of their rule in their name.
import { Kept, Pairs } from "../kept.js";
import type { EnvoyResource } from "../snapshot.js";
import type { MatchTopology } from "./matches.js";
import { comparePrecedence, type Ranked } from "./precedence.js";
import { directResponse } from "./rules.js";
import { type ListenerTopology, type RouteTopology, type RuleTopology } from "./topology.js";

/**
 * In place of a policy hash in the names of rules that are closed. No policy has it, so that the filter answers 500
 * itself, before it changes a header: the request can not be moved to another route.
 */
export const REFUSED_HASH = "refused";

/** One match of one rule at one listener. */
export interface Entry extends Ranked {
  readonly rule: RuleTopology;
  readonly route: RouteTopology;
  readonly match: MatchTopology;
  readonly unconditional: boolean;
  readonly hash: string;
  /** What the filter may change and the match depends on; undefined when there is nothing such. */
  readonly mutable: string | undefined;
  readonly envoy: EnvoyResource;
}

/** What the filter may change of a request on a listener. */
export interface Mutable {
  /** Lower-case. */
  readonly headers: ReadonlySet<string>;
  readonly parameters: ReadonlySet<string>;
  /** All of it, as text. */
  readonly words: string;
}

const kept = new Kept<object, readonly Entry[]>();
const places = new Pairs<RouteTopology>();

/** All matches of a route, in order of precedence; the same as before while their policies are. `hashes`: of each rule. */
export function entriesOf(
  listener: ListenerTopology,
  route: RouteTopology,
  hashes: readonly string[],
  mutable: Mutable,
): readonly Entry[] {
  return kept.get(places.of(route, listener.id), [mutable.words, ...hashes], () =>
    route.rules
      .flatMap((rule, i) =>
        rule.matches.map((match) => entryOf(route, rule, match, hashes[i]!, mutableIn(match, mutable))),
      )
      .sort(comparePrecedence),
  );
}

/** The same, closed. */
export function closedEntry({ route, rule, match, mutable }: Entry): Entry {
  return entryOf(route, rule, match, REFUSED_HASH, mutable);
}

function mutableIn(match: MatchTopology, { headers, parameters }: Mutable): string | undefined {
  // Envoy compares the name as it is in the request, the filter what it decodes to.
  return (
    match.headers.find((name) => headers.has(name)) ??
    match.queryParams.find((name) => parameters.has(decodedName(name)))
  );
}

/** The name of a query parameter without percent-encoding. */
function decodedName(name: string): string {
  return [...new URLSearchParams(`${name.replaceAll("=", "%3D").replaceAll("&", "%26")}=`).keys()][0] ?? name;
}

function entryOf(
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
