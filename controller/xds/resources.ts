import { createHash } from "node:crypto";
import type { EnvoyResource, PluginConfiguration, Snapshot } from "../translate/snapshot.js";
import { canonicalJson } from "../translate/canonical.js";
import { digestOf } from "../translate/configuration.js";
import { EncodeError, encodeResource } from "./encode.js";
import { encodeTable } from "./table.js";
import { versionOf } from "./extension.js";
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET, type EncodedResource, type TypeUrl } from "./types.js";

/** A route table and a filter that judges its requests: they meet in an HttpConnectionManager. */
export interface Chain {
  readonly table: string;
  readonly plugin: string;
}

/** A snapshot in bytes. Extension resources are missing: their content depends on what each Envoy still holds (rollout.ts). */
export interface EncodedSnapshot {
  readonly snapshot: Snapshot;
  /** Hash of everything in it. */
  readonly version: string;
  readonly clusters: ReadonlyMap<string, EncodedResource>;
  readonly endpoints: ReadonlyMap<string, EncodedResource>;
  readonly secrets: ReadonlyMap<string, EncodedResource>;
  readonly listeners: ReadonlyMap<string, EncodedResource>;
  readonly routes: ReadonlyMap<string, EncodedResource>;
  /** Names of the endpoints that Envoy will ask for: those of clusters with type EDS. */
  readonly discovered: ReadonlySet<string>;
  /** By listener name. */
  readonly chains: ReadonlyMap<string, readonly Chain[]>;
  /** Names of the secrets of a listener, by listener name. */
  readonly secretsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** By listener name: canonical JSON of the address, to see that a new listener takes the place of an old one. */
  readonly addresses: ReadonlyMap<string, string>;
}

const encoded = new WeakMap<Snapshot, EncodedSnapshot>();

/** Encodes a snapshot, each once. Throws an EncodeError that names the first field which Envoy's messages do not have. */
export function encodeSnapshot(snapshot: Snapshot): EncodedSnapshot {
  let known = encoded.get(snapshot);
  if (known === undefined) encoded.set(snapshot, (known = encode(snapshot)));
  return known;
}

function encode(snapshot: Snapshot): EncodedSnapshot {
  const clusters = encodeAll(CLUSTER, "clusters", "name", snapshot.clusters);
  const endpoints = encodeAll(ENDPOINT, "endpoints", "clusterName", snapshot.endpoints);
  const secrets = encodeAll(SECRET, "secrets", "name", snapshot.secrets);
  const listeners = encodeAll(LISTENER, "listeners", "name", snapshot.listeners);
  const routes = encodeAll(ROUTE, "routes", "name", snapshot.routes);
  const hash = createHash("sha256");
  for (const [type, resources] of [
    ["clusters", clusters],
    ["endpoints", endpoints],
    ["secrets", secrets],
    ["listeners", listeners],
    ["routes", routes],
  ] as const) {
    for (const [name, { version }] of [...resources].sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${type}\0${name}\0${version}\0`);
    }
  }
  for (const [name, plugin] of [...snapshot.plugins].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`plugins\0${name}\0${digestOf(plugin)}\0`);
  }
  return {
    snapshot,
    version: hash.digest("hex").slice(0, 32),
    clusters,
    endpoints,
    secrets,
    listeners,
    routes,
    discovered: new Set([...endpoints.keys()].filter((name) => snapshot.clusters.get(name)?.["type"] === "EDS")),
    chains: new Map([...snapshot.listeners].map(([name, listener]) => [name, chainsOf(listener)])),
    secretsOf: new Map([...snapshot.listeners].map(([name, listener]) => [name, new Set(secretsIn(listener))])),
    addresses: new Map([...snapshot.listeners].map(([name, listener]) => [name, canonicalJson(listener["address"])])),
  };
}

function encodeAll(
  type: TypeUrl,
  kind: string,
  nameField: string,
  resources: ReadonlyMap<string, EnvoyResource>,
): ReadonlyMap<string, EncodedResource> {
  const encoded = new Map<string, EncodedResource>();
  for (const [name, resource] of resources) {
    const path = `${kind}[${JSON.stringify(name)}]`;
    const any = type === ROUTE ? encodeTable(resource, path) : encodeResource(type, resource, path);
    // Envoy refuses a resource whose name is not the one it came under.
    if (resource[nameField] !== name) throw new EncodeError(`${path}.${nameField}`, `must be ${JSON.stringify(name)}`);
    encoded.set(name, { version: versionOf(any.value), any });
  }
  return encoded;
}

/** The chains of all HttpConnectionManagers in a listener, wherever they stand in it. */
function chainsOf(value: unknown): Chain[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  if (Array.isArray(value)) return value.flatMap(chainsOf);
  const { rds, httpFilters, ...rest } = value as Record<string, unknown>;
  const table = member(rds, "routeConfigName");
  const filters: unknown[] = Array.isArray(httpFilters) ? httpFilters : [];
  const plugins = filters.flatMap((filter) => {
    const name = member(filter, "name");
    return typeof name === "string" && member(filter, "configDiscovery") !== undefined ? [name] : [];
  });
  const own = typeof table === "string" ? plugins.map((plugin) => ({ table, plugin })) : [];
  return [...own, ...Object.values(rest).flatMap(chainsOf)];
}

/** What the TLS contexts in a listener ask for, wherever they stand in it. */
function secretsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  const { tlsCertificateSdsSecretConfigs: configs, ...rest } = value as Record<string, unknown>;
  const names = (Array.isArray(configs) ? configs : []).map((config) => member(config, "name"));
  return [...names.filter((name) => typeof name === "string"), ...Object.values(rest).flatMap(secretsIn)];
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** The plugin configurations of a snapshot that judge one of its route tables, by plugin name. */
export function judgesOf(
  snapshot: Pick<EncodedSnapshot, "chains" | "snapshot">,
  table: string,
): ReadonlyMap<string, PluginConfiguration> {
  const judges = new Map<string, PluginConfiguration>();
  for (const chain of [...snapshot.chains.values()].flat()) {
    const configuration = snapshot.snapshot.plugins.get(chain.plugin);
    if (chain.table === table && configuration !== undefined) judges.set(chain.plugin, configuration);
  }
  return judges;
}
