// The compiled filter with every option of a provider and an authentication, one request each: tokens by node's crypto.
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";
import { rsaKey } from "../support/tokens.js";
import { CLAIMS, GOOD, key, NOW } from "./guard.js";
import { FilterHost, type Header, type Outcome } from "./host.js";

const other = rsaKey("k1");
let host: FilterHost;

beforeEach(() => {
  host = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"));
  host.now = NOW;
});

/** Providers p, q, … with these members each, and one check with all of them. */
function configure(providers: readonly object[], authentication: object = {}): void {
  const names = providers.map((_, i) => "pqrs"[i]!);
  const entries = providers.map((provider, i) => [names[i], { jwks: { keys: [key.jwk] }, ...provider }] as const);
  const configuration = {
    version: 1,
    providers: Object.fromEntries(entries),
    policies: { only: { checks: [{ authentication: { providers: names, ...authentication } }] } },
    defaultPolicy: "only",
  };
  expect(host.configure(configuration), host.log.join("\n")).toBe(true);
}

function ask(path: string, ...headers: Header[]): Outcome {
  const pseudo: Header[] = [
    [":authority", "h"],
    [":path", path],
    [":method", "GET"],
    [":scheme", "http"],
  ];
  return host.request([...pseudo, ...headers]);
}

/** What the backend gets, pseudo-headers but the path left out; or the refusal. */
function result(outcome: Outcome): string {
  if (outcome.reply !== null) return `${outcome.reply.status} ${outcome.reply.body}`;
  return outcome.headers
    .filter(([name]) => name === ":path" || !name.startsWith(":"))
    .map(([name, value]) => `${name}: ${value === GOOD ? "GOOD" : value}`)
    .sort()
    .join("; ");
}

const bearer = (token: string): Header => ["authorization", `Bearer ${token}`];
const source = (kind: string, name: string, prefix?: string) => ({ kind, name, ...(prefix && { prefix }) });

describe("audiences", () => {
  it.each<[string, readonly string[], object, string]>([
    ["absent", ["api"], {}, "403 Audiences in Jwt are not allowed"],
    ["a string", ["api"], { aud: "api" }, ":path: /"],
    ["another string", ["api"], { aud: "apis" }, "403 Audiences in Jwt are not allowed"],
    ["a list", ["api", "web"], { aud: ["x", "https://web/"] }, ":path: /"],
    ["an empty list", ["api"], { aud: [] }, "403 Audiences in Jwt are not allowed"],
    ["an empty string", ["api"], { aud: "" }, "403 Audiences in Jwt are not allowed"],
    ["a number", ["api"], { aud: 1 }, "401 Jwt payload [aud] field is not a string or string list"],
    ["nobody asks", [], { aud: "x" }, ":path: /"],
  ])("%s", (_, audiences, claims, expected) => {
    configure([{ audiences }]);
    const outcome = ask("/", bearer(key.sign({ ...CLAIMS, ...claims })));
    expect(result(outcome)).toBe(expected);
    if (!expected.startsWith("403")) return;
    expect(outcome.reply?.headers).toEqual([["www-authenticate", 'Bearer realm="http://h/", error="invalid_token"']]);
    expect(outcome.reply?.details).toBe("claimgate_jwt_audience_not_allowed");
  });
});

describe("places of tokens", () => {
  it.each<[string, string, Header[], string]>([
    ["authorization", "/?a=1", [bearer(GOOD)], ":path: /?a=1"],
    ["access_token", `/?a=1&access_token=${GOOD}&b=%41`, [], ":path: /?a=1&b=%41"],
    ["both, the same", `/?access_token=${GOOD}`, [bearer(GOOD)], ":path: /"],
    ["both, not the same", "/?access_token=x", [bearer(GOOD)], "401 Found multiple Jwt tokens"],
    [
      "another scheme beside it",
      `/?access_token=${GOOD}`,
      [["authorization", "Basic x"]],
      ":path: /; authorization: Basic x",
    ],
    ["neither", "/?jwt=x", [["x-jwt", GOOD]], "401 Jwt is missing"],
  ])("unless they are named: %s", (_, path, headers, expected) => {
    configure([{}]);
    expect(result(ask(path, ...headers))).toBe(expected);
  });

  it("named: only those", () => {
    configure([{ tokenSources: [source("header", "X-Jwt", "Token "), source("query", "jwt")] }]);
    expect(result(ask("/", ["x-jwt", `Token ${GOOD}`]))).toBe(":path: /");
    expect(result(ask(`/?jwt=${GOOD}`))).toBe(":path: /");
    expect(result(ask("/", ["x-jwt", `Token ${GOOD}`], ["x-jwt", "Token x"]))).toBe("401 Found multiple Jwt tokens");
    expect(result(ask(`/?access_token=${GOOD}`, bearer(GOOD)))).toBe("401 Jwt is missing");
  });

  it("of one provider are not those of another", () => {
    configure([
      { issuer: "other" },
      { issuer: "issuer", tokenSources: [source("header", "x-jwt")], forwardToken: true },
    ]);
    expect(result(ask("/", ["x-jwt", GOOD]))).toBe(":path: /; x-jwt: GOOD");
    expect(result(ask("/", bearer(GOOD)))).toBe("401 Jwt issuer is not configured");
    expect(result(ask("/", ["x-jwt", GOOD], bearer("x")))).toBe("401 Found multiple Jwt tokens");
  });

  it("are not repeated in a challenge", () => {
    configure([{ tokenSources: [source("query", "jwt")] }]);
    const { reply } = ask("/a?j%77t=SECRET&access_token=SECRET");
    expect(reply?.headers).toEqual([
      ["www-authenticate", 'Bearer realm="http://h/a?j%77t=REDACTED&access_token=REDACTED", error="invalid_token"'],
    ]);
  });
});

describe("two providers", () => {
  const named = (name: string) => ({ claimsToHeaders: [{ claim: "sub", header: name }] });

  it("with the same kid: the issuer decides, or else whose key verifies", () => {
    const theirs = { jwks: { keys: [other.jwk] } };
    configure([
      { ...theirs, issuer: "theirs", ...named("x-p") },
      { issuer: "issuer", ...named("x-q") },
    ]);
    expect(result(ask("/", bearer(GOOD)))).toBe(":path: /; x-q: alice");
    expect(result(ask("/", bearer(other.sign({ ...CLAIMS, iss: "theirs" }))))).toBe(":path: /; x-p: alice");
    expect(result(ask("/", bearer(other.sign(CLAIMS))))).toBe("401 Jwt verification fails");
    configure([{ ...theirs, ...named("x-p") }, named("x-q")]);
    expect(result(ask("/", bearer(GOOD)))).toBe(":path: /; x-q: alice");
    expect(result(ask("/", bearer(other.sign(CLAIMS))))).toBe(":path: /; x-p: alice");
  });

  it("that both take a token: the first is it", () => {
    configure([named("x-p"), named("x-q")]);
    expect(result(ask("/", bearer(GOOD)))).toBe(":path: /; x-p: alice");
  });

  it("whose claims share a header", () => {
    const append = (claim: string) => ({ claim, header: "x-who", append: true });
    configure([{ claimsToHeaders: [append("sub"), append("team"), append("none")] }]);
    expect(result(ask("/", bearer(GOOD), ["x-who", "admin"]))).toBe(":path: /; x-who: alice,dev");
  });
});

describe("a request without a good token", () => {
  const claims = { claimsToHeaders: [{ claim: "sub", header: "x-sub" }], failureStatus: "jwt" };
  const spoofed: Header = ["x-sub", "admin"];
  const FORMAT = "401 Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";

  it.each<[string, string, string, string]>([
    ["REQUIRE_VALID", "401 Jwt is missing", FORMAT, "401 Jwt is expired"],
    ["ALLOW_MISSING", ":path: /", FORMAT, "401 Jwt is expired"],
    ["ALLOW_MISSING_OR_FAILED", ":path: /", ":path: /", ":path: /"],
  ])("%s", (validationPolicy, missing, empty, expired) => {
    configure([claims], { validationPolicy });
    expect(result(ask("/", spoofed))).toBe(missing);
    expect(result(ask("/", spoofed, ["authorization", "Bearer "]))).toBe(empty);
    const outcome = ask("/", spoofed, bearer(key.sign({ ...CLAIMS, exp: 1 })));
    expect(result(outcome)).toBe(expired);
    expect(Object.fromEntries(outcome.properties)).toEqual({
      "jwt.code": "jwt_expired",
      "jwt.message": "Jwt is expired",
    });
    expect(result(ask("/", spoofed, bearer(GOOD)))).toBe(":path: /; x-sub: alice");
  });
});

it("clockSkewSeconds: 0 is none", () => {
  configure([{ clockSkewSeconds: 0 }]);
  expect(result(ask("/", bearer(key.sign({ ...CLAIMS, exp: NOW }))))).toBe(":path: /");
  expect(result(ask("/", bearer(key.sign({ ...CLAIMS, exp: NOW - 1 }))))).toBe("401 Jwt is expired");
  expect(result(ask("/", bearer(key.sign({ ...CLAIMS, nbf: NOW + 1 }))))).toBe("401 Jwt not yet valid");
});
