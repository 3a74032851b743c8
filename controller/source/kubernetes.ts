// Resources from an API server.
import { isDeepStrictEqual } from "node:util";
import { withDefaults } from "../api/defaults.js";
import type { Finding } from "../api/finding.js";
import type { KubernetesObject } from "../api/types.js";
import { validate } from "../api/validate.js";
import type { KubeClient } from "../kube/client.js";
import { isCut, MAX_DEPTH } from "../kube/depth.js";
import { idOf, type StoredObject } from "../kube/objects.js";
import { namedObjects } from "../translate/named.js";
import { append } from "../translate/resources.js";
import { Coalescer } from "./coalescer.js";
import { Informer, INFORMER_TIMES, type InformerTimes } from "./informer.js";
import { NamedObjects } from "./named.js";
import type { LoadedResource, Problem, SourceSnapshot } from "./source.js";
import { WATCHED, type WatchedKind } from "./watched.js";

export interface KubernetesSourceOptions {
  /** Called with the newest snapshot, of many changes once; never before start() has resolved, nor after close(). */
  onChange: (snapshot: SourceSnapshot) => void;
  /** An object came, changed or went, be it only in its status. At once, for every one. */
  onStored?: (id: string) => void;
  times?: Partial<InformerTimes>;
  kinds?: readonly WatchedKind[];
  /** GatewayClass names whose Gateways' Secrets are read. Default: claimgate. */
  gatewayClasses?: readonly string[];
  holds?: Partial<HoldTimes>;
}

/**
 * How long everything else waits for Secrets and ConfigMaps that are named for the first time: what names them would be closed
 * for the moment until they are there. Those that we may not read are not waited for.
 */
export interface HoldTimes {
  /** Before anything was passed on, when Envoys may have what is about to be read. */
  startMs: number;
  laterMs: number;
}

const HOLD_TIMES: HoldTimes = { startMs: 30_000, laterMs: 2000 };

/**
 * Follows all kinds claimgate reads on an API server, and the Secrets and ConfigMaps that they name. Until each of them was listed
 * once, snapshots are not complete.
 */
export class KubernetesSource {
  private readonly informers: readonly Informer[];
  private readonly named: NamedObjects;
  private readonly coalescer: Coalescer;
  /** What was made of each object. A change of its status alone leaves that as it is. */
  private readonly loaded = new WeakMap<StoredObject, LoadedResource>();
  private readonly holds: HoldTimes;
  /** Running while changes are held back. */
  private hold: NodeJS.Timeout | undefined;
  private complete = false;
  private started = false;
  private closed = false;

  constructor(
    client: KubeClient,
    private readonly options: KubernetesSourceOptions,
  ) {
    const times = { ...INFORMER_TIMES, ...options.times };
    this.holds = { ...HOLD_TIMES, ...options.holds };
    this.coalescer = new Coalescer(() => this.pass());
    const onState = () => this.touched();
    const onChange = (before?: StoredObject, after?: StoredObject) => this.changed(before, after);
    this.named = new NamedObjects({ client, times, onChange, onState });
    this.informers = (options.kinds ?? WATCHED).map(
      (resource) => new Informer({ client, resource, times, onChange, onState }),
    );
  }

  /**
   * Begins to list and watch. Resolves when every kind and then everything that is named was asked for once, with what came of
   * it. To be called once.
   */
  async start(): Promise<SourceSnapshot> {
    for (const informer of this.informers) informer.start();
    await Promise.all(this.informers.map(({ attempted }) => attempted));
    this.follow(this.listed());
    await this.named.attempted();
    this.started = true;
    return this.settle();
  }

  /** Ends all requests; resolves when nothing is going on any more. */
  async close(): Promise<void> {
    this.closed = true;
    this.coalescer.close();
    clearTimeout(this.hold);
    await Promise.all([...this.informers, this.named].map((informer) => informer.close()));
  }

  /** What keeps snapshots from being complete. */
  waitingFor(): string[] {
    const unlisted = this.informers.filter(({ listed }) => !listed);
    return [
      ...unlisted.map(({ resource }) => `the list of kind ${resource.kind}`),
      ...(this.complete ? [] : this.named.awaited),
    ];
  }

  /** An object as it is stored, with its status. `id` is idOf() of it. */
  stored(id: string): StoredObject | undefined {
    const [kind = "", key = ""] = id.split(" ");
    const slash = key.indexOf("/");
    return this.informerOf(kind)?.get(key.slice(0, slash), key.slice(slash + 1));
  }

  /** All objects of a kind, as they are stored. */
  storedOf(kind: string): StoredObject[] {
    return this.informerOf(kind)?.list() ?? [];
  }

  private informerOf(kind: string): Informer | undefined {
    return this.informers.find(({ resource }) => resource.kind === kind);
  }

  /** Everything of the kinds that are followed whole. */
  private listed(): LoadedResource[] {
    return this.informers.flatMap((informer) => this.loadAll(informer.list()));
  }

  /** Follows what is named. Not before everything was listed: whether it may be named is for ReferenceGrants to say. */
  private follow(listed: readonly LoadedResource[]): void {
    if (!this.informers.every((informer) => informer.listed)) return;
    this.named.follow(namedObjects(listed, this.options.gatewayClasses ?? ["claimgate"]));
  }

  /** Everything as it is known now: one consistent moment of each kind, though not of all together. */
  private settle(): SourceSnapshot {
    const listed = this.listed();
    this.follow(listed);
    const held = this.named.awaited.length > 0;
    if (!held) this.endHold();
    else this.hold ??= setTimeout(() => this.giveUp(), this.complete ? this.holds.laterMs : this.holds.startMs);
    this.complete ||= !held && this.informers.every((informer) => informer.listed);
    const named = this.named.informers;
    return {
      complete: this.complete,
      resources: [...listed, ...this.loadAll(named.flatMap((informer) => informer.list()))],
      problems: problemsOf([...this.informers, ...named]),
      unread: this.named.unread(),
    };
  }

  private pass(): void {
    const snapshot = this.settle();
    // Before the first complete one, nothing is made of it but what is said of problems.
    if (this.hold === undefined || !this.complete) this.options.onChange(snapshot);
  }

  private giveUp(): void {
    this.endHold();
    this.named.giveUp();
    this.pass();
  }

  private endHold(): void {
    clearTimeout(this.hold);
    this.hold = undefined;
  }

  private changed(before: StoredObject | undefined, after: StoredObject | undefined): void {
    if (this.closed) return;
    this.options.onStored?.(idOf((after ?? before)!));
    if (before !== undefined && after !== undefined && isSameButForStatus(before, after)) {
      const known = this.loaded.get(before);
      if (known !== undefined) this.loaded.set(after, known);
    } else this.touched();
  }

  private touched(): void {
    if (this.started && !this.closed) this.coalescer.changed();
  }

  private loadAll(objects: StoredObject[]): LoadedResource[] {
    return sorted(objects).map((object) => this.load(object));
  }

  private load(object: StoredObject): LoadedResource {
    const known = this.loaded.get(object);
    if (known !== undefined) return known;
    const written = { ...object };
    delete written.status;
    const findings = isCut(object) ? [TOO_DEEP] : findingsOf(written);
    const resource = { object: withDefaults(written), origin: idOf(object), findings };
    this.loaded.set(object, resource);
    return resource;
  }
}

const TOO_DEEP: Finding = { path: "", message: `is nested more than ${MAX_DEPTH} levels deep` };

/** Foreign CRDs let more through than ours, and an API server knows none of our rules. */
function findingsOf(object: KubernetesObject): Finding[] {
  try {
    return validate(object);
  } catch {
    return [{ path: "", message: "cannot be checked" }];
  }
}

/** What is wrong with several kinds alike, most often with the way to the API server, is said once. */
function problemsOf(informers: readonly Informer[]): Problem[] {
  const byMessage = new Map<string, Informer[]>();
  for (const informer of informers) {
    if (informer.problem !== undefined) append(byMessage, `${informer.listed} ${informer.problem}`, informer);
  }
  return [...byMessage.values()].map((alike) => {
    const { listed, problem } = alike[0]!;
    const names = alike.map(({ resource: { group, kind, plural, namespace, name } }) => {
      if (name !== undefined) return `${kind} ${namespace}/${name}`;
      return group === "" ? plural : `${plural}.${group}`;
    });
    const origin = alike.length === informers.length ? "API server" : names.join(", ");
    return { origin, message: problem!, fatalAtStart: !listed };
  });
}

/** A status that somebody writes, and the version with it, changes nothing that is rendered. */
function isSameButForStatus(one: StoredObject, other: StoredObject): boolean {
  return isDeepStrictEqual(withoutStatus(one), withoutStatus(other));
}

function withoutStatus(object: StoredObject): unknown {
  return { ...object, status: undefined, metadata: { ...object.metadata, resourceVersion: undefined } };
}

const keys = new WeakMap<StoredObject, string>();

function keyOf(object: StoredObject): string {
  let key = keys.get(object);
  if (key === undefined) keys.set(object, (key = idOf(object)));
  return key;
}

/** By namespace and name: the order in which changes came must not show. */
function sorted(objects: StoredObject[]): StoredObject[] {
  return objects.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
