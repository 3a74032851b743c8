import type { PluginConfiguration } from "../translate/snapshot.js";
import { judgesOf, type Chain, type EncodedSnapshot } from "./resources.js";

/** Snapshots after which what no connected Envoy holds any more is forgotten. */
const GENERATIONS = 64;

export interface KnownListener {
  readonly chains: readonly Chain[];
  /** Canonical JSON. */
  readonly address: string | undefined;
}

interface Entry<T> {
  readonly value: T;
  used: number;
}

/**
 * What earlier snapshots of one Gateway meant: which plugin configurations know the policy hashes of a route table, and which chains a
 * listener has. Envoys lag behind, refuse, and come back after a lost connection with versions of long ago.
 */
export class History {
  #generation = 0;
  readonly #tables = new Map<string, Entry<Map<string, PluginConfiguration>>>();
  readonly #listeners = new Map<string, Entry<KnownListener>>();

  /** Adds a snapshot. A table that is known already keeps its configurations until an Envoy accepts newer ones. */
  add(encoded: EncodedSnapshot): void {
    this.#generation++;
    for (const [name, { version }] of encoded.routes) {
      if (this.judges(name, version) !== undefined) continue;
      const value = new Map(judgesOf(encoded, name));
      this.#tables.set(key(name, version), { value, used: this.#generation });
    }
    for (const [name, { version }] of encoded.listeners) {
      const value = { chains: encoded.chains.get(name) ?? [], address: encoded.addresses.get(name) };
      this.#listeners.set(key(name, version), { value, used: this.#generation });
    }
    for (const entries of [this.#tables, this.#listeners]) {
      for (const [id, entry] of entries) if (entry.used < this.#generation - GENERATIONS) entries.delete(id);
    }
  }

  /** Configurations by plugin name that know every policy hash of this table; undefined if nothing is known of it. */
  judges(table: string, version: string): ReadonlyMap<string, PluginConfiguration> | undefined {
    return this.#use(this.#tables, key(table, version));
  }

  /** An Envoy took this configuration, which knows the table too: from now on it stands for the older one. */
  accepted(table: string, version: string, plugin: string, configuration: PluginConfiguration): void {
    this.#use(this.#tables, key(table, version))?.set(plugin, configuration);
  }

  /** A listener of an earlier snapshot; undefined if nothing is known of it. */
  listener(name: string, version: string): KnownListener | undefined {
    return this.#use(this.#listeners, key(name, version));
  }

  #use<T>(entries: Map<string, Entry<T>>, id: string): T | undefined {
    const entry = entries.get(id);
    if (entry !== undefined) entry.used = this.#generation;
    return entry?.value;
  }
}

function key(name: string, version: string): string {
  return `${name}\0${version}`;
}
