// What is in which leaf. That a list and a tree choose the same is seen in Envoy: tests/envoy/tree.test.ts.
import { describe, expect, test } from "vitest";
import {
  everyRoute,
  GATEWAY,
  render,
  route,
  routeNames,
  topologyOf,
  virtualHosts,
} from "../../../tests/support/routing.js";
import { encodeResource } from "../../xds/encode.js";
import { ROUTE } from "../../xds/types.js";
import type { EnvoyResource } from "../snapshot.js";
import { exactPath, prefixPath } from "./paths.js";
import { LEAST_ROUTES, routesOf } from "./tree.js";

const GUARD = { name: "guard" };
const GUARDED = { anywhere: "!", beforeQuery: "guarded" };
const named = (name: string, match: EnvoyResource) => ({ name, match });
/** Enough routes below `/many/` that they are told apart. */
const many = (count = LEAST_ROUTES) =>
  Array.from({ length: count }, (_, i) => named(`many${i}`, { path: `/many/${String(i).padStart(4, "0")}` }));

interface Leaf {
  action: { typedConfig: { routes: { name: string }[] } };
}
interface Tree {
  matcherTree: { prefixMatchMap: { map: Record<string, Leaf> } };
  onNoMatch?: Leaf;
}

const namesIn = (leaf: Leaf | undefined) => leaf?.action.typedConfig.routes.map(({ name }) => name);

/** Names of the routes by key, "" for paths without one; undefined for a list. */
function leaves(routes: readonly EnvoyResource[]): Record<string, string[] | undefined> | undefined {
  const { matcher } = routesOf(GUARD, GUARDED, routes) as { matcher?: { onNoMatch: { matcher: Tree } } };
  if (matcher === undefined) return undefined;
  const { matcherTree, onNoMatch } = matcher.onNoMatch.matcher;
  const keyed = Object.entries(matcherTree.prefixMatchMap.map).map(([key, leaf]) => [key, namesIn(leaf)]);
  return { ...(Object.fromEntries(keyed) as Record<string, string[]>), "": namesIn(onNoMatch) };
}

/** What is tried for a path, without the many: the leaf of its longest key. */
function tried(routes: readonly EnvoyResource[], path: string): string[] {
  const found = leaves([...routes, ...many()])!;
  const key = Object.keys(found).reduce(
    (best, key) => (path.startsWith(key) && key.length > best.length ? key : best),
    "",
  );
  return (found[key] ?? []).filter((name) => !name.startsWith("many"));
}

describe("what a leaf holds", () => {
  const routes = [
    named("exact", exactPath("/many/0001")),
    named("regex", { safeRegex: { regex: "/ma(?:ny|xi)/.*" } }),
    named("any", { safeRegex: { regex: ".*|/x" } }),
    named("closed", { prefix: "/man" }),
    named("longer", prefixPath("/many/0001/x")),
    named("part", prefixPath("/man")),
    named("many", prefixPath("/many")),
    named("all", { prefix: "/" }),
  ].map(({ name, ...rest }) => named(name.replace("many", "prefix"), rest.match));

  test.each([
    ["/many/0001", ["exact", "regex", "any", "closed", "longer", "prefix", "all"]],
    ["/many/0063", ["regex", "any", "closed", "prefix", "all"]],
    ["/manx", ["regex", "any", "closed", "part", "all"]],
    ["/ma", ["regex", "any", "all"]],
    ["/", ["any", "all"]],
    ["*", ["any"]],
  ])("%s", (path, expected) => expect(tried(routes, path)).toEqual(expected));

  test("the order is the list's", () => {
    const reversed = [...routes].reverse();
    expect(tried(reversed, "/many/0001")).toEqual(tried(routes, "/many/0001").reverse());
  });
});

test("the guard is tried first, by itself", () => {
  const { matcher } = routesOf(GUARD, GUARDED, many()) as { matcher: { matcherList: { matchers: EnvoyResource[] } } };
  expect(matcher.matcherList.matchers).toEqual([
    {
      predicate: {
        andMatcher: {
          predicate: [{ contains: "!" }, { safeRegex: { googleRe2: {}, regex: "guarded" } }].map((valueMatch) => ({
            singlePredicate: { input: expect.objectContaining({ name: "path" }) as unknown, valueMatch },
          })),
        },
      },
      onMatch: {
        action: expect.objectContaining({
          typedConfig: expect.objectContaining({ routes: [GUARD] }) as unknown,
        }) as unknown,
      },
    },
  ]);
});

describe("a list", () => {
  test("of few routes", () => {
    const routes = many(LEAST_ROUTES - 1);
    expect(routesOf(GUARD, GUARDED, routes)).toEqual({ routes: [GUARD, ...routes] });
  });

  test("where every route takes every path, or each takes what the next does", () => {
    const conditional = many().map(({ name }) => named(name, { prefix: "/", headers: [{ name, presentMatch: true }] }));
    expect(leaves(conditional)).toBeUndefined();
    expect(leaves(many().map(({ name }, i) => named(name, prefixPath("/a".repeat(i + 1)))))).toBeUndefined();
  });
});

describe("size", () => {
  const size = (found: ReturnType<typeof leaves>) =>
    Object.values(found!).reduce((sum, leaf) => sum + (leaf?.length ?? 0), 0);

  test("10,000 routes and one for the rest: no leaf holds more than some, all together hardly more than the list", () => {
    const found = leaves([...many(10_000), named("all", { prefix: "/" })]);
    expect(Math.max(...Object.values(found!).map((leaf) => leaf?.length ?? 0))).toBeLessThanOrEqual(17);
    expect(size(found)).toBeLessThan(12_500);
  });

  test("with a hundred that take every path, leaves are fewer and each longer", () => {
    const everywhere = Array.from({ length: 100 }, (_, i) => named(`regex${i}`, { safeRegex: { regex: `.*${i}` } }));
    const found = leaves([...everywhere, ...many(10_000)]);
    expect(Math.max(...Object.values(found!).map((leaf) => leaf?.length ?? 0))).toBeLessThanOrEqual(400);
    expect(size(found)).toBeLessThanOrEqual(40_400);
  });
});

test("ten times the routes take at most fifteen times the time", () => {
  const cost = (routes: readonly EnvoyResource[]) => {
    const start = process.cpuUsage();
    expect(routesOf(GUARD, GUARDED, routes)).toHaveProperty("matcher");
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const [small, large] = [many(1000), many(10_000)];
  let [least, most] = [Infinity, Infinity];
  // What else the machine does only ever adds.
  for (let run = 0; run < 100 && (run < 5 || most / least > 15); run++) {
    least = Math.min(least, cost(small));
    most = Math.min(most, cost(large));
  }
  expect(most / least).toBeLessThanOrEqual(15);
});

describe("of a Gateway", () => {
  const rules = (count: number) =>
    Array.from({ length: Math.ceil(count / 16) }, (_, r) => {
      const matches = Array.from({ length: 16 }, (_, m) => `{ path: { value: /many/${r}/${m} } }`);
      return route(`r${r}`, `rules: [{ matches: [${matches.join()}] }]`);
    }).join("");

  test("the same routes, with their names, and the guard", () => {
    const rendered = render(topologyOf(GATEWAY + rules(LEAST_ROUTES)));
    const host = virtualHosts(rendered).get("*")!;
    expect(Object.keys(host)).toEqual(["name", "domains", "matcher"]);
    const names = everyRoute<{ name: string }>(host).map(({ name }) => name);
    const expected = [
      "claimgate/path-parameters#open",
      ...Array.from({ length: LEAST_ROUTES }, (_, i) => `httproute/default/r${Math.floor(i / 16)}/0/${i % 16}#open`),
      "claimgate/not-found#open",
    ];
    expect(names.sort()).toEqual(expected.sort());
  });

  test("a few are a list", () => {
    expect(routeNames(render(topologyOf(GATEWAY + rules(16))))).toHaveLength(17);
  });

  test("as bytes", () => {
    const rendered = render(topologyOf(GATEWAY + rules(LEAST_ROUTES)));
    const { value } = encodeResource(ROUTE, rendered.routes.get("default/gw/80")!);
    const text = Buffer.from(value).toString("latin1");
    expect(text.split("type.googleapis.com/envoy.config.route.v3.RouteList").length).toBeGreaterThan(4);
    expect(text).toContain("httproute/default/r3/0/15#open");
  });
});
