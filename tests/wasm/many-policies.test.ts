// Policies share whatever they have in common (assembly/config/common.ts). Each must still be judged by its own words: as it is
// when it is the only one.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";
import { rsaKey } from "../support/tokens.js";
import { CLAIMS, GOOD, HEADER, key, NOW } from "./guard.js";
import { FilterHost, type Header } from "./host.js";

const TEXT = {
  identityHeaders: ["x-own"],
  checks: [
    {
      precedingAuthentication: { providers: ["q"], validationPolicy: "ALLOW_MISSING" },
      authentication: { providers: ["p"], validationPolicy: "REQUIRE_VALID" },
      authorization: {
        policies: {
          a: {
            principals: [
              { claims: { team: "dev" }, matcher: "EXACT_STRING", provider: "p" },
              { claims: { "a.b": "x|y", sub: "al.*" }, matcher: "REGEX_MATCH" },
              { claims: { admin: "true" }, matcher: "BOOLEAN" },
            ],
            permissions: { pathPrefix: "/a", methods: ["GET", "PUT"] },
            nestedClaimDelimiter: ".",
          },
        },
      },
    },
  ],
};
type Policy = typeof TEXT;
const copy = (): Policy => structuredClone(TEXT);

/** What differs, and how: everything else of the policy stays. */
const CHANGES: Record<string, (policy: Policy, check: Policy["checks"][0]) => unknown> = {
  nothing: () => undefined,
  "identity headers": (policy) => (policy.identityHeaders = ["x-one"]),
  "no identity headers": (policy) => (policy.identityHeaders = []),
  "identity headers left out": (policy) => delete (policy as Partial<Policy>).identityHeaders,
  checks: (policy) => (policy.checks = []),
  "a second check": (policy, check) => policy.checks.push({ ...check, authorization: { policies: {} as never } }),
  "the preceding provider": (_, check) => (check.precedingAuthentication.providers = ["r"]),
  "the preceding validation": (_, check) => (check.precedingAuthentication.validationPolicy = "REQUIRE_VALID"),
  "no preceding authentication": (_, check) => delete (check as Partial<typeof check>).precedingAuthentication,
  "the provider": (_, check) => (check.authentication.providers = ["r"]),
  "a second provider": (_, check) => (check.authentication.providers = ["p", "r"]),
  "the validation": (_, check) => (check.authentication.validationPolicy = "ALLOW_MISSING_OR_FAILED"),
  "no authorization": (_, check) => delete (check as Partial<typeof check>).authorization,
  "nobody is allowed": (_, check) => (check.authorization.policies = {} as never),
  "a claim's value": (_, check) => (principal(check, 0).claims = { team: "ops" }),
  "a claim's name": (_, check) => (principal(check, 0).claims = { group: "dev" } as never),
  "two claims": (_, check) => (principal(check, 0).claims = { team: "dev", group: "dev" } as never),
  "a principal's provider": (_, check) => (principal(check, 0).provider = "q"),
  "a matcher": (_, check) => (principal(check, 0).matcher = "LIST_CONTAINS"),
  "an expression": (_, check) => (principal(check, 1).claims = { "a.b": "x", sub: "al.*" } as never),
  "the claims of expressions": (_, check) => (principal(check, 1).claims = { "a.b": "al.*", sub: "x|y" } as never),
  "a boolean": (_, check) => (principal(check, 2).claims = { admin: "false" } as never),
  "the path": (_, check) => (check.authorization.policies.a.permissions.pathPrefix = "/b"),
  "the methods": (_, check) => (check.authorization.policies.a.permissions.methods = ["PUT"]),
  "the delimiter": (_, check) => (check.authorization.policies.a.nestedClaimDelimiter = ":"),
};

function principal(check: Policy["checks"][0], index: number) {
  return check.authorization.policies.a.principals[index]!;
}

const other = rsaKey("k1");
const p = (claims: object, by = key) => by.sign({ ...CLAIMS, team: "none", ...claims }, HEADER);
const TOKENS: Record<string, Header[]> = {
  none: [],
  bad: [["authorization", "Bearer x"]],
  ...Object.fromEntries(
    Object.entries({
      dev: p({ team: "dev" }),
      ops: p({ team: "ops" }),
      list: p({ team: ["dev"] }),
      group: p({ group: "dev" }),
      both: p({ team: "dev", group: "dev" }),
      x: p({ a: { b: "x" } }),
      y: p({ a: { b: "y" } }),
      turned: p({ a: { b: "alice" }, sub: "x" }),
      flat: p({ "a.b": "x" }),
      admin: p({ admin: true }),
      user: p({ admin: false }),
      r: p({ iss: "r", team: "dev", admin: true }, other),
    }).map(([name, token]) => [name, [["authorization", `Bearer ${token}`]]]),
  ),
  "dev, and q": [
    ["authorization", `Bearer ${p({ team: "dev" })}`],
    ["x-q", p({ iss: "q" }, other)],
  ],
};

const provider = (issuer: string, jwk: object, source: string | null, header: string) => ({
  issuer,
  jwks: { keys: [jwk] },
  ...(source === null ? {} : { tokenSources: [{ kind: "header", name: source }] }),
  claimsToHeaders: [{ claim: "sub", header }],
});

const configuration = (policies: Record<string, object>) => ({
  version: 1,
  providers: {
    p: provider("issuer", key.jwk, null, "x-p"),
    q: provider("q", other.jwk, "x-q", "x-q-sub"),
    r: provider("r", other.jwk, null, "x-r"),
  },
  policies: { ...policies, closed: { unenforceable: "no route" } },
  defaultPolicy: "closed",
  policyFromRouteName: true,
  removeUnderscoreVariants: false,
  identityHeaders: [],
});

function load(): FilterHost {
  const host = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"));
  host.now = NOW;
  return host;
}

/** What becomes of every request on the route of a policy. */
function outcomes(host: FilterHost, policy: string): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  host.routeName = `route#${policy}`;
  for (const [name, token] of Object.entries(TOKENS)) {
    for (const [method, path] of ["GET /a", "PUT /a", "GET /b"].map((line) => line.split(" ") as [string, string])) {
      const { verdict, reply, headers } = host.request([
        [":authority", "localhost"],
        [":path", path],
        [":method", method],
        [":scheme", "http"],
        ["x-own", "client"],
        ["x-one", "client"],
        ["x-p", "client"],
        ["x-q-sub", "client"],
        ...token,
      ]);
      all[`${name}: ${method} ${path}`] = { verdict, reply, headers };
    }
  }
  return all;
}

describe("policies that differ in one place", () => {
  const policies = Object.fromEntries(
    Object.entries(CHANGES).map(([name, change]) => {
      const policy = copy();
      change(policy, policy.checks[0]!);
      return [name, policy];
    }),
  );
  const many = load();
  // Each of them twice, the second time in the opposite order.
  const again = Object.entries(policies).map(([name, policy]) => [`${name} again`, structuredClone(policy)] as const);
  const accepted = many.configure(configuration({ ...policies, ...Object.fromEntries(again.reverse()) }));
  const unchanged = outcomes(many, "nothing");

  it("are taken", () => {
    expect(accepted, many.log.join("\n")).toBe(true);
  });

  it.each(Object.keys(CHANGES))("%s", (name) => {
    const alone = load();
    expect(alone.configure(configuration({ only: policies[name]! })), alone.log.join("\n")).toBe(true);
    const expected = outcomes(alone, "only");
    expect(outcomes(many, name)).toEqual(expected);
    expect(outcomes(many, `${name} again`)).toEqual(expected);
    // Else the requests would not tell one from the other.
    if (name !== "nothing") expect(expected).not.toEqual(unchanged);
  });
});

it("a provider's new keys count from the next configuration on, under policies that stay as they are", () => {
  const host = load();
  const policies = { open: { checks: [] }, only: { checks: [{ authentication: { providers: ["p"] } }] } };
  const ask = (token: string) =>
    host.request([
      [":path", "/"],
      ["authorization", `Bearer ${token}`],
    ]).verdict;
  const [old, renewed] = [GOOD, other.sign(CLAIMS, HEADER)];
  for (const [jwk, good, bad] of [
    [key.jwk, old, renewed],
    [other.jwk, renewed, old],
    [key.jwk, old, renewed],
  ] as const) {
    const providers = { p: { issuer: "issuer", jwks: { keys: [jwk] } } };
    expect(host.configure({ version: 1, providers, policies, defaultPolicy: "only" })).toBe(true);
    for (let i = 0; i < 2; i++) {
      expect(ask(good)).toBe("continue");
      expect(ask(bad)).toBe("stop");
    }
    host.endOlder();
    expect(ask(good)).toBe("continue");
    expect(ask(bad)).toBe("stop");
  }
});
