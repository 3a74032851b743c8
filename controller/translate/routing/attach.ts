// Attachment of HTTPRoutes to listeners (Gateway API, ParentReference and AllowedRoutes).
import type { ParentReference } from "../../api/types.js";
import { GATEWAY_GROUP, type ResourceIndex, namespaceOf } from "../resources.js";
import { intersect } from "./hostnames.js";
import { selects } from "./labels.js";
import type { GatewayTopology, ListenerTopology, ParentTopology, RouteTopology } from "./topology.js";

/**
 * Attaches a route to every listener its parentRefs reach and returns an entry per parentRef that concerns us: one to a
 * Gateway of ours, or to one that does not exist.
 * @param gateways by "NS/NAME"; undefined for a Gateway of another class
 */
export function attachRoute(
  route: RouteTopology,
  index: ResourceIndex,
  gateways: ReadonlyMap<string, GatewayTopology | undefined>,
): ParentTopology[] {
  const parents: ParentTopology[] = [];
  for (const parentRef of route.route.spec.parentRefs ?? []) {
    if ((parentRef.group ?? GATEWAY_GROUP) !== GATEWAY_GROUP || (parentRef.kind ?? "Gateway") !== "Gateway") continue;
    const key = `${parentRef.namespace ?? namespaceOf(route.route)}/${parentRef.name}`;
    const gateway = gateways.get(key);
    if (gateway === undefined && gateways.has(key)) continue;
    const result = gateway === undefined ? missing(key) : attachToGateway(route, parentRef, gateway, index);
    parents.push({ parentRef, gateway: key, ...result });
  }
  return parents;
}

type Result = Omit<ParentTopology, "parentRef" | "gateway">;

function missing(gateway: string): Result {
  return { reason: "NoMatchingParent", message: `there is no Gateway ${gateway}`, listeners: [] };
}

function attachToGateway(
  route: RouteTopology,
  parentRef: ParentReference,
  gateway: GatewayTopology,
  index: ResourceIndex,
): Result {
  const named = gateway.listeners.filter(
    ({ name, port }) =>
      (parentRef.sectionName ?? name) === name && (parentRef.port === undefined || parentRef.port === port),
  );
  if (named.length === 0)
    return { reason: "NoMatchingParent", message: "the Gateway has no listener of that name and port", listeners: [] };
  const accepted = named.filter((listener) => listener.accepted);
  if (accepted.length === 0)
    return {
      reason: "NoMatchingParent",
      message: "the Gateway's listener is not accepted, see its status",
      listeners: [],
    };
  const allowing = accepted.filter((listener) => allows(listener, route, gateway, index));
  if (allowing.length === 0)
    return {
      reason: "NotAllowedByListeners",
      message: "allowedRoutes of the listener does not admit HTTPRoutes of this namespace",
      listeners: [],
    };
  const listeners = allowing.filter((listener) => attach(listener, route));
  if (listeners.length === 0)
    return {
      reason: "NoMatchingListenerHostname",
      message: "none of the route's hostnames is one of the listener's",
      listeners: [],
    };
  return { reason: "Accepted", message: "", listeners };
}

function allows(
  listener: ListenerTopology,
  route: RouteTopology,
  { gateway }: GatewayTopology,
  index: ResourceIndex,
): boolean {
  if (!listener.supportedKinds.some(({ group, kind }) => group === GATEWAY_GROUP && kind === "HTTPRoute")) return false;
  const namespaces = listener.resource.allowedRoutes?.namespaces;
  switch (namespaces?.from ?? "Same") {
    case "All":
      return true;
    case "Same":
      return namespaceOf(route.route) === namespaceOf(gateway);
    case "Selector":
      return selects(namespaces?.selector, index.namespaceLabels(namespaceOf(route.route)));
    default:
      return false;
  }
}

/** Adds the route to the listener if their hostnames meet; false if they do not. */
function attach(listener: ListenerTopology, route: RouteTopology): boolean {
  // Routes are attached one after the other: if it is there already, by another parentRef, it is the last.
  if (listener.attached.at(-1)?.route === route) return true;
  const hostnames = route.hostnames.filter((hostname) => intersect(listener.hostname, hostname) !== undefined);
  if (hostnames.length > 0) listener.attached.push({ route, hostnames });
  return hostnames.length > 0;
}
