// Specs of the policy kinds for tests: pieces that are right, to be spoilt in one place.
export type Fields = { readonly [field: string]: unknown };
export type PolicyKind = "GatewayExtension" | "TrafficPolicy" | "VirtualHostOption" | "RouteOption";

export interface PolicyObject {
  readonly apiVersion: string;
  readonly kind: PolicyKind;
  readonly metadata: { name: string; namespace: string };
  readonly spec?: unknown;
}

export const API_VERSIONS: Readonly<Record<PolicyKind, string>> = {
  GatewayExtension: "gateway.kgateway.dev/v1alpha1",
  TrafficPolicy: "gateway.kgateway.dev/v1alpha1",
  VirtualHostOption: "gateway.solo.io/v1",
  RouteOption: "gateway.solo.io/v1",
};

export const PLURALS: Readonly<Record<PolicyKind, string>> = {
  GatewayExtension: "gatewayextensions",
  TrafficPolicy: "trafficpolicies",
  VirtualHostOption: "virtualhostoptions",
  RouteOption: "routeoptions",
};

/** Where the API server has the objects of a kind in the namespace `default`. */
export function collection(kind: PolicyKind): string {
  return `/apis/${API_VERSIONS[kind]}/namespaces/default/${PLURALS[kind]}`;
}

/** An object `x` of the namespace `default`; without `spec` if that is undefined. */
export function policyObject(kind: PolicyKind, spec: unknown): PolicyObject {
  const object = { apiVersion: API_VERSIONS[kind], kind, metadata: { name: "x", namespace: "default" } };
  return spec === undefined ? object : { ...object, spec };
}

export const text = (length: number): string => "x".repeat(length);
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

export const local = { local: { inline: "{}" } };
export const remote = { url: "https://idp/keys", backendRef: { name: "idp", port: 443 } };
export const target = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "http" };
export const jwtAuth = { extensionRef: { name: "e" } };

/** Specs of a GatewayExtension. */
export const providers = (...list: unknown[]): Fields => ({ jwt: { providers: list } });
export const provider = (more: Fields): Fields => providers({ name: "p", jwks: local, ...more });
export const remoteProvider = (more: Fields): Fields => provider({ jwks: { remote: { ...remote, ...more } } });
export const backOff = (fields: Fields): Fields => remoteProvider({ retryPolicy: { backOff: fields } });

/** Specs of a TrafficPolicy. */
export const targets = (...targetRefs: unknown[]): Fields => ({ targetRefs, jwtAuth });
export const expressions = (...matchExpressions: unknown[]): Fields => ({ rbac: { policy: { matchExpressions } } });

/** Specs of a VirtualHostOption. */
export const glooJwt = (jwt: Fields): Fields => ({ options: { jwt } });
export const glooProvider = (more: Fields): Fields =>
  glooJwt({ providers: { p: { jwks: { local: { key: "{}" } }, ...more } } });
export const glooRemote = { url: "https://idp/keys", upstreamRef: { name: "idp" } };

/** Specs of a RouteOption. */
export const principal = (jwtPrincipal: Fields): Fields => ({
  options: { rbac: { policies: { viewer: { principals: [{ jwtPrincipal }] } } } },
});
