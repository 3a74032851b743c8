// What translation makes for one Envoy, and what the xDS server serves.

/** An Envoy resource in proto3 JSON (lowerCamelCase, `@type` inside Any, "5s" durations); xds/encode.ts turns it to bytes. */
export type EnvoyResource = Readonly<Record<string, unknown>>;

/** The filter's configuration of one Gateway listener; its schema is envoy/plugin-configuration.schema.json. */
export interface PluginConfiguration {
  version: 1;
  /** Names removed from every request of the listener before anything else is judged. */
  identityHeaders?: string[];
  providers?: Record<string, ProviderConfiguration>;
  policies: Record<string, PolicyConfiguration>;
  /** The policy of a request that matches no route; of every request while `policyFromRouteName` is not true. */
  defaultPolicy: string;
  /** true: the policy is the part behind the last `#` of the Envoy route's name, and an unknown one answers 500. */
  policyFromRouteName?: boolean;
  /** false only where Envoy drops header names with underscores itself; true removes `x_team` as well as `x-team`. */
  removeUnderscoreVariants?: boolean;
  /** Who checks signatures: "auto" (default) the host where that is faster, "never" the filter's own code always. */
  nativeCrypto?: "auto" | "never";
  /** Where the filter reports the health of remote keys (docs/remote-keys.md). Absent: nowhere. */
  keyHealth?: { cluster: string };
}

export interface ProviderConfiguration {
  issuer?: string;
  /** Absent: `aud` is not checked. */
  audiences?: string[];
  /** Absent: after `Bearer` in `authorization`, and the query parameter access_token. */
  tokenSources?: TokenSourceConfiguration[];
  clockSkewSeconds?: number;
  forwardToken?: boolean;
  /** The keys; excludes `remoteJwks`, and one of the two is required. */
  jwks?: { keys: Record<string, unknown>[] };
  remoteJwks?: RemoteJwksConfiguration;
  claimsToHeaders?: { claim: string; header: string; encoding?: "base64" | "json"; append?: boolean }[];
  /** Name under which a failure can be read as filter state. */
  failureStatus?: string;
}

/** Where the filter fetches keys, and how it goes about it; what is absent has the default of the schema. Times are milliseconds. */
export interface RemoteJwksConfiguration {
  cluster: string;
  /** host or host:port. */
  authority: string;
  /** Begins with a slash; query included. */
  path: string;
  scheme?: "http" | "https";
  timeoutMs?: number;
  cacheDurationMs?: number;
  staleIfErrorMs?: number;
  failedRefetchMs?: number;
  retries?: number;
  retryBaseMs?: number;
  retryMaxMs?: number;
}

/** A place in a request where a token may be. */
export type TokenSourceConfiguration =
  { kind: "header"; name: string; prefix?: string } | { kind: "query"; name: string };

export interface PolicyConfiguration {
  /** Why the policy cannot be enforced; every request under it answers 500. Excludes `checks`. */
  unenforceable?: string;
  /** Further names removed from requests under this policy. */
  identityHeaders?: string[];
  /** All must pass; none means open. Each check sees only the claims its own authentication verified. */
  checks?: CheckConfiguration[];
}

export interface CheckConfiguration {
  /** Demanded before `authentication` and beside it, with a token of its own. */
  precedingAuthentication?: AuthenticationConfiguration;
  authentication?: AuthenticationConfiguration;
  authorization?: AuthorizationConfiguration;
}

/** What a request without a token, or with a bad one, may do; Gloo's names. */
export type ValidationPolicy = "REQUIRE_VALID" | "ALLOW_MISSING" | "ALLOW_MISSING_OR_FAILED";

export interface AuthenticationConfiguration {
  /** Alternatives: one valid token of any of them passes. */
  providers: string[];
  /** Absent: REQUIRE_VALID. */
  validationPolicy?: ValidationPolicy;
}

export interface AuthorizationConfiguration {
  /** Policies are alternatives; an empty object denies everybody. */
  policies: Record<string, AuthorizationPolicyConfiguration>;
}

export interface AuthorizationPolicyConfiguration {
  principals: { claims: Record<string, string>; matcher?: string; provider?: string }[];
  permissions?: { pathPrefix?: string; methods?: string[] };
  nestedClaimDelimiter?: string;
}

/** Everything one Envoy is to hold. Map keys are the xDS resource names. */
export interface Snapshot {
  /** "NS/NAME" of the Gateway; the node id of its Envoys. */
  readonly gateway: string;
  readonly clusters: ReadonlyMap<string, EnvoyResource>;
  /** ClusterLoadAssignments, by cluster name. */
  readonly endpoints: ReadonlyMap<string, EnvoyResource>;
  /** TLS certificates with their private keys, by the names that listeners ask for them: "NS/SECRET". Never to be printed. */
  readonly secrets: ReadonlyMap<string, EnvoyResource>;
  readonly listeners: ReadonlyMap<string, EnvoyResource>;
  /** RouteConfigurations; every listener has one. */
  readonly routes: ReadonlyMap<string, EnvoyResource>;
  /** Plugin configurations by ECDS name, "NS/GATEWAY/LISTENER". */
  readonly plugins: ReadonlyMap<string, PluginConfiguration>;
}
