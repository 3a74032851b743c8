// Envoy's own filters with the policy of manifests.mjs.

const HTTP = "type.googleapis.com/envoy.extensions.filters.http";

export function nativeFilters(jwks, cache) {
  const provider = {
    issuer: "solo.io",
    localJwks: { inlineString: JSON.stringify(jwks) },
    payloadInMetadata: "payload",
    claimToHeaders: [
      { headerName: "x-team", claimName: "team" },
      { headerName: "x-org", claimName: "org" },
    ],
    ...(cache && { jwtCacheConfig: { jwtCacheSize: 10_000 } }),
  };
  const principal = {
    metadata: {
      filter: "envoy.filters.http.jwt_authn",
      path: [{ key: "payload" }, { key: "team" }],
      value: { stringMatch: { safeRegex: { regex: "de." } } },
    },
  };
  return [
    {
      name: "envoy.filters.http.jwt_authn",
      typedConfig: {
        "@type": `${HTTP}.jwt_authn.v3.JwtAuthentication`,
        providers: { p: provider },
        rules: [{ match: { prefix: "/" }, requires: { providerName: "p" } }],
      },
    },
    {
      name: "envoy.filters.http.rbac",
      typedConfig: {
        "@type": `${HTTP}.rbac.v3.RBAC`,
        rules: { policies: { v: { permissions: [{ any: true }], principals: [principal] } } },
      },
    },
  ];
}
