// Every option of Gloo's jwt.proto. Expected: what Gloo documents, Envoy's answers, or what docs/semantics.md says instead.
import {
  type Ask,
  AUDIENCE,
  bearer,
  DENIED,
  EXPIRED,
  FAILS,
  FORMAT,
  headers,
  jwks,
  MISSING,
  MULTIPLE,
  now,
  type Row,
  token,
  UNKNOWN_ISSUER,
} from "./row.js";

const KEYS = `jwks: { local: { key: '${jwks()}' } }`;
const SECOND = `issuer: second, jwks: { local: { key: '${jwks("second")}' } }`;
const HEADER = "tokenSource: { headers: [{ header: x-after }] }";

function routeOption(name: string, options: string): string {
  return `
apiVersion: gateway.solo.io/v1
kind: RouteOption
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  options: { ${options} }
---`;
}

/** A route with these options; below the listener with a VirtualHostOption, or without. */
function row(name: string, options: string, asks: readonly Ask[], listener: Row["listener"] = "http"): Row {
  return { name, listener, policy: options === "" ? "" : routeOption(name, options), asks };
}

/** Providers of the route alone, and more of its stage. */
function provided(name: string, providers: string, asks: readonly Ask[], more = ""): Row {
  return row(name, `jwtProvidersStaged: { afterExtAuth: { ${more}providers: { ${providers} } } }`, asks);
}

const SUB = "claimsToHeaders: [{ claim: sub, header: x-sub }]";
const expired = () => headers(bearer(token({ exp: 1 })), ["x-sub", "admin"]);
const PERMISSIVE: readonly Ask[] = [
  ["none", () => headers(["x-sub", "admin"]), "200 /get"],
  ["good", () => headers(bearer(token())), "200 /get x-sub: alice"],
  ["expired: without its claims, and gone", expired, "200 /get"],
  ["empty", () => headers(["authorization", "Bearer"]), "200 /get"],
  ["another scheme", () => headers(["authorization", "Basic x"]), "200 /get authorization: Basic x"],
  ["two", () => headers(bearer(token()), bearer(token())), "200 /get"],
  ["bad, in the query", () => ({ path: "/get?access_token=x&a" }), "200 /get?a"],
];
const OPTIONAL: readonly Ask[] = [
  ["none", () => ({}), "200 /get"],
  ["expired", expired, EXPIRED],
  ["empty", () => headers(["authorization", "Bearer"]), FORMAT],
];
const REQUIRED: readonly Ask[] = [
  ["none", () => ({}), MISSING],
  ["expired", expired, EXPIRED],
];

const OPTIONS: readonly Row[] = [
  provided("g-issuer", `p: { issuer: first, ${KEYS} }`, [
    ["its own", () => headers(bearer(token())), "200 /get"],
    ["another", () => headers(bearer(token({ iss: "other" }))), UNKNOWN_ISSUER],
    ["query", () => ({ path: `/get?access_token=${token()}` }), "200 /get"],
  ]),
  provided("g-audiences", `p: { audiences: [api], ${KEYS} }`, [
    ["one", () => headers(bearer(token({ aud: "https://api" }))), "200 /get"],
    ["absent", () => headers(bearer(token())), AUDIENCE],
  ]),
  provided(
    "g-sources",
    `p: { tokenSource: { headers: [{ header: X-A, prefix: "Token " }, { header: x-b }], queryParams: [a, b] }, ${KEYS} }`,
    [
      ["first header", () => headers(["x-a", `Token ${token()}`]), "200 /get"],
      ["second header", () => headers(["x-b", token()]), "200 /get"],
      ["first parameter", () => ({ path: `/get?c=1&a=${token()}` }), "200 /get?c=1"],
      ["second parameter", () => ({ path: `/get?b=${token()}&c=1` }), "200 /get?c=1"],
      ["everywhere", () => everywhere(token()), "200 /get"],
      ["two of them", () => headers(["x-a", `Token ${token()}`], ["x-b", token({ sub: "bob" })]), MULTIPLE],
      ["elsewhere", () => headers(bearer(token())), MISSING],
    ],
  ),
  provided("g-own-source", `p: { issuer: second, ${HEADER}, ${KEYS} }, q: { issuer: first, ${KEYS} }`, [
    ["of the one, where the other looks", () => headers(["x-after", token()]), UNKNOWN_ISSUER],
    ["each in its own place", () => headers(bearer(token()), ["x-after", token({ iss: "second" })]), MULTIPLE],
    ["in its own place", () => headers(["x-after", token({ iss: "second" })]), "200 /get"],
  ]),
  provided("g-keep", `p: { keepToken: true, ${HEADER}, ${KEYS} }`, [
    ["kept", () => headers(["x-after", token()]), "200 /get x-after: TOKEN"],
  ]),
  provided("g-skew", `p: { clockSkewSeconds: 0, ${KEYS} }`, [
    ["none", () => headers(bearer(token({ exp: now() - 5 }))), EXPIRED],
  ]),
  provided("g-long-skew", `p: { clockSkewSeconds: 3600, ${KEYS} }`, [
    ["within", () => headers(bearer(token({ exp: now() - 900, nbf: now() + 900 }))), "200 /get"],
  ]),
  provided(
    "g-append",
    `p: { claimsToHeaders: [{ claim: sub, header: x-who, append: true }, { claim: org, header: x-who, append: true },
                            { claim: team, header: x-who, append: true }, { claim: sub, header: x-last },
                            { claim: team, header: x-last }], ${KEYS} }`,
    [
      ["joined", () => headers(bearer(token()), ["x-who", "admin"]), "200 /get x-last: dev x-who: alice,dev"],
      // Gloo writes objects as they are.
      [
        "an object",
        () => headers(bearer(token({ org: { a: [1] } }))),
        '200 /get x-last: dev x-who: alice,{"a":[1]},dev',
      ],
    ],
  ),
  provided("g-require", `p: { ${SUB}, ${KEYS} }`, REQUIRED, "validationPolicy: REQUIRE_VALID, "),
  provided("g-require-0", `p: { ${SUB}, ${KEYS} }`, REQUIRED, "validationPolicy: 0, "),
  provided("g-missing", `p: { ${SUB}, ${KEYS} }`, OPTIONAL, "validationPolicy: ALLOW_MISSING, "),
  provided("g-missing-1", `p: { ${SUB}, ${KEYS} }`, OPTIONAL, "validationPolicy: 1, "),
  provided("g-failed", `p: { ${SUB}, ${KEYS} }`, PERMISSIVE, "validationPolicy: ALLOW_MISSING_OR_FAILED, "),
  provided("g-failed-2", `p: { ${SUB}, ${KEYS} }`, PERMISSIVE, "validationPolicy: 2, "),
  provided(
    "g-flag",
    `p: { ${SUB}, ${KEYS} }`,
    PERMISSIVE,
    "allowMissingOrFailedJwt: true, validationPolicy: REQUIRE_VALID, ",
  ),
  provided("g-flag-off", `p: { ${SUB}, ${KEYS} }`, OPTIONAL, "allowMissingOrFailedJwt: false, validationPolicy: 1, "),
  provided(
    "g-failed-keep",
    `p: { keepToken: true, attachFailedStatusToMetadata: failed, ${KEYS} }`,
    [["bad, and kept", () => headers(bearer("x")), "200 /get authorization: Bearer x"]],
    "validationPolicy: 2, ",
  ),
  row(
    "g-failed-rbac",
    `jwtProvidersStaged: { afterExtAuth: { validationPolicy: 2, providers: { p: { ${KEYS} } } } },
     rbac: { policies: { v: { principals: [{ jwtPrincipal: { claims: { team: dev } } }] } } }`,
    [
      ["none", () => ({}), DENIED],
      ["bad", expired, DENIED],
      ["good", () => headers(bearer(token())), "200 /get"],
    ],
  ),
];

/** Bob's token is the Gateway's (stage before), Carol's the route's. */
const bob = () => bearer(token({ team: "ops" }));
const carol = () => ["x-after", token({ iss: "second", team: "finance" }, "second")] as const;
const both = () => headers(bob(), carol());
const teams = (team: string, provider = "") =>
  `rbac: { policies: { v: { principals: [{ jwtPrincipal: { claims: { team: ${team} }${provider} } }] } } }`;

/** The scenarios 1 to 5 of Gloo's guide "route JWT policy". */
const STAGES: readonly Row[] = [
  row(
    "s-1-gateway-only",
    "",
    [
      ["its token", () => headers(bob()), "200 /get"],
      ["another team", () => headers(bearer(token())), DENIED],
      ["the route's token", () => headers(carol()), MISSING],
    ],
    "gloo",
  ),
  row("s-2-route-only", `jwtProvidersStaged: { afterExtAuth: { providers: { p: { ${SECOND}, ${HEADER} } } } }`, [
    ["its token", () => headers(carol()), "200 /get"],
    ["the Gateway's token", () => headers(bob()), MISSING],
  ]),
  row(
    "s-3-same-stage",
    `jwtProvidersStaged: { beforeExtAuth: { providers: { p: { ${SECOND}, ${HEADER} } } } }, rbac: { disable: true }`,
    [
      ["its token", () => headers(carol()), "200 /get"],
      ["the Gateway's token", () => headers(bob()), MISSING],
    ],
    "gloo",
  ),
  row(
    "s-4-separate",
    `jwtProvidersStaged: { afterExtAuth: { providers: { p: { ${SECOND}, ${HEADER} } } } }, ${teams("finance")}`,
    [
      ["both", both, "200 /get"],
      ["the route's", () => headers(carol()), MISSING],
      ["the Gateway's", () => headers(bob()), MISSING],
      ["one of them forged", () => headers(bob(), ["x-after", token({ iss: "second" })]), FAILS],
      ["another team", () => headers(bob(), ["x-after", token({ iss: "second" }, "second")]), DENIED],
    ],
    "gloo",
  ),
  row(
    "s-4-rbac-of-gateway",
    `jwtProvidersStaged: { afterExtAuth: { providers: { p: { ${SECOND}, ${HEADER} } } } }, ${teams("ops", ", provider: vhost")}`,
    [["the Gateway's claims, by its provider", both, "200 /get"]],
    "gloo",
  ),
  row(
    "s-5-optional",
    `jwtProvidersStaged: { afterExtAuth: { validationPolicy: ALLOW_MISSING, providers: { p: { ${SECOND}, ${HEADER} } } } },
     rbac: { disable: true }`,
    [
      ["both", both, "200 /get"],
      ["the Gateway's", () => headers(bob()), "200 /get"],
      ["the route's", () => headers(carol()), MISSING],
      ["a bad one", () => headers(bob(), ["x-after", "x"]), FORMAT],
    ],
    "gloo",
  ),
  row(
    "s-off",
    "jwtStaged: { beforeExtAuth: { disable: true } }, rbac: { disable: true }",
    [["none", () => ({}), "200 /get"]],
    "gloo",
  ),
  row(
    "s-off-rbac",
    "jwtStaged: { beforeExtAuth: { disable: true } }",
    [["no claims", () => headers(bob()), DENIED]],
    "gloo",
  ),
  row("s-off-after", "jwt: { disable: true }", [["still the stage before", () => ({}), MISSING]], "gloo"),
];

export const GLOO: readonly Row[] = [...OPTIONS, ...STAGES];

/** The policy of listener "gloo". */
export const GLOO_LISTENER = `
apiVersion: gateway.solo.io/v1
kind: VirtualHostOption
metadata: { name: listener }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: gloo }]
  options:
    jwtStaged: { beforeExtAuth: { providers: { vhost: { issuer: first, ${KEYS} } } } }
    ${teams("ops")}
---`;

function everywhere(one: string) {
  return { path: `/get?a=${one}&b=${one}`, ...headers(["x-a", `Token ${one}`], ["x-b", one], ["x-b", one]) };
}
