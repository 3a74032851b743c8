// What an API server must let in: between them, every field of the schemas, and both sides of every rule.
import {
  backOff,
  expressions,
  glooJwt,
  glooProvider,
  jwtAuth,
  local,
  principal,
  provider,
  providers,
  remoteProvider,
  target,
  text,
  times,
} from "./policies.js";
import type { PolicyKind } from "./policies.js";

const claims = times(32, (index) => ({ name: "a.b", header: `x-${index}` }));
const glooProviders = { p: { jwks: { local: { key: "{}" } } } };
const glooRemote = { url: "https://idp/keys", upstreamRef: { name: "idp", namespace: "gloo-system" } };

export const ACCEPTED: Readonly<Record<PolicyKind, readonly (readonly [string, unknown])[]>> = {
  GatewayExtension: [
    ["no providers", { jwt: {} }],
    ["an extension of another type", { type: "OAuth2", oauth2: { anything: [1, { a: "b" }] } }],
    ["upstream's deprecated type", { type: "JWT", jwt: { validationMode: "AllowMissing", providers: [] } }],
    [
      "every field of a provider",
      provider({
        issuer: text(2048),
        audiences: times(32, String),
        tokenSource: { header: { header: "x-token", prefix: "Bearer " } },
        claimsToHeaders: claims,
        forwardToken: true,
      }),
    ],
    ["32 providers", providers(...times(32, (index) => ({ name: `p${index}`, jwks: local })))],
    ["a token in the query", provider({ tokenSource: { queryParameter: "token" }, issuer: "" })],
    ["as long a key as may be", provider({ jwks: { local: { inline: text(16384) } } })],
    ["keys in a ConfigMap", provider({ jwks: { local: { configMapRef: { name: "keys" } } } })],
    ["keys in a ConfigMap without a name", provider({ jwks: { local: { configMapRef: {} } } })],
    [
      "every field of remote keys",
      remoteProvider({
        backendRef: { group: "", kind: "Service", name: "idp", namespace: "idp", port: 65535 },
        cacheDuration: "1h30m5s7ms",
        asyncFetch: { fastListener: false, failedRefetchDuration: "1ms" },
        retryPolicy: { numRetries: 1, backOff: { baseInterval: "1s", maxInterval: "1000ms" } },
      }),
    ],
    [
      "a Backend without a port",
      remoteProvider({ backendRef: { group: "gateway.kgateway.dev", kind: "Backend", name: "b" } }),
    ],
    ["no longest interval", backOff({ baseInterval: "99999h99999h" })],
  ],
  TrafficPolicy: [
    ["nothing", {}],
    ["no token demanded", { jwtAuth: { disable: {} } }],
    [
      "16 targets of all kinds",
      {
        targetRefs: ["Gateway", "HTTPRoute", "GRPCRoute", "ListenerSet"].flatMap((kind) =>
          times(4, (index) => ({ ...target, kind, name: `t${index}`, sectionName: "s" })),
        ),
        jwtAuth: { extensionRef: { name: "e", namespace: "other" } },
      },
    ],
    [
      "selectors",
      { targetSelectors: [{ group: "", kind: "HTTPRoute", matchLabels: { a: "b" }, sectionName: "r" }], jwtAuth },
    ],
    ["an expression", expressions("true")],
    ["256 expressions", { rbac: { policy: { matchExpressions: times(256, () => text(100)) }, action: "Deny" } }],
  ],
  VirtualHostOption: [
    ["nothing", {}],
    ["no options", { options: {} }],
    [
      "every field of a provider",
      glooProvider({
        issuer: "",
        audiences: ["a"],
        tokenSource: { headers: [{ header: "x", prefix: "y " }, { header: "z" }], queryParams: ["t"] },
        keepToken: true,
        claimsToHeaders: [{ claim: "c", header: "h", append: true }],
        clockSkewSeconds: 4294967295,
        attachFailedStatusToMetadata: "m",
      }),
    ],
    [
      "a policy by name",
      glooJwt({ providers: glooProviders, validationPolicy: "ALLOW_MISSING", allowMissingOrFailedJwt: false }),
    ],
    ["a policy by number", glooJwt({ providers: glooProviders, validationPolicy: 2 })],
    [
      "stages and every field of remote keys",
      {
        targetRefs: [{ ...target, namespace: "default", sectionName: "s" }],
        options: {
          jwtStaged: {
            beforeExtAuth: {
              providers: {
                p: { jwks: { remote: { ...glooRemote, cacheDuration: "5m", asyncFetch: { fastListener: true } } } },
              },
            },
            afterExtAuth: { providers: glooProviders },
          },
        },
      },
    ],
  ],
  RouteOption: [
    ["no token demanded", { options: { jwt: { disable: true } } }],
    [
      "no token demanded in stages",
      { options: { jwtStaged: { beforeExtAuth: { disable: true }, afterExtAuth: { disable: false } } } },
    ],
    [
      "providers in stages",
      { options: { jwtProvidersStaged: { beforeExtAuth: { providers: glooProviders }, afterExtAuth: {} } } },
    ],
    ["a matcher by number", principal({ claims: { "a.b": "c" }, provider: "p", matcher: 3 })],
    ["a matcher by name", principal({ claims: { admin: "true" }, matcher: "BOOLEAN" })],
    [
      "every other field of rbac",
      {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "r", namespace: "default" }],
        options: {
          rbac: {
            disable: false,
            policies: { v: { permissions: { pathPrefix: "/", methods: ["GET"] }, nestedClaimDelimiter: "." } },
          },
        },
      },
    ],
  ],
};
