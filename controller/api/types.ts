// The resources claimgate reads, as far as it reads them. Field names and meanings are those of the upstream APIs:
// Gateway API v1, kgateway gateway.kgateway.dev/v1alpha1, Gloo gateway.solo.io/v1.
import type { V1ConfigMap, V1EndpointSlice, V1Namespace, V1Secret, V1Service } from "@kubernetes/client-node";

export type { V1ConfigMap, V1EndpointSlice, V1Namespace, V1Secret, V1Service };

export interface ObjectMeta {
  name: string;
  namespace?: string;
  generation?: number;
  creationTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** What every resource has, before its kind is known. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: "In" | "NotIn" | "Exists" | "DoesNotExist"; values?: string[] }[];
}

export interface GatewayClass extends KubernetesObject {
  spec: { controllerName: string };
}

export interface SecretObjectReference {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
}

export interface Listener {
  name: string;
  hostname?: string;
  port: number;
  protocol: string;
  tls?: { mode?: string; certificateRefs?: SecretObjectReference[]; options?: Record<string, string> };
  allowedRoutes?: {
    namespaces?: { from?: "All" | "Selector" | "Same" | "None"; selector?: LabelSelector };
    kinds?: { group?: string; kind: string }[];
  };
}

export interface Gateway extends KubernetesObject {
  spec: { gatewayClassName: string; listeners: Listener[]; tls?: { frontend?: unknown }; [unread: string]: unknown };
}

export interface ParentReference {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  sectionName?: string;
  port?: number;
}

export interface BackendObjectReference {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  port?: number;
}

export interface BackendRef extends BackendObjectReference {
  weight?: number;
  filters?: unknown[];
}

export interface HTTPRouteMatch {
  path?: { type?: "Exact" | "PathPrefix" | "RegularExpression"; value?: string };
  headers?: { type?: "Exact" | "RegularExpression"; name: string; value: string }[];
  queryParams?: { type?: "Exact" | "RegularExpression"; name: string; value: string }[];
  method?: string;
}

export interface HTTPRouteRule {
  name?: string;
  matches?: HTTPRouteMatch[];
  filters?: { type: string; [field: string]: unknown }[];
  backendRefs?: BackendRef[];
  timeouts?: { request?: string; backendRequest?: string };
  [unknown: string]: unknown;
}

export interface HTTPRoute extends KubernetesObject {
  spec: { parentRefs?: ParentReference[]; hostnames?: string[]; rules?: HTTPRouteRule[]; [unknown: string]: unknown };
}

export interface ReferenceGrant extends KubernetesObject {
  spec: {
    from: { group: string; kind: string; namespace: string }[];
    to: { group: string; kind: string; name?: string }[];
  };
}

/** `targetRefs` of a policy. kgateway's are local; Gloo's may name a namespace, which must then be the policy's own. */
export interface PolicyTargetReference {
  group: string;
  kind: string;
  name: string;
  namespace?: string;
  sectionName?: string;
}

export interface PolicyTargetSelector {
  group: string;
  kind: string;
  matchLabels: Record<string, string>;
  sectionName?: string;
}

/** kgateway: jwks.remote. Durations as in GEP-2257. */
export interface KgatewayRemoteJwks {
  url: string;
  backendRef: BackendObjectReference;
  cacheDuration?: string;
  asyncFetch?: { fastListener?: boolean; failedRefetchDuration?: string };
  retryPolicy?: { numRetries?: number; backOff?: { baseInterval: string; maxInterval?: string } };
}

/** kgateway: spec.jwt.providers[] of a GatewayExtension. */
export interface KgatewayJwtProvider {
  name: string;
  issuer?: string;
  audiences?: string[];
  /** Exactly one of the two. */
  tokenSource?: { header?: { header: string; prefix?: string }; queryParameter?: string };
  claimsToHeaders?: { name: string; header: string }[];
  jwks: { local?: { inline?: string; configMapRef?: { name: string } }; remote?: KgatewayRemoteJwks };
  forwardToken?: boolean;
}

export interface GatewayExtension extends KubernetesObject {
  spec: {
    type?: string;
    jwt?: { validationMode?: string; providers?: KgatewayJwtProvider[] };
    [other: string]: unknown;
  };
}

export interface TrafficPolicy extends KubernetesObject {
  spec: {
    targetRefs?: PolicyTargetReference[];
    targetSelectors?: PolicyTargetSelector[];
    jwtAuth?: { extensionRef?: { name: string; namespace?: string }; disable?: Record<string, never> };
    rbac?: unknown;
    [other: string]: unknown;
  };
}

/** Gloo: jwks.remote. */
export interface GlooRemoteJwks {
  url: string;
  upstreamRef: { name: string; namespace?: string };
  cacheDuration?: string;
  asyncFetch?: { fastListener?: boolean };
}

/** Gloo: options.jwt.providers.NAME of a VirtualHostOption. */
export interface GlooJwtProvider {
  issuer?: string;
  audiences?: string[];
  tokenSource?: { headers?: { header: string; prefix?: string }[]; queryParams?: string[] };
  keepToken?: boolean;
  claimsToHeaders?: { claim: string; header: string; append?: boolean }[];
  clockSkewSeconds?: number;
  jwks?: { local?: { key: string }; remote?: GlooRemoteJwks };
  attachFailedStatusToMetadata?: string;
}

export interface GlooJwt {
  providers?: Record<string, GlooJwtProvider>;
  allowMissingOrFailedJwt?: boolean;
  validationPolicy?: string | number;
}

/** What each of Gloo's two stages is given. */
export interface GlooStages<Stage> {
  beforeExtAuth?: Stage;
  afterExtAuth?: Stage;
}

export interface GlooDisable {
  disable?: boolean;
}

export type ClaimMatcher = "EXACT_STRING" | "BOOLEAN" | "LIST_CONTAINS" | "REGEX_MATCH";

export interface GlooRbacPolicy {
  principals?: {
    jwtPrincipal?: { claims?: Record<string, string>; provider?: string; matcher?: ClaimMatcher | number };
  }[];
  permissions?: { pathPrefix?: string; methods?: string[] };
  nestedClaimDelimiter?: string;
}

export interface GlooRbac {
  disable?: boolean;
  policies?: Record<string, GlooRbacPolicy>;
}

export interface VirtualHostOption extends KubernetesObject {
  spec: {
    targetRefs?: PolicyTargetReference[];
    options?: { jwt?: GlooJwt; jwtStaged?: GlooStages<GlooJwt>; rbac?: GlooRbac; [other: string]: unknown };
  };
}

export interface RouteOption extends KubernetesObject {
  spec: {
    targetRefs?: PolicyTargetReference[];
    options?: {
      rbac?: GlooRbac;
      jwt?: GlooDisable;
      jwtStaged?: GlooStages<GlooDisable>;
      jwtProvidersStaged?: GlooStages<GlooJwt>;
      [other: string]: unknown;
    };
  };
}

/** Gloo's gloo.solo.io/v1 Upstream: exactly one of its types is set, of which two are read. */
export interface Upstream extends KubernetesObject {
  spec: {
    static?: { hosts?: { addr: string; port: number; sniAddr?: string }[]; useTls?: boolean; [other: string]: unknown };
    kube?: { serviceName: string; serviceNamespace?: string; servicePort: number; [other: string]: unknown };
    sslConfig?: { sni?: string; [other: string]: unknown };
    [other: string]: unknown;
  };
}
