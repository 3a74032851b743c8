import type { Snapshot } from "../translate/snapshot.js";
import { Bridge, type Transition } from "./bridge.js";
import { REMOVED, Subscription, type DeltaRequest } from "./delta.js";
import type { FilterCode } from "./filter.js";
import type { History } from "./history.js";
import type { EncodedSnapshot } from "./resources.js";
import { type Outgoing, sharedNonce } from "./response.js";
import { Survey } from "./survey.js";
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION,
  LISTENER,
  ROUTE,
  SECRET,
  isServed,
  type EncodedResource,
  type TypeUrl,
} from "./types.js";

/** A refusal by Envoy. */
export interface Nack {
  readonly typeUrl: TypeUrl;
  readonly resources: readonly string[];
  readonly message: string;
  /** The snapshot that was being rolled out when the refused bytes were sent. */
  readonly snapshot: Snapshot;
}

export interface Subscriptions {
  readonly [CLUSTER]: Subscription;
  readonly [ENDPOINT]: Subscription;
  readonly [SECRET]: Subscription;
  readonly [EXTENSION]: Subscription;
  readonly [LISTENER]: Subscription;
  readonly [ROUTE]: Subscription;
}

/**
 * Brings one connected Envoy to the newest snapshot, make before break. Level-based: every publication and every request leads to the
 * same question, which of the missing resources may be sent given what this Envoy holds or may hold.
 *
 * - secrets at once: nothing has to be there before them, and listeners wait for those that Envoy knows already;
 * - clusters and endpoints first; then extension configurations that know the old and the new policies; then listeners; then route
 *   tables, each only when every filter that judges it has accepted a configuration that knows its policies; then, by themselves
 *   (bridge.ts), the extension configurations that know the new policies only; at last removals.
 * - a refused resource is not sent again until its content changes, and holds back only what would be unsafe without it.
 */
export class Rollout {
  readonly subscriptions: Subscriptions = {
    // Envoy does not report clusters that it took out of a refused response; those it holds unchanged it skips.
    [CLUSTER]: new Subscription({ wildcard: true, trustReported: false }),
    // A cluster that was warming when the connection broke waits for its endpoints again, whatever version was reported.
    [ENDPOINT]: new Subscription({ wildcard: false, trustReported: false }),
    // The same for the certificates of a listener that was warming.
    [SECRET]: new Subscription({ wildcard: false, trustReported: false }),
    [EXTENSION]: new Subscription({ wildcard: false, trustReported: true }),
    [LISTENER]: new Subscription({ wildcard: true, trustReported: true }),
    [ROUTE]: new Subscription({ wildcard: false, trustReported: true }),
  };
  readonly #history: History;
  readonly #bridge: Bridge;
  readonly #sentFor = new Map<string, Snapshot>();
  #nonces = 0;
  #target: EncodedSnapshot | undefined;
  #reconnected = false;

  constructor(history: History, transition: Transition, filter: FilterCode) {
    this.#history = history;
    this.#bridge = new Bridge(history, transition, filter);
  }

  get target(): EncodedSnapshot | undefined {
    return this.#target;
  }

  /** Makes a snapshot, already in the history, the one to be reached; what was on its way is not lost track of. */
  publish(target: EncodedSnapshot): Outgoing[] {
    this.#target = target;
    return this.#step();
  }

  /** Takes a request of the Envoy in. */
  receive(request: DeltaRequest): { outgoing: Outgoing[]; nack?: Nack } {
    if (!isServed(request.type_url)) return { outgoing: [] };
    const typeUrl = request.type_url;
    const subscription = this.subscriptions[typeUrl];
    if (!subscription.started && Object.keys(request.initial_resource_versions).length > 0) this.#reconnected = true;
    const verdict = subscription.receive(request);
    let nack: Nack | undefined;
    if (verdict !== undefined) {
      const snapshot = this.#sentFor.get(verdict.nonce);
      this.#sentFor.delete(verdict.nonce);
      if (verdict.refusal !== undefined && snapshot !== undefined) {
        nack = { typeUrl, resources: [...verdict.versions.keys()], message: verdict.refusal, snapshot };
      } else if (typeUrl === LISTENER && [...verdict.versions.values()].includes(REMOVED)) {
        // A listener that is gone may have been in the way (its address) of one that was refused.
        subscription.refused.clear();
      }
    }
    const outgoing = this.#step();
    return nack === undefined ? { outgoing } : { outgoing, nack };
  }

  /** How far this Envoy is; undefined while there is nothing to reach. */
  survey(): Survey | undefined {
    return this.#target && new Survey(this.#target, this.subscriptions, this.#history, this.#bridge);
  }

  #step(): Outgoing[] {
    const outgoing: Outgoing[] = [];
    const target = this.#target;
    if (target === undefined) return outgoing;
    const survey = new Survey(target, this.subscriptions, this.#history, this.#bridge);
    for (const plugin of target.snapshot.plugins.keys()) {
      if (survey.extension(plugin) === "held") this.#bridge.accepted(target, plugin, survey.tablesOf(plugin));
    }
    const send = (typeUrl: TypeUrl, upserts: ReadonlyMap<string, EncodedResource>, removed: readonly string[] = []) => {
      outgoing.push(this.#send(typeUrl, upserts, removed));
    };

    for (const [name, resource] of ready(target.secrets, this.subscriptions[SECRET], (n) => survey.secret(n))) {
      // Each alone: what Envoy says of one must not hold another back.
      send(SECRET, new Map([[name, resource]]));
    }

    const clusters = ready(target.clusters, this.subscriptions[CLUSTER], (name) => survey.cluster(name));
    for (const name of clusters.keys()) {
      // The changed cluster warms until endpoints arrive, and Envoy does not ask again for what it is subscribed to.
      if (this.subscriptions[ENDPOINT].held.has(name)) this.subscriptions[ENDPOINT].stale.add(name);
    }
    for (const batch of batches(clusters, this.subscriptions[CLUSTER])) send(CLUSTER, batch);
    const endpoints = ready(target.endpoints, this.subscriptions[ENDPOINT], (name) => survey.endpoint(name));
    for (const batch of batches(endpoints, this.subscriptions[ENDPOINT])) {
      if ([...batch.keys()].every((name) => survey.cluster(name) !== "waiting")) send(ENDPOINT, batch);
    }
    const based = survey.based();

    for (const name of target.snapshot.plugins.keys()) {
      if (!based || survey.extension(name) !== "waiting" || !this.subscriptions[EXTENSION].wants(name)) continue;
      // A returning Envoy holds route tables that it has not reported yet.
      if (this.#reconnected && !this.subscriptions[ROUTE].started && survey.tablesOf(name).size > 0) continue;
      const resource = survey.extensionResource(name);
      if (resource !== undefined) send(EXTENSION, new Map([[name, resource]]));
    }

    for (const [name, resource] of ready(target.listeners, this.subscriptions[LISTENER], (n) => survey.listener(n))) {
      if (!based || !survey.certified(name)) continue;
      if (!survey.judgedBy(name).every((plugin) => survey.extension(plugin) === "held")) continue;
      const inTheWay = this.subscriptions[LISTENER].suspects.has(name) ? [] : survey.replacedBy(name);
      send(LISTENER, new Map([[name, resource]]), inTheWay);
    }

    for (const [name, resource] of ready(target.routes, this.subscriptions[ROUTE], (n) => survey.table(n))) {
      if (based && survey.admits(name)) send(ROUTE, new Map([[name, resource]]));
    }

    const removals = survey.removals();
    if (removals !== undefined) send(removals.typeUrl, new Map(), removals.names);

    // Envoy's start waits for the first answer about clusters, then about listeners, even if there are none.
    for (const typeUrl of [CLUSTER, LISTENER] as const) {
      const subscription = this.subscriptions[typeUrl];
      const none = (typeUrl === CLUSTER ? target.clusters : target.listeners).size === 0;
      if (none && subscription.started && !subscription.answered) send(typeUrl, new Map());
    }
    return outgoing;
  }

  #send(typeUrl: TypeUrl, upserts: ReadonlyMap<string, EncodedResource>, removed: readonly string[]): Outgoing {
    const nonce = this.#nonceOf(typeUrl, upserts, removed);
    const versions = new Map([...upserts].map(([name, { version }]) => [name, version]));
    for (const name of removed) versions.set(name, REMOVED);
    this.subscriptions[typeUrl].sent(nonce, versions);
    if (this.#target !== undefined) this.#sentFor.set(nonce, this.#target.snapshot);
    return { typeUrl, nonce, resources: [...upserts].map(([name, resource]) => ({ name, resource })), removed };
  }

  /** Not that of another response on its way: shared where other Envoys can be sent the same bytes, our own otherwise. */
  #nonceOf(typeUrl: TypeUrl, upserts: ReadonlyMap<string, EncodedResource>, removed: readonly string[]): string {
    for (const [name, resource] of upserts.size + removed.length === 1 ? upserts : []) {
      const nonce = sharedNonce(typeUrl, name, resource);
      if (nonce !== undefined && !this.#sentFor.has(nonce)) return nonce;
    }
    return String(++this.#nonces);
  }
}

/** Those of a type's resources that the Envoy wants and misses. */
function ready(
  resources: ReadonlyMap<string, EncodedResource>,
  subscription: Subscription,
  stateOf: (name: string) => string,
): Map<string, EncodedResource> {
  return new Map([...resources].filter(([name]) => subscription.wants(name) && stateOf(name) === "waiting"));
}

/** One response for all, but for those that were part of a refused one: each of these alone. */
function batches(
  resources: ReadonlyMap<string, EncodedResource>,
  subscription: Subscription,
): ReadonlyMap<string, EncodedResource>[] {
  const alone = [...resources].filter(([name]) => subscription.suspects.has(name));
  const together = [...resources].filter(([name]) => !subscription.suspects.has(name));
  return [together, ...alone.map((entry) => [entry])]
    .filter((batch) => batch.length > 0)
    .map((batch) => new Map(batch));
}
