// Attachment of HTTPRoutes to listeners (Gateway API, ParentReference and AllowedRoutes).
import type { HTTPRoute, ParentReference } from "../../api/types.js";
import { GATEWAY_GROUP, type ResourceIndex, namespaceOf } from "../resources.js";
import { intersect } from "./hostnames.js";
import { selects } from "./labels.js";
import type { GatewayTopology, ListenerTopology, ParentTopology } from "./topology.js";

/** Where a route belongs. */
export interface Attachment {
  /** An entry per parentRef that concerns us: one to a Gateway of ours, or to one that does not exist. */
  readonly parents: readonly ParentTopology[];
  /** Every listener that the parentRefs reach, with the route's own hostnames that meet the listener's. */
  readonly attachments: ReadonlyMap<ListenerTopology, readonly string[]>;
}

/** @param gateways by "NS/NAME"; undefined for a Gateway of another class */
export function attachRoute(
  route: HTTPRoute,
  hostnames: readonly string[],
  index: ResourceIndex,
  gateways: ReadonlyMap<string, GatewayTopology | undefined>,
): Attachment {
  const parents: ParentTopology[] = [];
  const attachments = new Map<ListenerTopology, readonly string[]>();
  for (const parentRef of route.spec.parentRefs ?? []) {
    if ((parentRef.group ?? GATEWAY_GROUP) !== GATEWAY_GROUP || (parentRef.kind ?? "Gateway") !== "Gateway") continue;
    const key = `${parentRef.namespace ?? namespaceOf(route)}/${parentRef.name}`;
    const gateway = gateways.get(key);
    if (gateway === undefined && gateways.has(key)) continue;
    if (gateway === undefined) {
      parents.push({ parentRef, gateway: key, ...refused("NoMatchingParent", `there is no Gateway ${key}`) });
      continue;
    }
    const found = listenersFor(route, parentRef, gateway, index);
    if ("reason" in found) parents.push({ parentRef, gateway: key, ...found });
    else {
      const meeting = found.flatMap((listener) => {
        const both = hostnames.filter((hostname) => intersect(listener.hostname, hostname) !== undefined);
        if (both.length > 0) attachments.set(listener, both);
        return both.length > 0 ? [listener.id] : [];
      });
      const result: Result =
        meeting.length > 0
          ? { reason: "Accepted", message: "", listeners: meeting }
          : refused("NoMatchingListenerHostname", "none of the route's hostnames is one of the listener's");
      parents.push({ parentRef, gateway: key, ...result });
    }
  }
  return { parents, attachments };
}

type Result = Omit<ParentTopology, "parentRef" | "gateway">;

function refused(reason: Result["reason"], message: string): Result {
  return { reason, message, listeners: [] };
}

/** Those that a parentRef names and that take routes of the namespace, or why there are none. */
function listenersFor(
  route: HTTPRoute,
  parentRef: ParentReference,
  gateway: GatewayTopology,
  index: ResourceIndex,
): readonly ListenerTopology[] | Result {
  const named = gateway.listeners.filter(
    ({ name, port }) =>
      (parentRef.sectionName ?? name) === name && (parentRef.port === undefined || parentRef.port === port),
  );
  if (named.length === 0) return refused("NoMatchingParent", "the Gateway has no listener of that name and port");
  const accepted = named.filter((listener) => listener.accepted);
  if (accepted.length === 0)
    return refused("NoMatchingParent", "the Gateway's listener is not accepted, see its status");
  const allowing = accepted.filter((listener) => allows(listener, route, gateway, index));
  if (allowing.length > 0) return allowing;
  return refused("NotAllowedByListeners", "allowedRoutes of the listener does not admit HTTPRoutes of this namespace");
}

function allows(
  listener: ListenerTopology,
  route: HTTPRoute,
  { gateway }: GatewayTopology,
  index: ResourceIndex,
): boolean {
  if (!listener.supportedKinds.some(({ group, kind }) => group === GATEWAY_GROUP && kind === "HTTPRoute")) return false;
  const namespaces = listener.resource.allowedRoutes?.namespaces;
  switch (namespaces?.from ?? "Same") {
    case "All":
      return true;
    case "Same":
      return namespaceOf(route) === namespaceOf(gateway);
    case "Selector":
      return selects(namespaces?.selector, index.namespaceLabels(namespaceOf(route)));
    default:
      return false;
  }
}
