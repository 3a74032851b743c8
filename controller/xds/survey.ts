import type { Bridge } from "./bridge.js";
import { REMOVED, type Subscription } from "./delta.js";
import type { History } from "./history.js";
import type { EncodedSnapshot } from "./resources.js";
import type { Subscriptions } from "./rollout.js";
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION,
  LISTENER,
  ROUTE,
  SECRET,
  TYPES,
  type EncodedResource,
  type TypeUrl,
} from "./types.js";

/**
 * Where one resource of the target stands on one Envoy.
 * - held: acknowledged in the wanted version;
 * - sending: a response with the name is on its way (whatever its version);
 * - refused: Envoy refused exactly this version;
 * - blocked: it must not be sent, or will not be asked for, because of a refusal elsewhere;
 * - waiting: none of these: it will be sent when asked for and safe.
 */
export type State = "held" | "sending" | "refused" | "blocked" | "waiting";

const SETTLED: ReadonlySet<State> = new Set(["held", "refused", "blocked"]);
const FAILED: ReadonlySet<State> = new Set(["refused", "blocked"]);

/** The target compared with what one Envoy holds, may hold and refused. Cheap to make; not kept across requests. */
export class Survey {
  readonly #target: EncodedSnapshot;
  readonly #subscriptions: Subscriptions;
  readonly #history: History;
  readonly #bridge: Bridge;
  /** Tables by the filters that judge them and the other way round: in the target's listeners and in those the Envoy may hold. */
  readonly #tables = new Index();
  readonly #judges = new Index();
  /** Target listeners by the tables and by the filters in them. */
  readonly #listenersByTable = new Index();
  readonly #listenersByPlugin = new Index();
  readonly #listenersBySecret = new Index();
  readonly #heldPlugins = new Set<string>();
  /** What a filter must hold does not change while responses are being chosen: only tables of the target are sent. */
  readonly #resources = new Map<string, EncodedResource | undefined>();

  constructor(target: EncodedSnapshot, subscriptions: Subscriptions, history: History, bridge: Bridge) {
    this.#target = target;
    this.#subscriptions = subscriptions;
    this.#history = history;
    this.#bridge = bridge;
    for (const [listener, chains] of target.chains) {
      for (const { table, plugin } of chains) {
        this.#judge(table, plugin);
        this.#listenersByTable.add(table, listener);
        this.#listenersByPlugin.add(plugin, listener);
      }
    }
    for (const [listener, secrets] of target.secretsOf) {
      for (const secret of secrets) this.#listenersBySecret.add(secret, listener);
    }
    const { held, inFlight } = subscriptions[LISTENER];
    for (const [name, version] of [...held, ...inFlight]) {
      for (const { table, plugin } of history.listener(name, version)?.chains ?? []) {
        this.#judge(table, plugin);
        this.#heldPlugins.add(plugin);
      }
    }
  }

  #judge(table: string, plugin: string): void {
    this.#tables.add(plugin, table);
    this.#judges.add(table, plugin);
  }

  cluster(name: string): State {
    return stateIn(this.#subscriptions[CLUSTER], name, this.#target.clusters.get(name));
  }

  endpoint(name: string): State {
    const state = stateIn(this.#subscriptions[ENDPOINT], name, this.#target.endpoints.get(name));
    return state === "waiting" && this.#target.clusters.has(name) && FAILED.has(this.cluster(name)) ? "blocked" : state;
  }

  secret(name: string): State {
    const subscription = this.#subscriptions[SECRET];
    const state = stateIn(subscription, name, this.#target.secrets.get(name));
    if (state !== "waiting" || subscription.wants(name)) return state;
    return this.#unreachable(this.#listenersBySecret.get(name)) ? "blocked" : state;
  }

  extension(plugin: string): State {
    const subscription = this.#subscriptions[EXTENSION];
    const state = stateIn(subscription, plugin, this.extensionResource(plugin));
    if (state !== "waiting" || subscription.wants(plugin)) return state;
    return this.#unreachable(this.#listenersByPlugin.get(plugin)) ? "blocked" : state;
  }

  listener(name: string): State {
    const state = stateIn(this.#subscriptions[LISTENER], name, this.#target.listeners.get(name));
    return state === "waiting" && this.judgedBy(name).some((plugin) => FAILED.has(this.extension(plugin)))
      ? "blocked"
      : state;
  }

  table(name: string): State {
    const state = stateIn(this.#subscriptions[ROUTE], name, this.#target.routes.get(name));
    if (state !== "waiting") return state;
    const judges = [...this.#judges.get(name)];
    if (judges.some((plugin) => this.#target.snapshot.plugins.has(plugin) && FAILED.has(this.extension(plugin))))
      return "blocked";
    const listeners = this.#listenersByTable.get(name);
    // A filter that the target does not have will never know the new policies. It goes with its listener: either the listener is about to be
    // replaced (then wait), or it stays for a refusal or until the removals, which must not wait for this table in turn.
    const orphaned = judges.some((plugin) => !this.#target.snapshot.plugins.has(plugin));
    if (orphaned && [...listeners].every((listener) => SETTLED.has(this.listener(listener)))) return "blocked";
    const wanted = this.#subscriptions[ROUTE].wants(name);
    return !wanted && this.#unreachable(listeners) ? "blocked" : state;
  }

  /** The configuration the filter must hold now, given the tables it may have to judge. */
  extensionResource(plugin: string): EncodedResource | undefined {
    if (!this.#resources.has(plugin)) this.#resources.set(plugin, this.#resource(plugin));
    return this.#resources.get(plugin);
  }

  #resource(plugin: string): EncodedResource | undefined {
    const { held, inFlight } = this.#subscriptions[ROUTE];
    const old = [...this.tablesOf(plugin)].flatMap((table) =>
      [held.get(table), inFlight.get(table)].flatMap((version) =>
        version === undefined || version === this.#target.routes.get(table)?.version ? [] : [{ table, version }],
      ),
    );
    return this.#bridge.resource(this.#target, plugin, old);
  }

  /** Route tables that a filter judges or may judge. */
  tablesOf(plugin: string): ReadonlySet<string> {
    return this.#tables.get(plugin);
  }

  /** Filters of a target listener that the Envoy has asked for already. */
  judgedBy(listener: string): string[] {
    const plugins = (this.#target.chains.get(listener) ?? []).map((chain) => chain.plugin);
    return plugins.filter((plugin) => this.#subscriptions[EXTENSION].wants(plugin));
  }

  /**
   * Whether the listener finds its certificates in place, as far as the Envoy has asked for them already. One that Envoy refused
   * leaves the older one in force.
   */
  certified(listener: string): boolean {
    const names = [...(this.#target.secretsOf.get(listener) ?? [])];
    return names
      .filter((name) => this.#subscriptions[SECRET].wants(name))
      .every((name) => SETTLED.has(this.secret(name)));
  }

  /** Clusters and endpoints are where they should be, or refused. */
  based(): boolean {
    return (
      [...this.#target.clusters.keys()].every((name) => SETTLED.has(this.cluster(name))) &&
      this.#expectedEndpoints().every((name) => SETTLED.has(this.endpoint(name)))
    );
  }

  /** Whether a table may be sent: all filters that will judge it know its policies, and its listeners are in place. */
  admits(table: string): boolean {
    const knows = (plugin: string) => this.#target.snapshot.plugins.has(plugin) && this.extension(plugin) === "held";
    const inPlace = (listener: string) => SETTLED.has(this.listener(listener));
    return [...this.#judges.get(table)].every(knows) && [...this.#listenersByTable.get(table)].every(inPlace);
  }

  /** Listeners to be removed whose address a new listener takes. Envoy removes first within one response, then adds. */
  replacedBy(listener: string): string[] {
    const address = this.#target.addresses.get(listener);
    const { held } = this.#subscriptions[LISTENER];
    if (held.has(listener)) return [];
    return this.#surplus(LISTENER).filter((name) => {
      const version = held.get(name);
      return version !== undefined && this.#history.listener(name, version)?.address === address;
    });
  }

  /** What may be removed now: only when nothing else is left to be done, listeners first, clusters last. */
  removals(): { readonly typeUrl: TypeUrl; readonly names: readonly string[] } | undefined {
    if (!this.#subscriptions[LISTENER].started || !this.#quiet()) return undefined;
    for (const typeUrl of [LISTENER, EXTENSION, CLUSTER] as const) {
      // An old route table that is still in force needs its clusters.
      if (typeUrl === CLUSTER && this.#failed()) return undefined;
      const surplus = this.#surplus(typeUrl);
      if (surplus.length === 0) continue;
      const suspect = surplus.find((name) => this.#subscriptions[typeUrl].suspects.has(name));
      return { typeUrl, names: suspect === undefined ? surplus : [suspect] };
    }
    return undefined;
  }

  /** The Envoy holds everything of the target and nothing else. */
  complete(): boolean {
    return !this.#busy() && this.pending().length === 0;
  }

  /** Types of which something is missing or left over, in the order of the rollout. */
  pending(): TypeUrl[] {
    return TYPES.filter(
      (typeUrl) =>
        this.#subscriptions[typeUrl].busy ||
        this.#states(typeUrl).some((state) => state !== "held") ||
        ((typeUrl === CLUSTER || typeUrl === LISTENER) && !this.#subscriptions[typeUrl].started) ||
        this.#surplus(typeUrl).length > 0,
    );
  }

  #states(typeUrl: TypeUrl): State[] {
    const target = this.#target;
    switch (typeUrl) {
      case CLUSTER:
        return [...target.clusters.keys()].map((name) => this.cluster(name));
      case ENDPOINT:
        return this.#expectedEndpoints().map((name) => this.endpoint(name));
      case SECRET:
        return this.#expected(SECRET, target.secrets.keys()).map((name) => this.secret(name));
      case EXTENSION:
        return this.#expected(EXTENSION, target.snapshot.plugins.keys()).map((name) => this.extension(name));
      case LISTENER:
        return [...target.listeners.keys()].map((name) => this.listener(name));
      case ROUTE:
        return this.#expected(ROUTE, target.routes.keys()).map((name) => this.table(name));
    }
  }

  /** Names that the Envoy has asked for or, once it has the target's listeners, will ask for. */
  #expected(typeUrl: typeof SECRET | typeof EXTENSION | typeof ROUTE, names: Iterable<string>): string[] {
    const listeners = {
      [SECRET]: this.#listenersBySecret,
      [EXTENSION]: this.#listenersByPlugin,
      [ROUTE]: this.#listenersByTable,
    }[typeUrl];
    return [...names].filter((name) => listeners.get(name).size > 0 || this.#subscriptions[typeUrl].wants(name));
  }

  #expectedEndpoints(): string[] {
    const wanted = this.#subscriptions[ENDPOINT];
    return [...this.#target.endpoints.keys()].filter((name) => this.#target.discovered.has(name) || wanted.wants(name));
  }

  #busy(): boolean {
    return TYPES.some((typeUrl) => this.#subscriptions[typeUrl].busy);
  }

  #quiet(): boolean {
    return !this.#busy() && TYPES.every((typeUrl) => this.#states(typeUrl).every((state) => SETTLED.has(state)));
  }

  #failed(): boolean {
    return [EXTENSION, LISTENER, ROUTE].some((typeUrl) =>
      this.#states(typeUrl as TypeUrl).some((state) => FAILED.has(state)),
    );
  }

  /** Held names that the target does not have. Endpoints, secrets and tables are not removed: Envoy unsubscribes what it no longer needs. */
  #surplus(typeUrl: TypeUrl): string[] {
    const { held, inFlight, refused, suspects } = this.#subscriptions[typeUrl];
    const keep = (name: string): boolean => {
      switch (typeUrl) {
        case CLUSTER:
          return this.#target.clusters.has(name);
        case LISTENER:
          return this.#target.listeners.has(name);
        case EXTENSION:
          // Without its filter a listener that is still there answers 500; nothing else would follow the policies any more.
          return this.#target.snapshot.plugins.has(name) || this.#heldPlugins.has(name);
        default:
          return true;
      }
    };
    return [...new Set([...held.keys(), ...suspects])].filter(
      (name) => !keep(name) && !inFlight.has(name) && refused.get(name)?.version !== REMOVED,
    );
  }

  /** Every listener that would make the Envoy ask for something is refused or blocked. */
  #unreachable(listeners: ReadonlySet<string>): boolean {
    return listeners.size > 0 && [...listeners].every((name) => FAILED.has(this.listener(name)));
  }
}

/** Sets of names by name. */
class Index {
  readonly #sets = new Map<string, Set<string>>();

  add(key: string, name: string): void {
    const set = this.#sets.get(key);
    if (set === undefined) this.#sets.set(key, new Set([name]));
    else set.add(name);
  }

  get(key: string): ReadonlySet<string> {
    return this.#sets.get(key) ?? NOTHING;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function stateIn(subscription: Subscription, name: string, resource: EncodedResource | undefined): State {
  if (subscription.inFlight.has(name)) return "sending";
  if (resource === undefined) return "waiting";
  if (subscription.holds(name, resource.version)) return "held";
  return subscription.refuses(name, resource.version) === undefined ? "waiting" : "refused";
}
