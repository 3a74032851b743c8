// Rules of an HTTPRoute. What claimgate does not implement closes the rule (500) and is named; it is never ignored.
import type { HTTPRoute, HTTPRouteRule } from "../../api/types.js";
import { type ObjectReference, type ResourceIndex, namespaceOf } from "../resources.js";
import type { EnvoyResource } from "../snapshot.js";
import { type RuleBackends, resolveBackends } from "./backends.js";
import { parseDuration, protoDuration } from "./duration.js";
import { ANY, parseHostname } from "./hostnames.js";
import { parseMatch, refuseUnknown } from "./matches.js";
import type { Refusal, RuleTopology } from "./topology.js";

/** Policies that a rule may name in an ExtensionRef filter. */
const EXTENSION_KINDS = new Set(["gateway.kgateway.dev/TrafficPolicy", "gateway.solo.io/RouteOption"]);

const MAX_WEIGHT = 1_000_000;

/** A cluster that is never defined: requests for it get the route's clusterNotFoundResponseCode. */
export const INVALID_BACKEND = "claimgate/invalid-backend";

export interface ParsedRoute {
  readonly hostnames: readonly string[];
  readonly rules: readonly RuleTopology[];
  /** Reasons that close the whole route. */
  readonly refusals: readonly Refusal[];
}

export function parseRules(route: HTTPRoute, index: ResourceIndex): ParsedRoute {
  const refusals: Refusal[] = [];
  refuseUnknown(route.spec, ["parentRefs", "hostnames", "rules"], "spec", refusals);
  const given = route.spec.hostnames ?? [];
  const hostnames: string[] = [];
  given.forEach((text, i) => {
    const hostname = parseHostname(text);
    if (hostname === undefined) refusals.push({ field: `spec.hostnames[${i}]`, message: "not a hostname" });
    else if (!hostnames.includes(hostname)) hostnames.push(hostname);
  });
  // An absent list is one rule for every path (the CRD's default).
  const rules = route.spec.rules?.length ? route.spec.rules : [{}];
  return {
    hostnames: given.length === 0 ? [ANY] : hostnames,
    rules: rules.map((rule, i) => parseRule(rule, i, namespaceOf(route), index, refusals)),
    refusals,
  };
}

function parseRule(
  rule: HTTPRouteRule,
  i: number,
  namespace: string,
  index: ResourceIndex,
  routeRefusals: Refusal[],
): RuleTopology {
  const field = `spec.rules[${i}]`;
  const refusals: Refusal[] = [];
  refuseUnknown(rule, ["name", "matches", "filters", "backendRefs", "timeouts"], field, refusals);
  const parsed = (rule.matches?.length ? rule.matches : [{}]).map((match, m) =>
    parseMatch(match, m, `${field}.matches[${m}]`),
  );
  for (const match of parsed) (match.closesRoute ? routeRefusals : refusals).push(...match.refusals);
  const extensionRefs = parseFilters(rule, namespace, field, refusals);
  for (const [b, ref] of (rule.backendRefs ?? []).entries()) {
    const { filters, ...rest } = ref;
    const at = `${field}.backendRefs[${b}]`;
    refuseUnknown(rest, ["group", "kind", "name", "namespace", "port", "weight"], at, refusals);
    if (filters !== undefined && filters.length > 0)
      refusals.push({ field: `${at}.filters`, message: "claimgate does not implement filters of a backend" });
    const { weight = 1 } = ref;
    if (!Number.isInteger(weight) || weight < 0 || weight > MAX_WEIGHT)
      refusals.push({ field: `${at}.weight`, message: `not an integer from 0 to ${MAX_WEIGHT}` });
  }
  const backends = resolveBackends(rule.backendRefs ?? [], namespace, `${field}.backendRefs`, index);
  const timeout = parseTimeouts(rule, field, refusals);
  return {
    index: i,
    name: rule.name,
    rule,
    matches: parsed.map(({ match }) => match),
    backends,
    extensionRefs,
    refusals,
    action: refusals.length > 0 ? directResponse(500) : renderAction(backends, timeout),
  };
}

function parseFilters(rule: HTTPRouteRule, namespace: string, field: string, refusals: Refusal[]): ObjectReference[] {
  const result: ObjectReference[] = [];
  for (const [f, filter] of (rule.filters ?? []).entries()) {
    const at = `${field}.filters[${f}]`;
    const { type, extensionRef, ...rest } = filter;
    refuseUnknown(rest, [], at, refusals);
    const { group, kind, name } = (extensionRef ?? {}) as { group?: unknown; kind?: unknown; name?: unknown };
    if (type !== "ExtensionRef") {
      refusals.push({ field: at, message: `claimgate does not implement filters of type ${type}` });
    } else if (typeof group !== "string" || typeof kind !== "string" || typeof name !== "string") {
      refusals.push({ field: `${at}.extensionRef`, message: "group, kind and name are required" });
    } else if (!EXTENSION_KINDS.has(`${group}/${kind}`)) {
      refusals.push({ field: `${at}.extensionRef`, message: `${group}/${kind} is not a policy of claimgate` });
    } else {
      result.push({ group, kind, namespace, name });
    }
  }
  return result;
}

/** Milliseconds of the route's timeout, 0 for none; undefined for Envoy's default (15 s). */
function parseTimeouts({ timeouts }: HTTPRouteRule, field: string, refusals: Refusal[]): number | undefined {
  if (timeouts === undefined) return undefined;
  refuseUnknown(timeouts, ["request", "backendRequest"], `${field}.timeouts`, refusals);
  const parse = (name: "request" | "backendRequest"): number | undefined => {
    const text = timeouts[name];
    const value = text === undefined ? undefined : parseDuration(text);
    if (text !== undefined && value === undefined)
      refusals.push({ field: `${field}.timeouts.${name}`, message: `${JSON.stringify(text)} is not a duration` });
    return value;
  };
  const request = parse("request");
  const backendRequest = parse("backendRequest");
  if (request !== undefined && request > 0 && (backendRequest ?? 0) > request)
    refusals.push({ field: `${field}.timeouts.backendRequest`, message: "longer than timeouts.request" });
  // There are no retries: the one attempt's limit is the request's.
  return backendRequest || (request ?? backendRequest);
}

function renderAction({ weighted, invalidWeight }: RuleBackends, timeout: number | undefined): EnvoyResource {
  if (weighted.length === 0) return directResponse(500);
  const common = timeout === undefined ? {} : { timeout: protoDuration(timeout) };
  if (weighted.length === 1 && invalidWeight === 0) return { route: { cluster: weighted[0]!.cluster, ...common } };
  const clusters = weighted.map(({ cluster, weight }) => ({ name: cluster, weight }));
  // Not a direct_response with runtime_fraction in front: Envoy draws one random number for the fraction and for the
  // choice among the clusters, so the share refused would be taken from some backends only.
  if (invalidWeight > 0) clusters.push({ name: INVALID_BACKEND, weight: invalidWeight });
  const invalid = invalidWeight > 0 ? { clusterNotFoundResponseCode: "INTERNAL_SERVER_ERROR" } : {};
  return { route: { weightedClusters: { clusters }, ...invalid, ...common } };
}

/** An answer of Envoy itself, without a body. */
export function directResponse(status: number): EnvoyResource {
  return { directResponse: { status } };
}
