// backendRefs of a rule: which Services they lead to, and what share of the requests leads nowhere.
import type { BackendObjectReference, BackendRef, V1Service } from "../../api/types.js";
import { GATEWAY_GROUP, keyOf, namespaceOf, type ObjectReference, type ResourceIndex } from "../resources.js";
import type { Refusal } from "./topology.js";

export interface BackendReference {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** "NS/SERVICE/PORT", the Envoy cluster. */
  readonly cluster: string;
  /** Name of the Service's port, by which EndpointSlices give its number; "" for an unnamed one. */
  readonly portName: string;
  readonly http2: boolean;
}

export interface BackendProblem extends Refusal {
  readonly reason: "BackendNotFound" | "InvalidKind" | "RefNotPermitted" | "UnsupportedProtocol";
}

export interface RuleBackends {
  /** Every backend that resolved, in order; those with weight 0 too. */
  readonly references: readonly BackendReference[];
  /** Those that get requests. */
  readonly weighted: readonly { cluster: string; weight: number }[];
  /** Weight of the references that did not resolve: that share of the requests is answered with 500. */
  readonly invalidWeight: number;
  readonly problems: readonly BackendProblem[];
}

/** Protocols that need TLS to the backend, which BackendTLSPolicy would configure; not served. */
const TLS_PROTOCOLS = new Set(["https", "tls", "wss", "kubernetes.io/wss"]);
const HTTP2_PROTOCOL = /^(?:kubernetes\.io\/)?(?:h2c|grpc|http2)$/;
const HTTP2_PORT_NAME = /^(?:h2c|grpc|http2)(?:-|$)/;

/**
 * Resolves the references of one rule.
 * @param namespace the route's
 * @param field path of the list, for messages
 */
export function resolveBackends(
  refs: readonly BackendRef[],
  namespace: string,
  field: string,
  index: ResourceIndex,
): RuleBackends {
  const references: BackendReference[] = [];
  const weighted: { cluster: string; weight: number }[] = [];
  const problems: BackendProblem[] = [];
  let invalidWeight = 0;
  refs.forEach((ref, i) => {
    const weight = ref.weight ?? 1;
    const resolved = resolveBackend(ref, namespace, `${field}[${i}]`, index);
    if ("reason" in resolved) {
      problems.push(resolved);
      invalidWeight += weight;
      return;
    }
    references.push(resolved);
    if (weight > 0) weighted.push({ cluster: resolved.cluster, weight });
  });
  return { references, weighted, invalidWeight, problems };
}

function resolveBackend(
  ref: BackendRef,
  namespace: string,
  field: string,
  index: ResourceIndex,
): BackendReference | BackendProblem {
  const found = findService(ref, { group: GATEWAY_GROUP, kind: "HTTPRoute", namespace }, field, index);
  if ("reason" in found) return found;
  const backend = backendOf(found, field);
  if ("reason" in backend) return backend;
  const { appProtocol } = servicePort(found.service, found.port)!;
  if (!TLS_PROTOCOLS.has((appProtocol ?? "").toLowerCase())) return backend;
  const message = `appProtocol ${appProtocol} of Service ${keyOf(found.service)} is not served`;
  return { field, reason: "UnsupportedProtocol", message };
}

/** A Service that something may use, and the port that it named. Whether the Service has that port is not known yet. */
export interface FoundService {
  readonly service: V1Service;
  readonly port: number;
}

/** The Service that a reference of `from` leads to. A namespace that is absent is the referring object's own. */
export function findService(
  ref: BackendObjectReference,
  from: Omit<ObjectReference, "name">,
  field: string,
  index: ResourceIndex,
): FoundService | BackendProblem {
  const { group = "", kind = "Service", namespace = from.namespace, name, port } = ref;
  const problem = (reason: BackendProblem["reason"], message: string): BackendProblem => ({ field, reason, message });
  if (group !== "" || kind !== "Service")
    return problem("InvalidKind", `${group === "" ? "core" : group}/${kind} is not a backend, only core/Service is`);
  const to = { group: "", kind: "Service", namespace, name };
  // Before the look-up: a route must not learn which Services another namespace has.
  if (namespace !== from.namespace && !index.isGranted(from, to))
    return problem(
      "RefNotPermitted",
      `no ReferenceGrant in ${namespace} lets ${from.kind}s of ${from.namespace} use Service ${name}`,
    );
  const service = index.service(namespace, name);
  if (service === undefined) return problem("BackendNotFound", `there is no Service ${namespace}/${name}`);
  if (port === undefined) return problem("BackendNotFound", "port is required for a Service");
  return { service, port };
}

/** A Service's port as a backend whose endpoints EndpointSlices give. */
export function backendOf({ service, port: number }: FoundService, field: string): BackendReference | BackendProblem {
  const key = keyOf(service);
  const problem = (message: string): BackendProblem => ({ field, reason: "BackendNotFound", message });
  if (service.spec?.type === "ExternalName")
    return problem(`Service ${key} is of type ExternalName, which has no endpoints`);
  const port = servicePort(service, number);
  if (port === undefined) return problem(`Service ${key} has no TCP port ${number}`);
  const [namespace, name] = [namespaceOf(service), service.metadata!.name!];
  const cluster = `${key}/${number}`;
  return { namespace, service: name, port: number, cluster, portName: port.name ?? "", http2: isHttp2(port) };
}

type ServicePort = NonNullable<NonNullable<V1Service["spec"]>["ports"]>[number];

function servicePort(service: V1Service, number: number): ServicePort | undefined {
  return service.spec?.ports?.find(({ port, protocol }) => port === number && (protocol ?? "TCP") === "TCP");
}

function isHttp2({ appProtocol, name }: ServicePort): boolean {
  // appProtocol is the author's word, the name only a convention.
  if (appProtocol) return HTTP2_PROTOCOL.test(appProtocol.toLowerCase());
  return HTTP2_PORT_NAME.test(name ?? "");
}
