// A virtual host's routes as a tree over the path instead of a list. Envoy tries a list from its top: the more routes, the longer it
// takes, and again whenever the filter changes a header. In a tree it finds the longest key that the path begins with, and tries
// the few routes of that key's leaf (docs/decisions/0009-routes-as-a-tree.md).
import type { EnvoyResource } from "../snapshot.js";
import { requiredPrefix } from "./regex.js";

/** Fewer routes than this stay a list: it takes Envoy no longer. */
export const LEAST_ROUTES = 64;

/** Routes that differ below a key are not told apart by longer keys when they are no more than this. */
const LEAF = 16;

/** How many times as many routes the leaves may hold as the list: one that can match below several keys is in the leaf of each. */
const MAX_GROWTH = 4;

const TYPE = "type.googleapis.com/";

/** A route of the list. What it matches begins with `text`: that alone, whole segments (`/a` and `/a/b`, not `/ab`), or any. */
interface Entry {
  readonly text: string;
  readonly reach: "itself" | "segments" | "any";
  readonly position: number;
}

/** Entries whose texts begin with `key`, sorted by text, and those of shorter texts that can match below it. */
interface Branch {
  readonly key: string;
  readonly below: readonly Entry[];
  readonly inherited: readonly Entry[];
}

/**
 * `{ routes }` or `{ matcher }` of a VirtualHost; both choose the same route for every request.
 * @param guard tried before all others
 * @param guarded takes at least what the guard takes, of the path with its query: what contains a text and matches a regular expression
 * @param routes in order of precedence
 */
export function routesOf(
  guard: EnvoyResource,
  guarded: { readonly anywhere: string; readonly beforeQuery: string },
  routes: readonly EnvoyResource[],
): EnvoyResource {
  const leaves = routes.length < LEAST_ROUTES ? undefined : leavesOf(routes);
  if (leaves === undefined) return { routes: [guard, ...routes] };
  const pathless = leaves.get("");
  leaves.delete("");
  const map = Object.fromEntries([...leaves].map(([key, list]) => [key, tryInOrder(list)]));
  const tree = {
    matcherTree: { input: PATH, prefixMatchMap: { map } },
    ...(pathless !== undefined && { onNoMatch: tryInOrder(pathless) }),
  };
  const regex = { safeRegex: { googleRe2: {}, regex: guarded.beforeQuery } };
  const both = [{ contains: guarded.anywhere }, regex].map((valueMatch) => ({
    singlePredicate: { input: PATH, valueMatch },
  }));
  const matchers = [{ predicate: { andMatcher: { predicate: both } }, onMatch: tryInOrder([guard]) }];
  return { matcher: { matcherList: { matchers }, onNoMatch: { matcher: tree } } };
}

/** What is compared with the keys: `:path`, normalised, with its query. */
const PATH: EnvoyResource = {
  name: "path",
  typedConfig: { "@type": `${TYPE}envoy.type.matcher.v3.HttpRequestHeaderMatchInput`, headerName: ":path" },
};

/** When none of the list matches there is no route: Envoy does not go on to a shorter key. */
function tryInOrder(routes: readonly EnvoyResource[]): EnvoyResource {
  return { action: { name: "routes", typedConfig: { "@type": `${TYPE}envoy.config.route.v3.RouteList`, routes } } };
}

/**
 * By key, every route that can match a path of which it is the longest key, in the order of the list; "" for paths without a key.
 * undefined when telling them apart takes too many routes.
 */
function leavesOf(routes: readonly EnvoyResource[]): Map<string, EnvoyResource[]> | undefined {
  const entries = routes.map((route, position) => ({ ...stemOf(route["match"] as EnvoyResource), position }));
  entries.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  for (let size = LEAF; size < routes.length; size *= 2) {
    const leaves = divide(entries, size);
    if (leaves === undefined || leaves.size < 2) continue;
    const inOrder = (leaf: readonly Entry[]) => leaf.map(({ position }) => position).sort((a, b) => a - b);
    return new Map([...leaves].map(([key, leaf]) => [key, inOrder(leaf).map((position) => routes[position]!)]));
  }
  return undefined;
}

/** @param size entries with a common beginning that stay together */
function divide(entries: readonly Entry[], size: number): Map<string, readonly Entry[]> | undefined {
  const leaves = new Map<string, readonly Entry[]>();
  const branches: Branch[] = [{ key: "", below: entries, inherited: [] }];
  let left = entries.length * MAX_GROWTH;
  for (let branch = branches.pop(); branch !== undefined; branch = branches.pop()) {
    const { key, below, inherited } = branch;
    const own = below.length <= size ? below : below.slice(0, countEqual(below, key));
    const leaf = [...inherited, ...own];
    left -= leaf.length;
    if (left < 0) return undefined;
    if (leaf.length > 0) leaves.set(key, leaf);
    if (own === below) continue;
    for (let start = own.length; start < below.length;) {
      const next = below[start]!.text[key.length];
      let end = start + 1;
      while (end < below.length && below[end]!.text[key.length] === next) end++;
      const longer = commonBeginning(below[start]!.text, below[end - 1]!.text);
      const reaching = leaf.filter((entry) => reaches(entry, longer));
      branches.push({ key: longer, below: below.slice(start, end), inherited: reaching });
      start = end;
    }
  }
  return leaves;
}

/** How many are of this very text; they are the first. */
function countEqual(sorted: readonly Entry[], text: string): number {
  const end = sorted.findIndex((entry) => entry.text !== text);
  return end < 0 ? sorted.length : end;
}

/** Whether the entry, of a shorter text, can match a path that begins with the key. */
function reaches({ text, reach }: Entry, key: string): boolean {
  return reach === "any" || (reach === "segments" && key[text.length] === "/");
}

function commonBeginning(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** Nothing in a text can stand in the query: where a key ends in the path, so does what the route's match sees. */
function stemOf({ path, pathSeparatedPrefix, prefix, safeRegex }: EnvoyResource): Omit<Entry, "position"> {
  if (typeof path === "string") return { text: path, reach: "itself" };
  if (typeof pathSeparatedPrefix === "string") return { text: pathSeparatedPrefix, reach: "segments" };
  if (typeof prefix === "string") return { text: prefix, reach: "any" };
  return { text: requiredPrefix((safeRegex as { regex: string }).regex), reach: "any" };
}
