// Which listeners of a Gateway are taken (Gateway API, Listener: distinct ports, protocols and hostnames).
import type { Gateway, Listener } from "../../api/types.js";
import { GATEWAY_GROUP, keyOf, namespaceOf, type ResourceIndex } from "../resources.js";
import { resolveCertificates } from "./certificates.js";
import { ANY, parseHostname } from "./hostnames.js";
import { type Condition, condition } from "./status.js";
import type { GatewayTopology, ListenerTopology } from "./topology.js";

const ROUTE_KINDS = [{ group: GATEWAY_GROUP, kind: "HTTPRoute" }];

interface Problem {
  readonly reason: string;
  readonly message: string;
}

export function acceptListeners(gateway: Gateway, index: ResourceIndex): GatewayTopology {
  const key = keyOf(gateway);
  const listeners = gateway.spec.listeners ?? [];
  return { key, gateway, listeners: listeners.map((listener) => acceptListener(key, gateway, listener, index)) };
}

function acceptListener(
  gatewayKey: string,
  gateway: Gateway,
  resource: Listener,
  index: ResourceIndex,
): ListenerTopology {
  const generation = gateway.metadata.generation;
  const conflict = conflictOf(resource, gateway.spec.listeners);
  const refused = refusal(resource, gateway) ?? conflict;
  const resolved = resource.protocol === "HTTPS" ? certificatesOf(resource, gateway, index) : undefined;
  const unresolved = resolved !== undefined && "reason" in resolved ? resolved : undefined;
  const certificates = resolved === undefined || "reason" in resolved ? [] : resolved;
  const requested = resource.allowedRoutes?.kinds ?? [];
  const supportedKinds = ROUTE_KINDS.filter(
    ({ group, kind }) =>
      requested.length === 0 || requested.some((r) => (r.group ?? GATEWAY_GROUP) === group && r.kind === kind),
  );
  const foreign = requested.filter(
    (r) => !ROUTE_KINDS.some(({ group, kind }) => (r.group ?? GATEWAY_GROUP) === group && r.kind === kind),
  );
  const kinds: Problem | undefined =
    foreign.length === 0
      ? undefined
      : {
          reason: "InvalidRouteKinds",
          message: `routes of kind ${foreign.map((r) => r.kind).join(", ")} are not served`,
        };
  const conditions: Condition[] = [
    // Without certificates a listener is not served, so it is not Accepted either: Programmed is said of what is.
    verdict("Accepted", refused ?? unresolved, generation),
    verdict("ResolvedRefs", unresolved ?? kinds, generation),
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
    certificates: resolved === undefined || refused !== undefined ? undefined : certificates,
    accepted: refused === undefined && unresolved === undefined,
    attached: [],
  };
}

function verdict(type: string, problem: Problem | undefined, generation: number | undefined): Condition {
  if (problem === undefined) return condition(type, true, type, "", generation);
  return condition(type, false, problem.reason, problem.message, generation);
}

function certificatesOf({ tls }: Listener, gateway: Gateway, index: ResourceIndex) {
  return resolveCertificates(tls?.certificateRefs ?? [], namespaceOf(gateway), index);
}

function refusal({ protocol, port, hostname, tls }: Listener, { spec }: Gateway): Problem | undefined {
  const unsupported = (message: string): Problem => ({ reason: "UnsupportedValue", message });
  if (protocol !== "HTTP" && protocol !== "HTTPS")
    return { reason: "UnsupportedProtocol", message: `protocol ${protocol} is not served, only HTTP and HTTPS` };
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    return unsupported(`port ${port} is not between 1 and 65535`);
  if (hostname !== undefined && hostname !== "" && parseHostname(hostname) === undefined)
    return unsupported(`hostname ${JSON.stringify(hostname)} is not a hostname`);
  if (protocol === "HTTP") return tls === undefined ? undefined : unsupported("tls is not possible with protocol HTTP");
  if ((tls?.mode ?? "Terminate") !== "Terminate") return unsupported(`tls.mode ${tls?.mode} is not served`);
  // Options say what clients may do, and so may ask for more than is done without them.
  if (Object.keys(tls?.options ?? {}).length > 0) return unsupported("tls.options is not served");
  if (spec.tls?.frontend !== undefined)
    return unsupported(
      "spec.tls.frontend: certificates of clients are not checked, so nothing is served that asks for it",
    );
  return undefined;
}

/** A Gateway whose listeners are not distinct may be served only without those concerned, so none of them is taken. */
function conflictOf(listener: Listener, all: readonly Listener[]): Problem | undefined {
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
