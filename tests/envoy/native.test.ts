// The same request to our filter and to Envoy's jwt_authn, under the same options: the same answer, the same request upstream.
// Where we want another one, both are written down here, and docs/semantics.md says why.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningEnvoy, startEnvoy } from "../support/envoy.js";
import { http1 } from "../support/http1.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { waitFor } from "../support/wait.js";
import { answer } from "./options/answer.js";
import { bootstrap, type Case } from "./options/native.js";
import { bare, bearer, EXPIRED, headers, MISSING, MULTIPLE, now, type Request, token } from "./options/row.js";

/** Without answers: they are the same, whatever they are. */
type Ask = readonly [
  what: string,
  given: () => Request,
  differing?: { readonly ours: string; readonly native: string },
];

const query = (name: string, value: string): Request => ({ path: `/get?x=1&${name}=${value}` });
const PASSED = "200 /get";

const TABLE: readonly (Case & { readonly asks: readonly Ask[] })[] = [
  {
    name: "defaults",
    providers: [{ issuer: "first", claims: { sub: "x-sub", "realm.team": "x-team", n: "x-n", list: "x-list" } }],
    asks: [
      ["none", () => ({})],
      ["good", () => headers(bearer(token({ realm: { team: "dev" }, n: 7, list: ["a"] })))],
      ["good, spoofed", () => headers(bearer(token()), ["x-sub", "admin"], ["x-team", "admin"])],
      ["in the query", () => query("access_token", token())],
      ["in the query, encoded", () => query("access_token", token().replaceAll(".", "%2E"))],
      ["another issuer", () => headers(bearer(token({ iss: "other" })))],
      ["no issuer", () => headers(bearer(bare({ sub: "alice" })))],
      ["expired", () => headers(bearer(token({ exp: now() - 90 })))],
      ["within the skew", () => headers(bearer(token({ exp: now() - 5, nbf: now() + 5 })))],
      ["not yet valid", () => headers(bearer(token({ nbf: now() + 900 })))],
      ["forged", () => headers(bearer(token({}, "second")))],
      ["forged and expired", () => headers(bearer(token({ exp: 1 }, "second")))],
      ["another scheme", () => headers(["authorization", "Basic YTpi"])],
      ["no token", () => headers(bearer("x"))],
      ["aud a number", () => headers(bearer(token({ aud: 1 })))],
      [
        "scheme in lower case",
        () => headers(["authorization", `bearer ${token()}`]),
        { ours: `${PASSED} x-sub: alice`, native: MISSING },
      ],
      [
        "scheme further on",
        () => headers(["authorization", `Basic Bearer ${token()}`]),
        { ours: MISSING, native: `${PASSED} x-sub: alice` },
      ],
      [
        "two good ones",
        () => ({ ...query("access_token", token({ sub: "bob" })), ...headers(bearer(token())) }),
        { ours: MULTIPLE, native: "200 /get?x=1 x-sub: bob|alice" },
      ],
      ["an empty parameter", () => query("access_token", "")],
    ],
  },
  {
    name: "audiences",
    providers: [{ audiences: ["api", "https://web.example.com/"] }],
    asks: [
      ...[
        "api",
        "api/",
        "http://api",
        "https://api/",
        "apis",
        "API",
        "",
        "web.example.com",
        "https://web.example.com",
      ].map((aud): Ask => [`aud ${aud}`, () => headers(bearer(token({ aud })))]),
      ["a list", () => headers(bearer(token({ aud: ["x", "api"] })))],
      ["an empty list", () => headers(bearer(token({ aud: [] })))],
      ["absent", () => headers(bearer(token()))],
      ["another, expired", () => headers(bearer(token({ aud: "x", exp: 1 })))],
      ["another, forged", () => headers(bearer(token({ aud: "x" }, "second")))],
    ],
  },
  {
    name: "sources",
    providers: [{ headers: [{ name: "x-a", prefix: "Token " }, { name: "x-b" }], params: ["p", "q"] }],
    asks: [
      ["header with prefix", () => headers(["x-a", `Token ${token()}`])],
      ["header with another prefix", () => headers(["x-a", `Bearer ${token()}`])],
      ["header without prefix", () => headers(["x-b", token()])],
      ["parameter p", () => query("p", token())],
      ["parameter q", () => query("q", token())],
      ["usual places", () => ({ ...query("access_token", token()), ...headers(bearer(token())) })],
    ],
  },
  {
    name: "own sources",
    providers: [
      { issuer: "first", headers: [{ name: "x-a" }] },
      { issuer: "second", headers: [{ name: "x-b" }], keys: "second" },
    ],
    asks: [
      ["the first's", () => headers(["x-a", token()])],
      ["the second's", () => headers(["x-b", token({ iss: "second" }, "second")])],
      ["the first's where the second looks", () => headers(["x-b", token()])],
      ["none", () => ({})],
    ],
  },
  {
    name: "forward",
    providers: [{ forward: true }],
    asks: [
      ["header", () => headers(bearer(token()))],
      ["query", () => query("access_token", token())],
    ],
  },
  {
    name: "skew",
    providers: [{ skew: 600 }],
    asks: [
      ["within", () => headers(bearer(token({ exp: now() - 300 })))],
      ["beyond", () => headers(bearer(token({ exp: now() - 900 })))],
    ],
  },
  {
    name: "no skew",
    providers: [{ skew: 0 }],
    asks: [["expired", () => headers(bearer(token({ exp: now() - 5 }))), { ours: EXPIRED, native: PASSED }]],
  },
  {
    name: "same kid",
    providers: [
      { keys: "second", claims: { sub: "x-p" } },
      { keys: "first", claims: { sub: "x-q" } },
    ],
    asks: [
      ["the first's", () => headers(bearer(token({}, "second")))],
      ["the second's", () => headers(bearer(token()))],
      ["expired", () => headers(bearer(token({ exp: 1 })))],
    ],
  },
  {
    name: "allow missing",
    providers: [{ issuer: "first", claims: { sub: "x-sub" } }],
    validation: "ALLOW_MISSING",
    asks: [
      ["none", () => headers(["x-sub", "admin"])],
      ["good", () => headers(bearer(token()))],
      ["another scheme", () => headers(["authorization", "Basic x"])],
      ["another issuer", () => headers(bearer(token({ iss: "other" })))],
      ["expired", () => headers(bearer(token({ exp: 1 })))],
      ["no token", () => headers(bearer("x"))],
    ],
  },
  {
    name: "allow failed",
    providers: [{ issuer: "first", claims: { sub: "x-sub" } }],
    validation: "ALLOW_MISSING_OR_FAILED",
    asks: [
      ["none", () => headers(["x-sub", "admin"])],
      ["good", () => headers(bearer(token()))],
      ["another scheme", () => headers(["authorization", "Basic x"])],
      [
        "expired",
        () => headers(bearer(token({ exp: 1 })), ["x-sub", "admin"]),
        { ours: PASSED, native: `${PASSED} authorization: Bearer TOKEN` },
      ],
    ],
  },
];

const folder = mkdtempSync(join(tmpdir(), "claimgate-native-"));
const log = join(folder, "access.log");
let httpbin: RunningHttpbin;
let envoy: RunningEnvoy;

beforeAll(async () => {
  httpbin = await startHttpbin();
  envoy = await startEnvoy(bootstrap(TABLE, httpbin.port, log));
});
afterAll(async () => {
  await envoy?.stop();
  await httpbin?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer of a listener, and its challenge. */
async function ask(listener: string, { path = "/get", headers = [] }: Request): Promise<string[]> {
  const response = await http1(envoy.ports.get(listener)!, { path, headers: [["host", "h"], ...headers] });
  const challenge = (response.headers.get("www-authenticate") ?? []).join();
  return [answer(response), challenge.replace(/(access_token|p|q)=[^"&]*/, "$1=REDACTED")];
}

describe.each(TABLE)("$name", ({ name, asks }) => {
  const rows = asks.map(([what, given, differing]) => ({ what, given, differing }));
  test.each(rows)("$what", async ({ given, differing }) => {
    const request = given();
    const [ours, native] = [await ask(`${name} ours`, request), await ask(`${name} native`, request)];
    if (differing === undefined) expect(ours).toEqual(native);
    else expect({ ours: ours[0], native: native[0] }).toEqual(differing);
  });
});

test("a failure can be read in the access log, as with failed_status_in_metadata", async () => {
  const request = headers(bearer(token({ exp: 1 })));
  for (const kind of ["ours", "native"]) await ask(`allow failed ${kind}`, request);
  // Envoy writes its log every ten seconds.
  await waitFor("the access log", () =>
    readFileSync(log, "utf8").includes("allow failed native Jwt is expired\n") ? true : undefined,
  );
  const lines = readFileSync(log, "utf8").split("\n");
  expect(lines).toContain("allow failed ours jwt_expired Jwt is expired");
  expect(lines).toContain("allow failed ours - -");
  expect(lines.filter((line) => line.startsWith("defaults ours jwt_missing"))).toContain(
    "defaults ours jwt_missing Jwt is missing",
  );
});
