// backendRefs of a rule: which Services they lead to, and what share of the requests leads nowhere.
import type { BackendRef, V1Service } from "../../api/types.js";
import { GATEWAY_GROUP, type ResourceIndex } from "../resources.js";
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
  routeNamespace: string,
  field: string,
  index: ResourceIndex,
): BackendReference | BackendProblem {
  const { group = "", kind = "Service", namespace = routeNamespace, name, port: number } = ref;
  const problem = (reason: BackendProblem["reason"], message: string): BackendProblem => ({ field, reason, message });
  if (group !== "" || kind !== "Service")
    return problem("InvalidKind", `${group === "" ? "core" : group}/${kind} is not a backend, only core/Service is`);
  const to = { group: "", kind: "Service", namespace, name };
  const from = { group: GATEWAY_GROUP, kind: "HTTPRoute", namespace: routeNamespace };
  // Before the look-up: a route must not learn which Services another namespace has.
  if (namespace !== routeNamespace && !index.isGranted(from, to))
    return problem(
      "RefNotPermitted",
      `no ReferenceGrant in ${namespace} lets HTTPRoutes of ${routeNamespace} use Service ${name}`,
    );
  const service = index.service(namespace, name);
  if (service === undefined) return problem("BackendNotFound", `there is no Service ${namespace}/${name}`);
  if (number === undefined) return problem("BackendNotFound", "port is required for a Service");
  if (service.spec?.type === "ExternalName")
    return problem("BackendNotFound", `Service ${namespace}/${name} is of type ExternalName, which has no endpoints`);
  const port = servicePort(service, number);
  if (port === undefined) return problem("BackendNotFound", `Service ${namespace}/${name} has no TCP port ${number}`);
  if (TLS_PROTOCOLS.has((port.appProtocol ?? "").toLowerCase()))
    return problem(
      "UnsupportedProtocol",
      `appProtocol ${port.appProtocol} of Service ${namespace}/${name} is not served`,
    );
  const cluster = `${namespace}/${name}/${number}`;
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
