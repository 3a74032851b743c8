// Which listeners of a Gateway are taken (Gateway API, Listener: distinct ports, protocols and hostnames).
import type { Gateway, Listener } from "../../api/types.js";
import { GATEWAY_GROUP, keyOf } from "../resources.js";
import { ANY, parseHostname } from "./hostnames.js";
import { type Condition, condition } from "./status.js";
import type { GatewayTopology, ListenerTopology } from "./topology.js";

const ROUTE_KINDS = [{ group: GATEWAY_GROUP, kind: "HTTPRoute" }];

export function acceptListeners(gateway: Gateway): GatewayTopology {
  const key = keyOf(gateway);
  const listeners = gateway.spec.listeners ?? [];
  return { key, gateway, listeners: listeners.map((listener) => acceptListener(key, gateway, listener)) };
}

function acceptListener(gatewayKey: string, gateway: Gateway, resource: Listener): ListenerTopology {
  const generation = gateway.metadata.generation;
  const refused = refusal(resource);
  const conflict = conflictOf(resource, gateway.spec.listeners);
  const requested = resource.allowedRoutes?.kinds ?? [];
  const supportedKinds = ROUTE_KINDS.filter(
    ({ group, kind }) =>
      requested.length === 0 || requested.some((r) => (r.group ?? GATEWAY_GROUP) === group && r.kind === kind),
  );
  const foreign = requested.filter(
    (r) => !ROUTE_KINDS.some(({ group, kind }) => (r.group ?? GATEWAY_GROUP) === group && r.kind === kind),
  );
  const conditions: Condition[] = [
    refused === undefined && conflict === undefined
      ? condition("Accepted", true, "Accepted", "", generation)
      : condition("Accepted", false, (refused ?? conflict)!.reason, (refused ?? conflict)!.message, generation),
    foreign.length === 0
      ? condition("ResolvedRefs", true, "ResolvedRefs", "", generation)
      : condition(
          "ResolvedRefs",
          false,
          "InvalidRouteKinds",
          `routes of kind ${foreign.map((r) => r.kind).join(", ")} are not served`,
          generation,
        ),
    conflict === undefined
      ? condition("Conflicted", false, "NoConflicts", "", generation)
      : condition("Conflicted", true, conflict.reason, conflict.message, generation),
  ];
  return {
    gateway: gatewayKey,
    name: resource.name,
    id: `${gatewayKey}/${resource.name}`,
    port: resource.port,
    hostname: hostnameOf(resource) ?? ANY,
    resource,
    supportedKinds,
    conditions,
    accepted: refused === undefined && conflict === undefined,
    attached: [],
  };
}

function refusal({ protocol, port, hostname, tls }: Listener): { reason: string; message: string } | undefined {
  if (protocol !== "HTTP")
    return { reason: "UnsupportedProtocol", message: `protocol ${protocol} is not served, only HTTP` };
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    return { reason: "UnsupportedValue", message: `port ${port} is not between 1 and 65535` };
  if (hostname !== undefined && hostname !== "" && parseHostname(hostname) === undefined)
    return { reason: "UnsupportedValue", message: `hostname ${JSON.stringify(hostname)} is not a hostname` };
  if (tls !== undefined) return { reason: "UnsupportedValue", message: "tls is not possible with protocol HTTP" };
  return undefined;
}

/** A Gateway whose listeners are not distinct may be served only without those concerned, so none of them is taken. */
function conflictOf(listener: Listener, all: readonly Listener[]): { reason: string; message: string } | undefined {
  for (const other of all) {
    if (other === listener) continue;
    if (other.name === listener.name)
      return { reason: "UnsupportedValue", message: `more than one listener is named ${other.name}` };
    if (other.port !== listener.port || (other.protocol === "UDP") !== (listener.protocol === "UDP")) continue;
    if (other.protocol !== listener.protocol)
      return { reason: "ProtocolConflict", message: `listener ${other.name} has another protocol on the same port` };
    if (hostnameOf(other) === hostnameOf(listener))
      return { reason: "HostnameConflict", message: `listener ${other.name} has the same hostname and port` };
  }
  return undefined;
}

function hostnameOf({ hostname }: Listener): string | undefined {
  return hostname === undefined || hostname === "" ? ANY : parseHostname(hostname);
}
