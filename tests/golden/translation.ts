// The golden cases, and a translation in a form that people can check by eye: names of policies instead of hashes, a line for each
// route.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeComplaint } from "../../controller/cli/print.js";
import { parseManifests } from "../../controller/source/parse.js";
import type { LoadedResource } from "../../controller/source/source.js";
import type { PluginConfiguration, Snapshot } from "../../controller/translate/snapshot.js";
import type { Translation } from "../../controller/translate/translate.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { everyRoute } from "../support/routing.js";

export const FOLDER = join(packageRoot(), "tests", "golden");

/** Names of all cases, sorted. */
export const CASES: readonly string[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The resources of a case. "${JWKS}" stands for the guides' key set, which is too long to be read. */
export function readCase(name: string): readonly LoadedResource[] {
  const jwks = JSON.stringify(JSON.parse(readFileSync(join(FOLDER, "jwks.json"), "utf8")));
  const text = readFileSync(join(FOLDER, name, "in.yaml"), "utf8").replaceAll('"${JWKS}"', JSON.stringify(jwks));
  return parseManifests("in.yaml", text).resources;
}

/** Keys are 344 characters; which one it is, is told by fewer. */
const LONG = 100;

interface Route {
  name: string;
  match: Record<string, unknown>;
  route?: { cluster?: string; weightedClusters?: { clusters: { name: string; weight: number }[] }; timeout?: string };
  directResponse?: { status: number };
}
interface VirtualHost {
  name: string;
  typedPerFilterConfig?: Record<string, unknown>;
}

/** `{plugins, routes, statuses, complaints}` of a translation, and clusters that keys are fetched through if there are any. */
export function describeTranslation({ snapshots, statuses, complaints }: Translation): Record<string, unknown> {
  const names = new Map<string, string>();
  const nameOf = (hash: string): string => {
    if (!names.has(hash)) names.set(hash, `policy-${names.size + 1}`);
    return names.get(hash)!;
  };
  const plugins: Record<string, unknown> = {};
  const routes: Record<string, unknown> = {};
  const earlyRemoved: Record<string, unknown> = {};
  const keyClusters: Record<string, unknown> = {};
  for (const snapshot of snapshots.values()) {
    const known = new Set([...snapshot.plugins.values()].flatMap(({ policies }) => Object.keys(policies)));
    // A hash that no configuration has stays as it is, for everybody to see.
    const rename = (name: string): string => name.replace(/[^#]*$/, (hash) => (known.has(hash) ? nameOf(hash) : hash));
    for (const [name, table] of snapshot.routes) {
      routes[name] = Object.fromEntries(
        (table["virtualHosts"] as VirtualHost[]).map((host) => [host.name, lines(host)]),
      );
      function lines(host: VirtualHost): string[] {
        const list = everyRoute<Route>(host);
        const disabled = Object.keys(host.typedPerFilterConfig ?? {}).map((filter) => `without the filter ${filter}`);
        return [...disabled, ...list.map((route) => `${rename(route.name)}: ${matchOf(route)} → ${actionOf(route)}`)];
      }
    }
    for (const [name, listener] of snapshot.listeners) {
      const removed = earlyRemovals(listener);
      if (removed.length > 0) earlyRemoved[name] = removed;
    }
    for (const [name, cluster] of snapshot.clusters) {
      if (!name.startsWith("jwks/")) continue;
      const endpoints = snapshot.endpoints.get(name);
      keyClusters[name] = { ...cluster, ...(endpoints && { endpoints: endpoints["endpoints"] }) };
    }
    for (const [name, { policies, defaultPolicy, ...rest }] of snapshot.plugins) {
      plugins[name] = {
        ...rest,
        policies: Object.fromEntries(
          Object.entries(policies)
            .map(([hash, policy]) => [nameOf(hash), policy] as const)
            .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })),
        ),
        defaultPolicy: nameOf(defaultPolicy),
      };
    }
  }
  const fetched = Object.keys(keyClusters).length === 0 ? {} : { keyClusters };
  const said = { statuses, complaints: complaints.map(describeComplaint) };
  const description = { plugins, ...fetched, routes, earlyRemoved, ...said };
  return JSON.parse(JSON.stringify(description), (_key, value: unknown) => {
    if (typeof value !== "string" || value.length <= LONG || value.includes(" ")) return value;
    return `${value.slice(0, 16)}… (${value.length} characters)`;
  }) as Record<string, unknown>;
}

function matchOf({ match }: Route): string {
  return Object.entries(match)
    .map(([kind, value]) => `${kind} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

function actionOf({ route, directResponse }: Route): string {
  if (directResponse !== undefined) return String(directResponse.status);
  return route?.cluster ?? JSON.stringify(route);
}

/** Header names that a listener removes before it chooses a route, wherever its configuration says so. */
function earlyRemovals(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = (value as { mutations?: { remove: string }[] }).mutations?.map(({ remove }) => remove) ?? [];
  return [...own, ...Object.values(value).flatMap(earlyRemovals)];
}

/** Route names of a snapshot that lead to no policy of a configuration that judges them; "refused" is meant to. */
export function strayRoutes({ routes, plugins }: Snapshot): string[] {
  const hashes = new Set([...plugins.values()].flatMap(({ policies }: PluginConfiguration) => Object.keys(policies)));
  const names = [...routes.values()].flatMap((table) => everyRoute<Route>(table).map(({ name }) => name));
  return names.filter((name) => {
    const hash = name.slice(name.lastIndexOf("#") + 1);
    return hash !== "refused" && !hashes.has(hash);
  });
}

/** Freezes resources whole: whoever writes into them throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
