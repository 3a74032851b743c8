// Tokens in the query, whatever a client puts around them: who reads the query with node's URL code must come to the same verdict,
// and to the same parameters where it passed.
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Random } from "../support/random.js";
import { GOOD, key, NOW } from "./guard.js";
import { FilterHost } from "./host.js";

const LONG = 120_000;
let host: FilterHost;

beforeAll(() => {
  host = FilterHost.load(join(packageRoot(), "build", "claimgate.wasm"));
  host.now = NOW;
  const configuration = {
    version: 1,
    providers: { p: { jwks: { keys: [key.jwk] }, tokenSources: [{ kind: "query", name: "jwt" }] } },
    policies: { only: { checks: [{ authentication: { providers: ["p"] } }] } },
    defaultPolicy: "only",
  };
  expect(host.configure(configuration), host.log.join("\n")).toBe(true);
});

/** The path that reaches the backend; null if the request is refused. */
function ask(path: string): string | null {
  const { verdict, headers } = host.request([
    [":path", path],
    [":authority", "h"],
    [":method", "GET"],
    [":scheme", "http"],
  ]);
  return verdict === "stop" ? null : headers.find(([name]) => name === ":path")![1];
}

function parametersOf(path: string): [string, string][] {
  const mark = path.indexOf("?");
  // With the question mark: node takes one away from what begins with it.
  return mark < 0 ? [] : [...new URLSearchParams(path.slice(mark))];
}

/** A parameter in one of many spellings. */
function parameter(random: Random): string {
  const encoded = (text: string) =>
    [...text].map((c) => (random.below(8) === 0 ? `%${c.charCodeAt(0).toString(16).padStart(2, "0")}` : c)).join("");
  const name = random.pick(["jwt", "jwt", "jwts", "x", "", "JWT", "a+b", "%6", "%"]);
  const value = random.pick([GOOD, GOOD, "", "x", `${GOOD}x`, "a=b", "%zz", "1+2", "?jwt=x"]);
  const separator = random.pick(["=", "=", "=", "=", "", "%3D"]);
  return encoded(name) + separator + (value === GOOD ? encoded(value) : value);
}

it(
  "nobody reads another token than the filter did",
  () => {
    const random = new Random(11);
    let passed = 0;
    for (let i = 0; i < 12_000; i++) {
      const list = Array.from({ length: 1 + random.below(4) }, () => parameter(random));
      const path = `/${random.pick(["", "a", "jwt=x"])}?${list.join("&")}`;
      const all = parametersOf(path);
      const tokens = new Set(all.filter(([name]) => name === "jwt").map(([, value]) => value));
      const good = tokens.size === 1 && tokens.has(GOOD);
      const arrived = ask(path);
      expect(arrived !== null, path).toBe(good);
      if (arrived === null) continue;
      passed++;
      expect(parametersOf(arrived), path).toEqual(all.filter(([name]) => name !== "jwt"));
      // What is left is a part of what was there, byte for byte.
      const left = list.filter((one) => parametersOf(`?${one}`)[0]?.[0] !== "jwt").join("&");
      expect(arrived, path).toBe(path.slice(0, path.indexOf("?")) + (left === "" ? "" : `?${left}`));
    }
    expect(passed).toBeGreaterThan(600);
  },
  LONG,
);

it(
  "bytes of any sort leave the filter alive",
  () => {
    const random = new Random(13);
    for (let i = 0; i < 4000; i++) {
      const path = `/?jwt=${GOOD}`;
      const at = random.below(path.length);
      const mutated = path.slice(0, at) + random.bytes(1 + random.below(3)) + path.slice(at + random.below(3));
      const arrived = ask(mutated);
      if (arrived !== null) expect(arrived.includes(GOOD), JSON.stringify(mutated)).toBe(false);
    }
    expect(ask(`/?a&jwt=${GOOD}`)).toBe("/?a");
  },
  LONG,
);
