import type { PluginConfiguration } from "../translate/snapshot.js";
import { digestOf } from "../translate/configuration.js";
import { extensionResource } from "./extension.js";
import type { FilterCode } from "./filter.js";
import type { History } from "./history.js";
import type { EncodedSnapshot } from "./resources.js";
import type { EncodedResource } from "./types.js";

/**
 * A configuration that judges as `next` does and, besides, knows the policies of every previous one, for requests that still
 * match an old route table. Pure; equal arguments give equal content.
 */
export type Transition = (previous: readonly PluginConfiguration[], next: PluginConfiguration) => PluginConfiguration;

/**
 * The extension configuration a filter has to hold while its Envoy may still hold older route tables: the union of what is to come and
 * what is known about those tables. With none of them left it is the new configuration alone.
 */
export class Bridge {
  readonly #history: History;
  readonly #transition: Transition;
  readonly #filter: FilterCode;
  readonly #cache = new Map<
    string,
    { readonly inputs: readonly PluginConfiguration[]; readonly resource: EncodedResource }
  >();

  constructor(history: History, transition: Transition, filter: FilterCode) {
    this.#history = history;
    this.#transition = transition;
    this.#filter = filter;
  }

  /**
   * The resource for `plugin`, given the tables it judges that are not the target's. Of a table that no snapshot knows (the
   * controller was restarted and the configuration changed meanwhile) nothing can be added: its routes answer 500 until replaced.
   */
  resource(
    target: EncodedSnapshot,
    plugin: string,
    tables: readonly { readonly table: string; readonly version: string }[],
  ): EncodedResource | undefined {
    const next = target.snapshot.plugins.get(plugin);
    if (next === undefined) return undefined;
    const inputs: PluginConfiguration[] = [];
    const seen = new Set([digestOf(next)]);
    for (const { table, version } of tables) {
      const judges = this.#history.judges(table, version);
      const own = judges?.get(plugin);
      // Another filter judged the table before (its listener was renamed): its configuration knows the hashes as well.
      for (const previous of own === undefined ? (judges?.values() ?? []) : [own]) {
        if (seen.has(digestOf(previous))) continue;
        seen.add(digestOf(previous));
        inputs.push(previous);
      }
    }
    const cached = this.#cache.get(plugin);
    if (cached !== undefined && same(cached.inputs, [...inputs, next])) return cached.resource;
    const configuration = inputs.length === 0 ? next : union(inputs, next, this.#transition);
    const resource = extensionResource(plugin, this.#filter, configuration);
    this.#cache.set(plugin, { inputs: [...inputs, next], resource });
    return resource;
  }

  /** The Envoy holds the target's configuration of `plugin`, maybe with older policies beside it. */
  accepted(target: EncodedSnapshot, plugin: string, tables: Iterable<string>): void {
    const configuration = target.snapshot.plugins.get(plugin);
    if (configuration === undefined) return;
    for (const table of tables) {
      const version = target.routes.get(table)?.version;
      if (version !== undefined) this.#history.accepted(table, version, plugin, configuration);
    }
  }
}

interface Union {
  readonly inputs: readonly PluginConfiguration[];
  readonly transition: Transition;
  readonly configuration: WeakRef<PluginConfiguration>;
}

/**
 * By the configuration that is to come, the latest unions with older ones: most Envoys of a Gateway hold the same. Weak, since it is
 * remembered for long (history.ts) and they are wanted for a moment.
 */
const unions = new WeakMap<PluginConfiguration, readonly Union[]>();
const KEPT = 8;

function union(inputs: readonly PluginConfiguration[], next: PluginConfiguration, transition: Transition) {
  const known = unions.get(next) ?? [];
  const found = known.find((one) => one.transition === transition && same(one.inputs, inputs));
  const made = found?.configuration.deref();
  if (made !== undefined) return made;
  const configuration = transition(inputs, next);
  const others = known.filter((one) => one !== found).slice(0, KEPT - 1);
  unions.set(next, [{ inputs, transition, configuration: new WeakRef(configuration) }, ...others]);
  return configuration;
}

function same(a: readonly PluginConfiguration[], b: readonly PluginConfiguration[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
