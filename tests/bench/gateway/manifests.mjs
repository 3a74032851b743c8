// The policy of the bench, in Gloo's API: verify, a regular expression on `team`, two claim headers, the token removed.

const NAMESPACE = "bench";

const object = (apiVersion, kind, name, spec) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: NAMESPACE },
  ...spec,
});

const target = (kind, name) => [{ group: "gateway.networking.k8s.io", kind, name }];

const rbac = (regex) => ({
  policies: { v: { principals: [{ jwtPrincipal: { claims: { team: regex }, matcher: "REGEX_MATCH" } }] } },
});

/** Resources for a Gateway with `routes` HTTPRoutes, `/r0/` and so on; more than one have a policy of their own each. */
export function manifests({ jwks, port, upstreamPort, routes }) {
  const jwt = {
    providers: {
      p: {
        issuer: "solo.io",
        jwks: { local: { key: JSON.stringify(jwks) } },
        claimsToHeaders: [
          { claim: "team", header: "x-team" },
          { claim: "org", header: "x-org" },
        ],
      },
    },
  };
  const gateway = { gatewayClassName: "claimgate", listeners: [{ name: "http", port, protocol: "HTTP" }] };
  return [
    object("gateway.networking.k8s.io/v1", "Gateway", "gw", { spec: gateway }),
    object("v1", "Service", "up", { spec: { ports: [{ port: 80, targetPort: upstreamPort }] } }),
    {
      ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
      metadata: { name: "up-1", namespace: NAMESPACE, labels: { "kubernetes.io/service-name": "up" } },
      endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }],
      ports: [{ port: upstreamPort, protocol: "TCP" }],
    },
    object("gateway.solo.io/v1", "VirtualHostOption", "jwt", {
      spec: { targetRefs: target("Gateway", "gw"), options: { jwt, rbac: rbac("de.") } },
    }),
    ...Array.from({ length: routes }, (_, i) =>
      object("gateway.networking.k8s.io/v1", "HTTPRoute", `r${i}`, {
        spec: {
          parentRefs: [{ name: "gw" }],
          rules: [{ matches: [{ path: { value: `/r${i}` } }], backendRefs: [{ name: "up", port: 80 }] }],
        },
      }),
    ),
    ...(routes === 1 ? [] : Array.from({ length: routes }, (_, i) => ownPolicy(i))),
  ];
}

function ownPolicy(i) {
  const spec = { targetRefs: target("HTTPRoute", `r${i}`), options: { rbac: rbac(`de.|team-${i}`) } };
  return object("gateway.solo.io/v1", "RouteOption", `p${i}`, { spec });
}
