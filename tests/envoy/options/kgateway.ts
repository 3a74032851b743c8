// Every option of kgateway's spec.jwt and jwtAuth. Expected: Envoy's answers (jwt_authn), or what docs/semantics.md says instead.
import {
  type Ask,
  AUDIENCE,
  bare,
  bearer,
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

const KEYS = `jwks: { local: { inline: '${jwks()}' } }`;

function policy(name: string, jwtAuth: string): string {
  return `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  jwtAuth: { ${jwtAuth} }
---`;
}

/** A route with a GatewayExtension of these providers, and more of spec.jwt. */
function row(name: string, providers: string, asks: readonly Ask[], jwt = "", more = ""): Row {
  const extension = `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: ${name} }
spec: { jwt: { ${jwt}providers: [${providers}] } }
---${more}`;
  return { name, listener: "http", policy: extension + policy(name, `extensionRef: { name: ${name} }`), asks };
}

export const KGATEWAY: readonly Row[] = [
  row("k-issuer", `{ name: p, issuer: first, ${KEYS} }`, [
    ["header", () => headers(bearer(token())), "200 /get"],
    ["scheme in lower case", () => headers(["authorization", `bearer ${token()}`]), "200 /get"],
    ["query", () => ({ path: `/get?a=%41+b&access_token=${token()}&&c` }), "200 /get?a=%41+b&&c"],
    ["query, name encoded", () => ({ path: `/get?access%5Ftoken=${token()}` }), "200 /get"],
    ["query, value encoded", () => ({ path: `/get?access_token=${token().replaceAll(".", "%2E")}` }), "200 /get"],
    ["query, parameters torn", () => ({ path: `/get?a=1;access_token=${token()}` }), FORMAT],
    ["header and query, one token", () => both(token()), "200 /get"],
    ["header and query, two tokens", () => both(token(), token({ sub: "bob" })), MULTIPLE],
    ["query, two tokens", () => ({ path: `/get?access_token=${token()}&access_token=x` }), MULTIPLE],
    ["two headers", () => headers(bearer(token()), bearer(token())), MULTIPLE],
    ["none", () => ({}), MISSING],
    ["another scheme", () => headers(["authorization", "Basic YTpi"]), MISSING],
    ["empty header", () => headers(["authorization", "Bearer "]), FORMAT],
    ["empty parameter", () => ({ path: "/get?access_token=" }), FORMAT],
    ["another issuer", () => headers(bearer(token({ iss: "other" }))), UNKNOWN_ISSUER],
    ["no issuer", () => headers(bearer(bare({ sub: "alice" }))), UNKNOWN_ISSUER],
    ["no exp", () => headers(bearer(bare({ iss: "first" }))), "200 /get"],
    ["expired within the skew", () => headers(bearer(token({ exp: now() - 5 }))), "200 /get"],
    ["expired", () => headers(bearer(token({ exp: now() - 90 }))), EXPIRED],
    ["not yet valid", () => headers(bearer(token({ nbf: now() + 900 }))), "401 Jwt not yet valid"],
  ]),
  row("k-any-issuer", `{ name: p, ${KEYS} }`, [
    ["any", () => headers(bearer(token({ iss: "other" }))), "200 /get"],
    ["none", () => headers(bearer(bare({ sub: "alice" }))), "200 /get"],
  ]),
  row("k-audiences", `{ name: p, audiences: [api, "https://web.example.com/"], ${KEYS} }`, [
    ["a string", () => headers(bearer(token({ aud: "api" }))), "200 /get"],
    ["a list", () => headers(bearer(token({ aud: ["x", "api"] }))), "200 /get"],
    ["without the scheme", () => headers(bearer(token({ aud: "web.example.com" }))), "200 /get"],
    ["with another scheme", () => headers(bearer(token({ aud: "http://web.example.com" }))), "200 /get"],
    ["with a slash", () => headers(bearer(token({ aud: "api/" }))), "200 /get"],
    ["another", () => headers(bearer(token({ aud: "apis" }))), AUDIENCE],
    ["empty", () => headers(bearer(token({ aud: [] }))), AUDIENCE],
    ["absent", () => headers(bearer(token())), AUDIENCE],
    ["forged, and for others", () => headers(bearer(token({ aud: "x" }, "second"))), AUDIENCE],
    ["forged", () => headers(bearer(token({ aud: "api" }, "second"))), FAILS],
    ["expired, and for others", () => headers(bearer(token({ exp: 1, aud: "x" }))), EXPIRED],
  ]),
  row("k-header", `{ name: p, tokenSource: { header: { header: X-Jwt, prefix: "Token " } }, ${KEYS} }`, [
    ["there", () => headers(["x-jwt", `Token ${token()}`]), "200 /get"],
    ["another prefix", () => headers(["x-jwt", `token ${token()}`]), MISSING],
    ["two values", () => headers(["x-jwt", `Token ${token()}`], ["x-jwt", "Token x"]), MULTIPLE],
    ["one of them none", () => headers(["x-jwt", "Basic x"], ["x-jwt", `Token ${token()}`]), "200 /get"],
    ["elsewhere", () => both(token()), MISSING],
  ]),
  row("k-bare-header", `{ name: p, tokenSource: { header: { header: x-jwt } }, ${KEYS} }`, [
    ["there", () => headers(["x-jwt", token()]), "200 /get"],
    ["empty", () => headers(["x-jwt", ""]), FORMAT],
  ]),
  row("k-parameter", `{ name: p, tokenSource: { queryParameter: jwt }, ${KEYS} }`, [
    ["there", () => ({ path: `/get?jwt=${token()}&access_token=x` }), "200 /get?access_token=x"],
    ["elsewhere", () => both(token()), MISSING],
  ]),
  row("k-forward", `{ name: p, forwardToken: true, ${KEYS} }`, [
    ["header", () => headers(bearer(token())), "200 /get authorization: Bearer TOKEN"],
    ["query", () => ({ path: `/get?access_token=${token()}` }), "200 /get?access_token=TOKEN"],
  ]),
  row(
    "k-claims",
    `{ name: p, claimsToHeaders: [{ name: realm.team, header: X-Team }, { name: groups, header: X-Groups }], ${KEYS} }`,
    [
      ["nested", () => headers(bearer(token({ realm: { team: "dev" } }))), "200 /get x-team: dev"],
      // echo -n '["a",1]' | base64
      ["a list", () => headers(bearer(token({ groups: ["a", 1] }))), "200 /get x-groups: WyJhIiwxXQ=="],
      ["absent, and spoofed", () => headers(bearer(token()), ["x-team", "admin"]), "200 /get"],
    ],
  ),
  row(
    "k-allow-missing",
    `{ name: p, issuer: first, claimsToHeaders: [{ name: sub, header: x-team }], ${KEYS} }`,
    [
      ["none", () => ({}), "200 /get"],
      ["none, and spoofed", () => headers(["x-team", "admin"]), "200 /get"],
      ["another scheme", () => headers(["authorization", "Basic x"]), "200 /get authorization: Basic x"],
      ["good", () => headers(bearer(token())), "200 /get x-team: alice"],
      ["another issuer", () => headers(bearer(token({ iss: "other" }))), UNKNOWN_ISSUER],
      ["empty", () => headers(["authorization", "Bearer"]), FORMAT],
      ["expired", () => headers(bearer(token({ exp: 1 }))), EXPIRED],
    ],
    "validationMode: AllowMissing, ",
  ),
  row("k-strict", `{ name: p, ${KEYS} }`, [["none", () => ({}), MISSING]], "validationMode: Strict, "),
  row(
    "k-config-map",
    `{ name: p, jwks: { local: { configMapRef: { name: keys } } } }`,
    [
      ["good", () => headers(bearer(token())), "200 /get"],
      ["forged", () => headers(bearer(token({}, "second"))), FAILS],
    ],
    "",
    `
apiVersion: v1
kind: ConfigMap
metadata: { name: keys }
data: { jwks: '${jwks()}' }
---`,
  ),
  row(
    "k-two",
    `{ name: p, claimsToHeaders: [{ name: sub, header: x-p }], ${KEYS} },
     { name: q, claimsToHeaders: [{ name: sub, header: x-q }], jwks: { local: { inline: '${jwks("second")}' } } }`,
    [
      ["the first's key", () => headers(bearer(token())), "200 /get x-p: alice"],
      ["the second's key, same kid", () => headers(bearer(token({}, "second"))), "200 /get x-q: alice"],
      ["nobody's", () => headers(bearer(`${token().slice(0, -6)}AAAAAA`)), FAILS],
    ],
  ),
  {
    name: "k-disable",
    listener: "kgateway",
    policy: policy("k-disable", "disable: {}"),
    asks: [["none", () => ({}), "200 /get"]],
  },
  {
    name: "k-inherited",
    listener: "kgateway",
    policy: "",
    asks: [
      ["none", () => ({}), MISSING],
      ["good", () => headers(bearer(token())), "200 /get"],
    ],
  },
];

/** The policy of listener "kgateway". */
export const KGATEWAY_LISTENER = `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: listener }
spec: { jwt: { providers: [{ name: p, ${KEYS} }] } }
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: listener }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: kgateway }]
  jwtAuth: { extensionRef: { name: listener } }
---`;

function both(inHeader: string, inQuery = inHeader) {
  return { path: `/get?access_token=${inQuery}`, ...headers(bearer(inHeader)) };
}
