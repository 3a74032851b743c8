// Which routes attach to which listeners, what their rules match and where they lead: everything that is known before
// policies are. Pure; policies are computed on the result, and render.ts turns both into Envoy resources.
import { type Finding, ruleIndexOf } from "../../api/finding.js";
import type { Gateway, HTTPRoute, HTTPRouteRule, Listener, ParentReference } from "../../api/types.js";
import { append, type ObjectReference, type ResourceIndex, keyOf } from "../resources.js";
import type { EnvoyResource } from "../snapshot.js";
import { Kept } from "../kept.js";
import { attachRoute } from "./attach.js";
import type { RuleBackends } from "./backends.js";
import type { Certificate } from "./certificates.js";
import { acceptListeners } from "./gateways.js";
import type { MatchTopology } from "./matches.js";
import { type ParsedRoute, parseRules } from "./rules.js";
import { soundShape } from "./shape.js";
import type { Condition } from "./status.js";

export interface TopologyOptions {
  /** GatewayClass names whose Gateways are ours. Default: claimgate. */
  readonly gatewayClasses?: readonly string[];
  /** "NS/NAME" of HTTPRoutes that Envoy refused: every rule answers 500 and none of their expressions is rendered. */
  readonly quarantined?: ReadonlySet<string>;
  /** What validation found in HTTPRoutes, by "NS/NAME": closes the rule it is in, or all of them. */
  readonly findings?: ReadonlyMap<string, readonly Finding[]>;
}

/** Why a rule, or a whole route, is not served; every request it would match answers 500. */
export interface Refusal {
  /** Path of the field inside the HTTPRoute. */
  readonly field: string;
  readonly message: string;
}

export interface ListenerTopology {
  /** "NS/NAME" of its Gateway. */
  readonly gateway: string;
  readonly name: string;
  /** "NS/GATEWAY/LISTENER": the ECDS resource, and the name of the filter in the chain. */
  readonly id: string;
  readonly port: number;
  /** "*" when the listener takes any host. */
  readonly hostname: string;
  readonly resource: Listener;
  readonly supportedKinds: readonly { group: string; kind: string }[];
  readonly conditions: readonly Condition[];
  /**
   * With protocol HTTPS, its certificates; none if they cannot be served: then nothing of its hosts is, not even by another
   * listener of the port. Undefined if TLS does not end here, or the listener is refused for something else.
   */
  readonly certificates: readonly Certificate[] | undefined;
  /** Whether it is rendered; a listener that is not accepted takes no routes. */
  readonly accepted: boolean;
  /** In order of the resources; a route once, however many parentRefs lead here. */
  readonly attached: AttachedRoute[];
}

export interface AttachedRoute {
  readonly route: RouteTopology;
  /** The route's own hostnames that meet the listener's; "*" when it has none. */
  readonly hostnames: readonly string[];
}

export interface GatewayTopology {
  /** "NS/NAME". */
  readonly key: string;
  readonly gateway: Gateway;
  /** In the order of the Gateway, refused ones included. */
  readonly listeners: readonly ListenerTopology[];
}

export interface RouteTopology {
  /** "NS/NAME". */
  readonly key: string;
  readonly route: HTTPRoute;
  /** Milliseconds since the epoch; Infinity when the resource does not say (younger than all that do). */
  readonly createdAt: number;
  readonly hostnames: readonly string[];
  readonly rules: readonly RuleTopology[];
  /** Reasons that close every rule. */
  readonly refusals: readonly Refusal[];
  readonly quarantined: boolean;
  /** One entry per parentRef that is ours. */
  readonly parents: readonly ParentTopology[];
}

export interface ParentTopology {
  readonly parentRef: ParentReference;
  /** "NS/NAME" of the Gateway named, whether or not it exists. */
  readonly gateway: string;
  readonly reason: "Accepted" | "NotAllowedByListeners" | "NoMatchingListenerHostname" | "NoMatchingParent";
  readonly message: string;
  /** ListenerTopology.id of each that took it. */
  readonly listeners: readonly string[];
}

export interface RuleTopology {
  readonly index: number;
  readonly name: string | undefined;
  readonly rule: HTTPRouteRule;
  readonly matches: readonly MatchTopology[];
  readonly backends: RuleBackends;
  /** The rule's ExtensionRef filters, in order; namespaces are the route's. */
  readonly extensionRefs: readonly ObjectReference[];
  /** Reasons that close this rule only. */
  readonly refusals: readonly Refusal[];
  /** What is done with a request that matches: `route` or `directResponse` of an Envoy route. */
  readonly action: EnvoyResource;
}

export interface Topology {
  readonly index: ResourceIndex;
  readonly gateways: readonly GatewayTopology[];
  /** HTTPRoutes with at least one parentRef that is ours. */
  readonly routes: readonly RouteTopology[];
}

type Core = Omit<Topology, "index">;

const topologies = new Kept<readonly HTTPRoute[], Core>();

/** The same Gateways and routes, by identity, as long as none of what they are made of changed; the same route if its own did not. */
export function buildTopology(index: ResourceIndex, options: TopologyOptions = {}): Topology {
  const { gatewayClasses = ["claimgate"], quarantined = new Set(), findings = new Map() } = options;
  const { gateways, httpRoutes, services, referenceGrants, namespaces, secrets } = index.resources;
  const core = topologies.get(
    httpRoutes,
    [
      ...[gateways, services, referenceGrants, namespaces, secrets, index.unreadWords],
      ...[...gatewayClasses, quarantined.size, ...quarantined],
      ...[...findings].flat(),
    ],
    () =>
      build(
        index.restrictedTo("gateways", "httpRoutes", "services", "referenceGrants", "namespaces", "secrets"),
        new Set(gatewayClasses),
        quarantined,
        findings,
      ),
  );
  return { index, ...core };
}

function build(
  index: ResourceIndex,
  classes: ReadonlySet<string>,
  quarantined: ReadonlySet<string>,
  findings: ReadonlyMap<string, readonly Finding[]>,
): Core {
  const gateways = new Map<string, GatewayTopology | undefined>();
  for (const gateway of index.resources.gateways) {
    const ours = classes.has(gateway.spec.gatewayClassName);
    gateways.set(keyOf(gateway), ours ? acceptListeners(gateway, index) : undefined);
  }
  const routes: RouteTopology[] = [];
  const forRules = index.restrictedTo("services", "referenceGrants");
  const rulesOf = (route: HTTPRoute) =>
    parsedRoutes.get(route, [index.resources.services, index.resources.referenceGrants], () =>
      parseRules(route, forRules),
    );
  for (const resource of index.resources.httpRoutes) {
    const key = keyOf(resource);
    const found = findings.get(key) ?? [];
    const sound = found.length === 0 ? resource : soundShape(resource);
    const parsed = rulesOf(sound);
    const attachment = attachRoute(sound, parsed.hostnames, index, gateways);
    const route = routeTopology(sound, key, parsed, attachment.parents, found, quarantined.has(key));
    for (const [listener, hostnames] of attachment.attachments) listener.attached.push({ route, hostnames });
    if (route.parents.length > 0) routes.push(route);
  }
  return { gateways: [...gateways.values()].filter((gateway) => gateway !== undefined), routes };
}

/** The route of a listener by rule, for whoever computes policies. */
export function* effectiveRules(
  topology: Topology,
): Generator<{ gateway: GatewayTopology; listener: ListenerTopology; route: RouteTopology; rule: RuleTopology }> {
  for (const gateway of topology.gateways)
    for (const listener of gateway.listeners)
      for (const { route } of listener.attached)
        for (const rule of route.rules) yield { gateway, listener, route, rule };
}

/** Rules that cannot be served whatever their policy: they answer 500. */
export function isRefused(route: RouteTopology, rule: RuleTopology): boolean {
  return route.quarantined || route.refusals.length > 0 || rule.refusals.length > 0;
}

const parsedRoutes = new Kept<HTTPRoute, ParsedRoute>();
const routeTopologies = new Kept<HTTPRoute, RouteTopology>();

function routeTopology(
  route: HTTPRoute,
  key: string,
  parsed: ParsedRoute,
  parents: readonly ParentTopology[],
  findings: readonly Finding[],
  quarantined: boolean,
): RouteTopology {
  // The Gateway is that of the reference.
  const places = parents.flatMap(({ parentRef, reason, message, listeners }) => [
    ...[parentRef, `${reason} ${message}`],
    ...listeners,
  ]);
  const make = (): RouteTopology => {
    const created = Date.parse(route.metadata.creationTimestamp ?? "");
    const createdAt = Number.isNaN(created) ? Infinity : created;
    return { key, route, createdAt, ...withFindings(parsed, findings), quarantined, parents };
  };
  return findings.length > 0 ? make() : routeTopologies.get(route, [parsed, quarantined, ...places], make);
}

/** Closes the rules that validation found fault with; the whole route where it is not a rule's own. */
function withFindings({ hostnames, rules, refusals }: ParsedRoute, findings: readonly Finding[]): ParsedRoute {
  if (findings.length === 0) return { hostnames, rules, refusals };
  const ofRoute: Refusal[] = [];
  const ofRule = new Map<number, Refusal[]>();
  for (const finding of findings) {
    const refusal = { field: finding.path, message: finding.message };
    const rule = ruleIndexOf(finding);
    // A copy that broke off may have lost rules.
    if (rule === undefined || rule >= rules.length || finding.incomplete === true) ofRoute.push(refusal);
    else append(ofRule, rule, refusal);
  }
  return {
    hostnames,
    rules: rules.map((rule) => ({ ...rule, refusals: [...(ofRule.get(rule.index) ?? []), ...rule.refusals] })),
    // What validation says is said first: the rest may be about what was put in place of a malformed part.
    refusals: [...ofRoute, ...refusals],
  };
}
