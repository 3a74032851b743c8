// The schema is for people, the filter decides: what the schema refuses, the filter must refuse, rule by rule.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type AnySchemaObject } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../controller/xds/package-root.js";
import { rsaKey, type Json } from "../support/tokens.js";
import { FilterHost } from "./host.js";
import { REMOTE_COUNTER_EXAMPLES, REMOTE_EXAMPLES } from "./schema.remote.js";

const SCHEMA = JSON.parse(
  readFileSync(join(packageRoot(), "envoy", "plugin-configuration.schema.json"), "utf8"),
) as AnySchemaObject;
const JWK = rsaKey("k1").jwk;
const JWKS = { keys: [JWK] };

let host: FilterHost;
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, verbose: true }).compile(SCHEMA);

beforeAll(() => {
  host = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"));
});

/** A configuration around one provider or one policy. */
const top = (members: object) => ({ version: 1, policies: { a: { checks: [] } }, defaultPolicy: "a", ...members });
const provider = (members: object) => top({ providers: { p: { jwks: JWKS, ...members } } });
const policy = (value: Json | object) => top({ providers: { p: { jwks: JWKS } }, policies: { a: value } });
const check = (value: Json | object) => policy({ checks: [value] });
const rule = (value: Json | object) => check({ authorization: { policies: { r: value } } });
const principal = (value: Json | object) => rule({ principals: [value] });
const source = (value: Json | object) => provider({ tokenSources: [value] });
const claimHeader = (value: Json | object) => provider({ claimsToHeaders: [value] });

/** The configuration written by hand in envoy/static.yaml. */
function staticConfiguration(): unknown {
  const text = readFileSync(join(packageRoot(), "envoy", "static.yaml"), "utf8");
  const found: string[] = [];
  JSON.stringify(parse(text), (key, value: unknown) => {
    if (key === "configuration") found.push((value as { value: string }).value);
    return value;
  });
  expect(found).toHaveLength(1);
  return JSON.parse(found[0] as string);
}

describe("good configurations", () => {
  it.each<[string, () => unknown]>([
    ["envoy/static.yaml", staticConfiguration],
    ["the smallest", () => top({})],
    ["signatures by our own code", () => top({ nativeCrypto: "never" })],
    ["signatures by either", () => top({ nativeCrypto: "auto" })],
    [
      "identity headers",
      () => top({ identityHeaders: ["x-team", "X-Org", "!#$%&'*+-.^_`|~"], removeUnderscoreVariants: false }),
    ],
    [
      "policies by route",
      () => top({ policyFromRouteName: true, policies: { a: { unenforceable: "why" }, b: { checks: [] } } }),
    ],
    [
      "a provider with everything",
      () =>
        provider({
          issuer: "i",
          audiences: ["a", "https://b/"],
          tokenSources: [
            { kind: "header", name: "X-Jwt", prefix: "Token " },
            { kind: "query", name: "jwt" },
          ],
          clockSkewSeconds: 86_400,
          forwardToken: true,
          failureStatus: "jwt-failed",
          claimsToHeaders: [
            { claim: "a.b", header: "X-A" },
            { claim: "e", header: "X-A", append: true },
            { claim: "c", header: "x-c", encoding: "json" },
            { claim: "d", header: "x-d", encoding: "base64" },
          ],
        }),
    ],
    ...REMOTE_EXAMPLES,
    [
      "a set with members we do not know",
      () => top({ providers: { p: { jwks: { keys: [{ ...JWK, x: 1 }], more: true } } } }),
    ],
    [
      "authorization with everything",
      () =>
        check({
          precedingAuthentication: { providers: ["p"], validationPolicy: "REQUIRE_VALID" },
          authentication: { providers: ["p", "p"], validationPolicy: "ALLOW_MISSING_OR_FAILED" },
          authorization: {
            policies: {
              r: {
                principals: [
                  { claims: { a: "x", b: "y" } },
                  { claims: { a: "true" }, matcher: "BOOLEAN", provider: "p" },
                  { claims: { a: "x" }, matcher: "LIST_CONTAINS" },
                  { claims: { a: "x.*" }, matcher: "REGEX_MATCH" },
                  { claims: { a: "x" }, matcher: "EXACT_STRING" },
                ],
                permissions: { pathPrefix: "/", methods: ["GET"] },
                nestedClaimDelimiter: ".",
              },
              none: { principals: [], permissions: {} },
            },
          },
        }),
    ],
    ["an empty authorization", () => check({ authorization: { policies: {} } })],
    [
      "eight checks",
      () => policy({ checks: Array(8).fill({ authentication: { providers: ["p"] } }), identityHeaders: [] }),
    ],
  ])("%s", (_, make) => {
    const configuration = make();
    expect(validate(configuration), JSON.stringify(validate.errors)).toBe(true);
    expect(host.configure(configuration), host.log.at(-1)).toBe(true);
  });
});

/** Each with the part of the filter's message that names the field. */
const COUNTER_EXAMPLES: [string, unknown][] = [
  ["configuration", []],
  ["version", { policies: { a: { checks: [] } }, defaultPolicy: "a" }],
  ["version", top({ version: 2 })],
  ["version", top({ version: "1" })],
  ["version", top({ version: 1.5 })],
  ["policies", { version: 1, defaultPolicy: "a" }],
  ["defaultPolicy", { version: 1, policies: { a: { checks: [] } } }],
  ["unknown field", top({ policie: {} })],
  ["nativeCrypto", top({ nativeCrypto: "always" })],
  ["identityHeaders", top({ identityHeaders: "x-a" })],
  ["identityHeaders[0]", top({ identityHeaders: [1] })],
  ["identityHeaders[0]", top({ identityHeaders: ["x a"] })],
  ["identityHeaders[0]", top({ identityHeaders: [""] })],
  ["identityHeaders[0]", top({ identityHeaders: ["x".repeat(129)] })],
  ["removeUnderscoreVariants", top({ removeUnderscoreVariants: "no" })],
  ["providers", top({ providers: [] })],
  ["policies", top({ policies: [] })],
  ["defaultPolicy", top({ defaultPolicy: 1 })],
  ["policyFromRouteName", top({ policyFromRouteName: 1 })],

  ["providers.p", top({ providers: { p: [] } })],
  ["providers.p.jwks", top({ providers: { p: {} } })],
  ["unknown field", provider({ audience: [] })],
  ["providers.p.audiences", provider({ audiences: "a" })],
  ["providers.p.audiences[0]", provider({ audiences: [1] })],
  ["providers.p.tokenSources", provider({ tokenSources: {} })],
  ["providers.p.tokenSources", provider({ tokenSources: [] })],
  ["providers.p.tokenSources[0]", source([])],
  ["providers.p.tokenSources[0].kind", source({ name: "a" })],
  ["providers.p.tokenSources[0].name", source({ kind: "header" })],
  ["unknown field", source({ kind: "header", name: "a", value: "b" })],
  ["providers.p.tokenSources[0].kind", source({ kind: "cookie", name: "a" })],
  ["providers.p.tokenSources[0].name", source({ kind: "query", name: 1 })],
  ["providers.p.tokenSources[0].name", source({ kind: "query", name: "" })],
  ["providers.p.tokenSources[0].name", source({ kind: "query", name: "a".repeat(129) })],
  ["providers.p.tokenSources[0].prefix", source({ kind: "header", name: "a", prefix: 1 })],
  ["providers.p.tokenSources[0].prefix", source({ kind: "header", name: "a", prefix: "a".repeat(2049) })],
  ["providers.p.failureStatus", provider({ failureStatus: 1 })],
  ["providers.p.failureStatus", provider({ failureStatus: "a b" })],
  ["providers.p.issuer", provider({ issuer: 1 })],
  ["providers.p.clockSkewSeconds", provider({ clockSkewSeconds: "60" })],
  ["providers.p.clockSkewSeconds", provider({ clockSkewSeconds: 60.5 })],
  ["providers.p.clockSkewSeconds", provider({ clockSkewSeconds: -1 })],
  ["providers.p.clockSkewSeconds", provider({ clockSkewSeconds: 86_401 })],
  ["providers.p.forwardToken", provider({ forwardToken: 0 })],
  ["providers.p.jwks", provider({ jwks: "{}" })],
  ...REMOTE_COUNTER_EXAMPLES,
  ["providers.p.jwks", provider({ jwks: {} })],
  ["providers.p.jwks", provider({ jwks: { keys: {} } })],
  ["providers.p.jwks", provider({ jwks: { keys: [] } })],
  ["providers.p.jwks", provider({ jwks: { keys: [1] } })],
  ["providers.p.jwks", provider({ jwks: { keys: [{ kid: "a" }] } })],
  ["providers.p.claimsToHeaders", provider({ claimsToHeaders: {} })],
  ["providers.p.claimsToHeaders[0]", claimHeader("a")],
  ["providers.p.claimsToHeaders[0].claim", claimHeader({ header: "x-a" })],
  ["providers.p.claimsToHeaders[0].header", claimHeader({ claim: "a" })],
  ["unknown field", claimHeader({ claim: "a", header: "x-a", appends: true })],
  ["providers.p.claimsToHeaders[0].append", claimHeader({ claim: "a", header: "x-a", append: 1 })],
  ["providers.p.claimsToHeaders[0].claim", claimHeader({ claim: 1, header: "x-a" })],
  ["providers.p.claimsToHeaders[0].claim", claimHeader({ claim: "", header: "x-a" })],
  ["providers.p.claimsToHeaders[0].encoding", claimHeader({ claim: "a", header: "x-a", encoding: "hex" })],

  ["policies.a", policy([])],
  ["unknown field", policy({ checks: [], open: true })],
  ["policies.a.unenforceable", policy({ unenforceable: true })],
  ["policies.a.identityHeaders", policy({ checks: [], identityHeaders: {} })],
  ["policies.a.checks", policy({ checks: {} })],
  ["policies.a.checks", policy({ checks: Array(9).fill({ authorization: { policies: {} } }) })],
  ["policies.a.checks", policy({})],
  ["policies.a.checks", policy({ checks: [], unenforceable: "why" })],
  ["policies.a.checks[0]", check([])],
  ["policies.a.checks[0]", check({})],
  ["unknown field", check({ authentification: {} })],
  ["policies.a.checks[0].authentication", check({ authentication: [] })],
  ["policies.a.checks[0].authentication.providers", check({ authentication: {} })],
  ["unknown field", check({ authentication: { providers: ["p"], optional: true } })],
  ["policies.a.checks[0].authentication.providers", check({ authentication: { providers: "p" } })],
  ["policies.a.checks[0].authentication.providers", check({ authentication: { providers: [] } })],
  ["policies.a.checks[0].authentication.providers[0]", check({ authentication: { providers: [1] } })],
  [
    "policies.a.checks[0].authentication.validationPolicy",
    check({ authentication: { providers: ["p"], validationPolicy: "ALLOW" } }),
  ],
  ["policies.a.checks[0].precedingAuthentication", check({ precedingAuthentication: [] })],
  ["policies.a.checks[0].authorization", check({ authorization: [] })],
  ["policies.a.checks[0].authorization.policies", check({ authorization: {} })],
  ["unknown field", check({ authorization: { policies: {}, action: "DENY" } })],
  ["policies.a.checks[0].authorization.policies", check({ authorization: { policies: [] } })],

  ["policies.r", rule([])],
  ["policies.r.principals", rule({})],
  ["unknown field", rule({ principals: [], action: "DENY" })],
  ["policies.r.principals", rule({ principals: {} })],
  ["principals[0]", principal([])],
  ["principals[0].claims", principal({})],
  ["unknown field", principal({ claims: {}, not: true })],
  ["principals[0].claims", principal({ claims: [] })],
  ["principals[0].claims.a", principal({ claims: { a: 1 } })],
  ["principals[0].matcher", principal({ claims: {}, matcher: "exact" })],
  ["principals[0].provider", principal({ claims: {}, provider: 1 })],
  ["permissions", rule({ principals: [], permissions: [] })],
  ["unknown field", rule({ principals: [], permissions: { path: "/" } })],
  ["permissions.pathPrefix", rule({ principals: [], permissions: { pathPrefix: 1 } })],
  ["permissions.methods", rule({ principals: [], permissions: { methods: "GET" } })],
  ["permissions.methods[0]", rule({ principals: [], permissions: { methods: [1] } })],
  ["nestedClaimDelimiter", rule({ principals: [], nestedClaimDelimiter: 1 })],
];

const ASSERTIONS = new Set(
  "type const enum pattern oneOf minItems maxItems minLength minProperties minimum maximum".split(" "),
);

/** An assertion of the schema: where it stands, and the (sub)schema it belongs to. */
interface Rule {
  readonly schema: AnySchemaObject;
  readonly keyword: string;
  readonly path: string;
}

/** All assertions; of `required`, one for each name. */
function rulesOf(schema: AnySchemaObject, path: string): Rule[] {
  return Object.entries(schema as Record<string, unknown>).flatMap(([keyword, value]) => {
    const at = `${path}/${keyword}`;
    if (keyword === "properties" || keyword === "definitions") {
      const inner = Object.entries(value as Record<string, AnySchemaObject>);
      return inner.flatMap(([name, one]) => rulesOf(one, `${at}/${name}`));
    }
    if (keyword === "required") {
      return (value as string[]).map((name) => ({ schema, keyword: `required ${name}`, path: `${at}/${name}` }));
    }
    const nested = keyword === "items" || keyword === "additionalProperties";
    if (nested && typeof value === "object") return rulesOf(value as AnySchemaObject, at);
    return ASSERTIONS.has(keyword) || nested ? [{ schema, keyword, path: at }] : [];
  });
}

describe("bad configurations", () => {
  it.each(COUNTER_EXAMPLES)("%s: %j", (field, configuration) => {
    expect(validate(configuration)).toBe(false);
    expect(host.configure(configuration)).toBe(false);
    expect(host.log.at(-1)).toContain(field);
  });

  it("break every rule of the schema, one or the other", () => {
    const broken = COUNTER_EXAMPLES.flatMap(([, configuration]) => {
      validate(configuration);
      return (validate.errors ?? []).map(({ parentSchema, keyword, params }) => ({
        schema: parentSchema,
        keyword: "missingProperty" in params ? `required ${String(params["missingProperty"])}` : keyword,
      }));
    });
    const rules = rulesOf(SCHEMA, "#");
    expect(rules.length).toBeGreaterThan(60);
    const unbroken = rules.filter(
      (rule) => !broken.some((one) => one.schema === rule.schema && one.keyword === rule.keyword),
    );
    expect(unbroken.map(({ path }) => path)).toEqual([]);
  });
});
