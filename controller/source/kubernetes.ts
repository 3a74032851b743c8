// Resources from an API server.
import { isDeepStrictEqual } from "node:util";
import { withDefaults } from "../api/defaults.js";
import type { Finding } from "../api/finding.js";
import type { KubernetesObject } from "../api/types.js";
import { validate } from "../api/validate.js";
import type { KubeClient } from "../kube/client.js";
import { idOf, type StoredObject } from "../kube/objects.js";
import { append } from "../translate/resources.js";
import { Coalescer } from "./coalescer.js";
import { Informer, INFORMER_TIMES, type InformerTimes } from "./informer.js";
import type { LoadedResource, Problem, SourceSnapshot } from "./source.js";
import { WATCHED, type WatchedKind } from "./watched.js";

export interface KubernetesSourceOptions {
  /** Called with the newest snapshot, of many changes once; never before start() has resolved, nor after close(). */
  onChange: (snapshot: SourceSnapshot) => void;
  /** An object came, changed or went, be it only in its status. At once, for every one. */
  onStored?: (id: string) => void;
  times?: Partial<InformerTimes>;
  kinds?: readonly WatchedKind[];
}

/** Follows all kinds claimgate reads on an API server. Until each of them was listed once, snapshots are not complete. */
export class KubernetesSource {
  private readonly informers: readonly Informer[];
  private readonly coalescer: Coalescer;
  /** What was made of each object. A change of its status alone leaves that as it is. */
  private readonly loaded = new WeakMap<StoredObject, LoadedResource>();
  private started = false;
  private closed = false;

  constructor(
    client: KubeClient,
    private readonly options: KubernetesSourceOptions,
  ) {
    const times = { ...INFORMER_TIMES, ...options.times };
    this.coalescer = new Coalescer(() => options.onChange(this.snapshot()));
    this.informers = (options.kinds ?? WATCHED).map(
      (resource) =>
        new Informer({
          ...{ client, resource, times },
          onChange: (before, after) => this.changed(before, after),
          onState: () => this.touched(),
        }),
    );
  }

  /** Begins to list and watch. Resolves when every kind was asked for once, with what came of it. To be called once. */
  async start(): Promise<SourceSnapshot> {
    for (const informer of this.informers) informer.start();
    await Promise.all(this.informers.map(({ attempted }) => attempted));
    this.started = true;
    return this.snapshot();
  }

  /** Ends all requests; resolves when nothing is going on any more. */
  async close(): Promise<void> {
    this.closed = true;
    this.coalescer.close();
    await Promise.all(this.informers.map((informer) => informer.close()));
  }

  /** Everything as it is known now: one consistent moment of each kind, though not of all together. */
  snapshot(): SourceSnapshot {
    return {
      complete: this.informers.every(({ listed }) => listed),
      resources: this.informers.flatMap((informer) => sorted(informer.list()).map((object) => this.load(object))),
      problems: problemsOf(this.informers),
    };
  }

  /** Kinds that were not listed yet. */
  unlisted(): string[] {
    return this.informers.filter(({ listed }) => !listed).map(({ resource }) => resource.kind);
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

  private load(object: StoredObject): LoadedResource {
    const known = this.loaded.get(object);
    if (known !== undefined) return known;
    const written = { ...object };
    delete written.status;
    const resource = { object: withDefaults(written), origin: idOf(object), findings: findingsOf(written) };
    this.loaded.set(object, resource);
    return resource;
  }
}

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
    const names = alike.map(({ resource: { group, plural } }) => (group === "" ? plural : `${plural}.${group}`));
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

/** By namespace and name: the order in which changes came must not show. */
function sorted(objects: StoredObject[]): StoredObject[] {
  const keys = new Map(objects.map((object) => [object, idOf(object)]));
  return objects.sort((one, other) => (keys.get(one)! < keys.get(other)! ? -1 : 1));
}
