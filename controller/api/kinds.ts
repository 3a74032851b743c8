// The closed list of kinds claimgate reads, and what becomes of all others.
import type { Schema } from "./schema/schema.js";
import { configMap, endpointSlice, namespace, secret, service } from "./schema/core.js";
import { gateway } from "./schema/gateway.js";
import { gatewayClass } from "./schema/gatewayclass.js";
import { gatewayExtension } from "./schema/gatewayextension.js";
import { httpRoute } from "./schema/httproute.js";
import { referenceGrant } from "./schema/referencegrant.js";
import { routeOption } from "./schema/routeoption.js";
import { trafficPolicy } from "./schema/trafficpolicy.js";
import { upstream } from "./schema/upstream.js";
import { virtualHostOption } from "./schema/virtualhostoption.js";
import { closest } from "./closest.js";

export interface KindInfo {
  apiVersion: string;
  kind: string;
  plural: string;
  scope: "Namespaced" | "Cluster";
  schema: Schema;
  /** A kind that protects routes: losing one, or what it targets, could open them. */
  policy?: true;
}

const GATEWAY_API = "gateway.networking.k8s.io";
const KGATEWAY = "gateway.kgateway.dev/v1alpha1";
const GLOO = "gateway.solo.io/v1";
const GLOO_UPSTREAM = "gloo.solo.io/v1";

function read(apiVersion: string, kind: string, plural: string, schema: Schema): KindInfo {
  return { apiVersion, kind, plural, scope: "Namespaced", schema };
}

export const KINDS: readonly KindInfo[] = [
  { ...read(`${GATEWAY_API}/v1`, "GatewayClass", "gatewayclasses", gatewayClass), scope: "Cluster" },
  read(`${GATEWAY_API}/v1`, "Gateway", "gateways", gateway),
  read(`${GATEWAY_API}/v1`, "HTTPRoute", "httproutes", httpRoute),
  read(`${GATEWAY_API}/v1`, "ReferenceGrant", "referencegrants", referenceGrant),
  read(`${GATEWAY_API}/v1beta1`, "ReferenceGrant", "referencegrants", referenceGrant),
  read(KGATEWAY, "GatewayExtension", "gatewayextensions", gatewayExtension),
  { ...read(KGATEWAY, "TrafficPolicy", "trafficpolicies", trafficPolicy), policy: true },
  { ...read(GLOO, "VirtualHostOption", "virtualhostoptions", virtualHostOption), policy: true },
  { ...read(GLOO, "RouteOption", "routeoptions", routeOption), policy: true },
  read(GLOO_UPSTREAM, "Upstream", "upstreams", upstream),
  read("v1", "Service", "services", service),
  { ...read("v1", "Namespace", "namespaces", namespace), scope: "Cluster" },
  read("v1", "ConfigMap", "configmaps", configMap),
  read("v1", "Secret", "secrets", secret),
  read("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", endpointSlice),
];

const byName = new Map(KINDS.map((info) => [`${info.apiVersion} ${info.kind}`, info]));

/** What lies beside Gateways in people's directories and is none of claimgate's business. */
const IGNORED_GROUPS: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "kustomize.config.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

/** The group of an apiVersion: "" for "v1", "apps" for "apps/v1". */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** The kind's entry in KINDS; undefined if claimgate does not read it. */
export function kindOf(object: { apiVersion: string; kind: string }): KindInfo | undefined {
  return byName.get(`${object.apiVersion} ${object.kind}`);
}

export type Disposition = { read: KindInfo } | { ignored: true } | { refused: string };

/**
 * What becomes of a resource: read, ignored silently, or refused with a sentence that names its kind. A kind of an
 * ignored group that is nearly one of ours ("Servcie") is refused too: passing over it would look like an absent Service.
 */
export function dispositionOf(object: { apiVersion: string; kind: string }): Disposition {
  const info = kindOf(object);
  if (info !== undefined) return { read: info };
  const group = groupOf(object.apiVersion);
  const ours = KINDS.filter((known) => groupOf(known.apiVersion) === group);
  const near = closest(
    object.kind,
    ours.map((known) => known.kind),
  );
  if (IGNORED_GROUPS.has(group) && near === undefined) return { ignored: true };
  const unknown = `unknown kind ${object.kind} in ${object.apiVersion}`;
  const sameKind = ours.filter((known) => known.kind === object.kind).map((known) => known.apiVersion);
  if (sameKind.length > 0) return { refused: `${unknown}, claimgate reads it in ${sameKind.join(" and ")}` };
  return { refused: near === undefined ? unknown : `${unknown}, did you mean ${near}?` };
}
