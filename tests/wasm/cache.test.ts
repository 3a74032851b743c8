// Verified tokens are remembered by the compiled filter: what that saves, and what every request judges all the same.
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";
import { rsaKey } from "../support/tokens.js";
import { CLAIMS, GOOD, HEADER, key, NOW } from "./guard.js";
import { FilterHost, type Outcome } from "./host.js";

const VERIFY = "proxy_call_foreign_function";
const other = rsaKey("k1");

let host: FilterHost;

interface Options {
  keys?: object[];
  provider?: object;
  team?: string;
}

/** One listener's configuration; `host.configure` makes it the newest root, and answers of older ones go on. */
function configuration({ keys = [key.jwk], provider = {}, team = "dev" }: Options = {}): object {
  return {
    version: 1,
    providers: {
      p: { issuer: "issuer", jwks: { keys }, claimsToHeaders: [{ claim: "team", header: "x-team" }], ...provider },
    },
    policies: {
      only: {
        checks: [
          {
            authentication: { providers: ["p"] },
            authorization: { policies: { v: { principals: [{ claims: { team } }] } } },
          },
        ],
      },
    },
    defaultPolicy: "only",
    removeUnderscoreVariants: false,
  };
}

function configure(options?: Options): void {
  expect(host.configure(configuration(options)), host.log.join("\n")).toBe(true);
}

function ask(token: string): Outcome {
  return host.request([
    [":authority", "h"],
    [":path", "/"],
    [":method", "GET"],
    [":scheme", "http"],
    ["authorization", `Bearer ${token}`],
  ]);
}

const verifications = ({ calls }: Outcome) => calls.filter((call) => call === VERIFY).length;
const body = ({ reply }: Outcome) => reply?.body ?? "passed";

beforeEach(() => {
  host = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"));
  host.now = NOW;
  configure();
});

describe("a token that was verified", () => {
  it("is not verified again, and has the same claims", () => {
    const first = ask(GOOD);
    expect(verifications(first)).toBe(1);
    const second = ask(GOOD);
    expect(verifications(second)).toBe(0);
    expect(second.headers).toEqual(first.headers);
    expect(second.headers).toContainEqual(["x-team", "dev"]);
  });

  it("costs four calls of the host", () => {
    const first = ask(GOOD);
    expect(first.calls.filter((call) => call !== VERIFY)).toEqual(ask(GOOD).calls);
    expect(ask(GOOD).calls).toEqual([
      "proxy_get_header_map_pairs",
      "proxy_get_current_time_nanoseconds",
      "proxy_add_header_map_value",
      "proxy_remove_header_map_value",
    ]);
  });

  it.each<[string, () => void, string]>([
    ["expires", () => (host.now = CLAIMS.exp + 61), "Jwt is expired"],
    ["is not valid yet, by the clock", () => (host.now = CLAIMS.nbf - 61), "Jwt not yet valid"],
    [
      "is of no issuer that is configured",
      () => configure({ provider: { issuer: "x" } }),
      "Jwt issuer is not configured",
    ],
    ["is for other audiences", () => configure({ provider: { audiences: ["x"] } }), "Audiences in Jwt are not allowed"],
    ["is not allowed by another policy", () => configure({ team: "ops" }), "RBAC: access denied"],
    ["was signed by a key that is gone", () => configure({ keys: [other.jwk] }), "Jwt verification fails"],
    [
      "was signed by a key that has another name",
      () => configure({ keys: [{ ...key.jwk, kid: "k2" }] }),
      "Jwks doesn't have key to match kid or alg from Jwt",
    ],
  ])("is refused when it %s", (_, change, expected) => {
    expect(body(ask(GOOD))).toBe("passed");
    expect(verifications(ask(GOOD))).toBe(0);
    change();
    expect(body(ask(GOOD))).toBe(expected);
    expect(body(ask(GOOD))).toBe(expected);
  });

  it("is verified with every set of keys that was not asked yet, and with none twice", () => {
    ask(GOOD);
    configure({ keys: [other.jwk, key.jwk] });
    // Both keys have the kid of the token.
    expect(verifications(ask(GOOD))).toBe(2);
    expect(verifications(ask(GOOD))).toBe(0);
    configure();
    expect(verifications(ask(GOOD))).toBe(0);
    configure({ provider: { clockSkewSeconds: 5 } });
    expect(verifications(ask(GOOD)), "the keys are the same").toBe(0);
  });

  it("does not help one that differs in a byte", () => {
    ask(GOOD);
    const [header, payload, signature] = GOOD.split(".") as [string, string, string];
    const damaged = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    expect(body(ask(`${header}.${payload}.${damaged}`))).toBe("Jwt verification fails");
    const forged = Buffer.from(JSON.stringify({ ...CLAIMS, team: "ops" })).toString("base64url");
    expect(body(ask(`${header}.${forged}.${signature}`))).toBe("Jwt verification fails");
    expect(body(ask(`${header}.${payload}.${signature.slice(0, -1)}`))).not.toBe("passed");
    expect(verifications(ask(GOOD))).toBe(0);
  });
});

it("a token that was refused is judged anew each time", () => {
  const forged = other.sign(CLAIMS, HEADER);
  for (let i = 0; i < 3; i++) {
    const outcome = ask(forged);
    expect(body(outcome)).toBe("Jwt verification fails");
    expect(verifications(outcome)).toBe(1);
  }
  const expired = key.sign({ ...CLAIMS, exp: NOW - 100 }, HEADER);
  for (let i = 0; i < 3; i++) expect(body(ask(expired))).toBe("Jwt is expired");
});

it("claims of any number and shape are the same the second time", () => {
  const claims = {
    ...CLAIMS,
    'quoted "name"': "é\u0001",
    list: [1, [2, { deep: true }], null],
    ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`claim ${i}`, { i }])),
  };
  const claimsToHeaders = [
    ...["list", "claim 199", "claim 0", 'quoted "name"'].map((claim, i) => ({ claim, header: `x-${i}` })),
    { claim: "claim 150.i", header: "x-i" },
    { claim: "claim 200", header: "x-absent" },
  ];
  configure({ provider: { claimsToHeaders } });
  const token = key.sign(claims, HEADER);
  const first = ask(token);
  expect(body(first)).toBe("passed");
  expect(first.headers).toContainEqual(["x-i", "150"]);
  const second = ask(token);
  expect(verifications(second)).toBe(0);
  expect(second.headers).toEqual(first.headers);
});

it("two different tokens of one request are remembered apart", () => {
  const staged = {
    version: 1,
    providers: {
      a: { jwks: { keys: [key.jwk] }, claimsToHeaders: [{ claim: "sub", header: "x-a" }] },
      b: {
        jwks: { keys: [other.jwk] },
        tokenSources: [{ kind: "header", name: "x-jwt" }],
        claimsToHeaders: [{ claim: "sub", header: "x-b" }],
      },
    },
    policies: { p: { checks: [{ authentication: { providers: ["a"] } }, { authentication: { providers: ["b"] } }] } },
    defaultPolicy: "p",
  };
  expect(host.configure(staged), host.log.join("\n")).toBe(true);
  const request = () =>
    host.request([
      [":path", "/"],
      ["authorization", `Bearer ${key.sign({ ...CLAIMS, sub: "first" }, HEADER)}`],
      ["x-jwt", other.sign({ ...CLAIMS, sub: "second" }, HEADER)],
    ]);
  const first = request();
  expect(first.headers).toContainEqual(["x-a", "first"]);
  expect(first.headers).toContainEqual(["x-b", "second"]);
  const second = request();
  expect(verifications(first)).toBe(2);
  expect(verifications(second)).toBe(0);
  expect(second.headers).toEqual(first.headers);
});

it("memory stays where it is, however many tokens come", () => {
  // What is signed is not looked at here: the host says of every signature that it is good.
  const trusting = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"), () => true);
  trusting.now = NOW;
  expect(trusting.configure(configuration())).toBe(true);
  const [header, , signature] = GOOD.split(".") as [string, string, string];
  const send = (i: number) => {
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, jti: `token ${i}`, pad: "x".repeat(500) }));
    const token = `${header}.${payload.toString("base64url")}.${signature}`;
    return trusting.request([
      [":path", "/"],
      ["authorization", `Bearer ${token}`],
    ]);
  };
  for (let i = 0; i < 12_000; i++) send(i);
  const size = trusting.memorySize;
  for (let i = 12_000; i < 40_000; i++) send(i);
  expect(trusting.memorySize).toBe(size);
  expect(verifications(send(39_999))).toBe(0);
  expect(verifications(send(1))).toBe(1);
});
