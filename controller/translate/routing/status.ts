// Statuses of HTTPRoutes and Gateways, as Gateway API words them. No timestamps: whoever writes a status keeps the
// transition times of conditions that did not change.
import type { ParentReference } from "../../api/types.js";
import { Kept } from "../kept.js";
import { append } from "../resources.js";
import {
  type GatewayTopology,
  type ListenerTopology,
  type ParentTopology,
  type Refusal,
  type RouteTopology,
  type Topology,
  isRefused,
} from "./topology.js";

export const CONTROLLER_NAME = "claimgate.dev/gateway-controller";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

export interface RouteParentStatus {
  readonly parentRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

export interface RouteStatus {
  readonly parents: readonly RouteParentStatus[];
}

export interface ListenerStatus {
  readonly name: string;
  readonly supportedKinds: readonly { group: string; kind: string }[];
  readonly attachedRoutes: number;
  readonly conditions: readonly Condition[];
}

export interface GatewayStatus {
  readonly conditions: readonly Condition[];
  readonly listeners: readonly ListenerStatus[];
}

/** A rule that rendering had to close: it is safe only with policies it does not have. */
export interface RenderRefusal extends Refusal {
  /** "NS/NAME" of the HTTPRoute. */
  readonly route: string;
  readonly ruleIndex: number;
  /** ListenerTopology.id. */
  readonly listener: string;
}

export function condition(
  type: string,
  status: boolean,
  reason: string,
  message: string,
  generation: number | undefined,
): Condition {
  const base = { type, status: status ? "True" : "False", reason, message } as const;
  return generation === undefined ? base : { ...base, observedGeneration: generation };
}

const kept = new Kept<RouteTopology, RouteStatus>();
const NONE: readonly never[] = [];

/** Statuses by "NS/NAME"; pass the refusals of every rendered Gateway. The same objects as before where there is nothing else to say. */
export function routeStatuses(topology: Topology, refusals: readonly RenderRefusal[]): Map<string, RouteStatus> {
  const byRoute = new Map<string, RenderRefusal[]>();
  for (const refusal of refusals) append(byRoute, refusal.route, refusal);
  const statuses = new Map<string, RouteStatus>();
  for (const route of topology.routes) {
    const own = byRoute.get(route.key) ?? NONE;
    const words =
      own.length === 0
        ? NONE
        : own.flatMap(({ listener, ruleIndex, field, message }) => [listener, ruleIndex, field, message]);
    const make = () => ({ parents: route.parents.map((parent) => parentStatus(route, parent, own)) });
    statuses.set(route.key, kept.get(route, words, make));
  }
  return statuses;
}

function parentStatus(
  route: RouteTopology,
  parent: ParentTopology,
  refusals: readonly RenderRefusal[],
): RouteParentStatus {
  const generation = route.route.metadata.generation;
  const here = refusals.filter(({ listener }) => parent.listeners.includes(listener));
  const closed = new Set(here.map(({ ruleIndex }) => ruleIndex));
  for (const rule of route.rules) if (isRefused(route, rule)) closed.add(rule.index);
  const all = [...route.refusals, ...route.rules.flatMap((rule) => rule.refusals), ...here];
  const words = route.quarantined
    ? "Envoy refused the configuration made of this route; it answers 500 until it changes"
    : `answered with 500: ${[...new Set(all.map(({ field, message }) => `${field}: ${message}`))].join("; ")}`;
  const conditions: Condition[] = [];
  if (parent.reason !== "Accepted") {
    conditions.push(condition("Accepted", false, parent.reason, parent.message, generation));
  } else if (closed.size > 0 && closed.size >= route.rules.length) {
    conditions.push(condition("Accepted", false, "UnsupportedValue", words, generation));
  } else {
    conditions.push(condition("Accepted", true, "Accepted", "", generation));
    if (closed.size > 0) conditions.push(condition("PartiallyInvalid", true, "UnsupportedValue", words, generation));
  }
  const problems = route.rules.flatMap((rule) => rule.backends.problems);
  conditions.push(
    problems.length === 0
      ? condition("ResolvedRefs", true, "ResolvedRefs", "", generation)
      : condition(
          "ResolvedRefs",
          false,
          problems[0]!.reason,
          problems.map(({ field, message }) => `${field}: ${message}`).join("; "),
          generation,
        ),
  );
  return { parentRef: parent.parentRef, controllerName: CONTROLLER_NAME, conditions };
}

/** The part of a Gateway's status that is known without an Envoy; Programmed and addresses are added by the caller. */
export function gatewayStatus({ gateway, listeners }: GatewayTopology): GatewayStatus {
  const generation = gateway.metadata.generation;
  const refused = listeners.filter((listener) => !listener.accepted).map(({ name }) => name);
  const message = refused.length === 0 ? "" : `not served: listener ${refused.join(", ")}`;
  return {
    conditions: [
      refused.length === 0
        ? condition("Accepted", true, "Accepted", "", generation)
        : // Some listeners invalid: Accepted stays True with reason ListenersNotValid (GatewayConditionAccepted).
          condition("Accepted", refused.length < listeners.length, "ListenersNotValid", message, generation),
    ],
    listeners: listeners.map(listenerStatus),
  };
}

function listenerStatus({ name, supportedKinds, attached, conditions }: ListenerTopology): ListenerStatus {
  // Only routes that are Accepted count (Gateway API, ListenerStatus.attachedRoutes).
  const served = attached.filter(({ route }) => route.rules.some((rule) => !isRefused(route, rule)));
  return { name, supportedKinds, attachedRoutes: served.length, conditions };
}
