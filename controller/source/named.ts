// Secrets and ConfigMaps, each followed by itself: only those that a resource names are ever asked for.
import type { KubeClient } from "../kube/client.js";
import type { StoredObject } from "../kube/objects.js";
import { objectId, type ObjectReference } from "../translate/resources.js";
import { Informer, type InformerTimes } from "./informer.js";
import { watchedObject } from "./watched.js";

export interface NamedObjectsOptions {
  client: KubeClient;
  times: InformerTimes;
  onChange: (before: StoredObject | undefined, after: StoredObject | undefined) => void;
  /** What is awaited, unread or a problem may have changed. */
  onState: () => void;
  /** How many are followed at most: each costs a connection to the API server, and a single Gateway may name thousands. */
  most?: number;
}

const MOST = 1000;

export class NamedObjects {
  private readonly followed = new Map<string, Informer>();
  /** Neither listed nor refused yet, nor given up. */
  private readonly waiting = new Set<string>();
  private readonly most: number;
  private tooMany: readonly string[] = [];
  /** Of those that are not followed any more. */
  private readonly ending = new Set<Promise<void>>();

  constructor(private readonly options: NamedObjectsOptions) {
    this.most = options.most ?? MOST;
  }

  /** Follows these from now on, and no others. Those that are followed already come before new ones, should there be too many. */
  follow(references: readonly ObjectReference[]): void {
    const wanted = new Map(references.map((reference) => [idOf(reference), reference]));
    for (const [id, informer] of this.followed) if (!wanted.has(id)) this.end(id, informer);
    const tooMany: string[] = [];
    for (const [id, reference] of wanted) {
      if (this.followed.has(id)) continue;
      if (this.followed.size < this.most) this.begin(id, reference);
      else tooMany.push(id);
    }
    this.tooMany = tooMany;
  }

  /** Those of which nothing is known yet, "Kind NS/NAME". */
  get awaited(): string[] {
    return [...this.waiting];
  }

  /** What is awaited is not any more: it counts as unread until it comes. */
  giveUp(): void {
    this.waiting.clear();
  }

  /** Resolves when each that is followed now was asked for once. */
  async attempted(): Promise<void> {
    await Promise.all([...this.followed.values()].map(({ attempted }) => attempted));
  }

  get informers(): readonly Informer[] {
    return [...this.followed.values()];
  }

  /** See SourceSnapshot. */
  unread(): Map<string, string> {
    const unread = new Map<string, string>();
    for (const [id, { listed, problem = "the API server has not answered yet" }] of this.followed) {
      if (!listed) unread.set(id, `cannot be read: ${problem}`);
    }
    for (const id of this.tooMany)
      unread.set(id, `is not read: more than ${this.most} Secrets and ConfigMaps are named`);
    return unread;
  }

  async close(): Promise<void> {
    for (const [id, informer] of this.followed) this.end(id, informer);
    await Promise.all(this.ending);
  }

  private begin(id: string, reference: ObjectReference): void {
    const { client, times, onChange, onState } = this.options;
    const isFollowed = () => this.followed.get(id) === informer;
    const informer = new Informer({
      ...{ client, times, resource: watchedObject(reference) },
      onChange: (before, after) => {
        if (isFollowed()) onChange(before, after);
      },
      onState: () => {
        if (!isFollowed()) return;
        // Whoever is refused is not kept waiting: it may be for ever, and others are held up.
        if (informer.listed || informer.forbidden) this.waiting.delete(id);
        onState();
      },
    });
    this.followed.set(id, informer);
    this.waiting.add(id);
    informer.start();
  }

  private end(id: string, informer: Informer): void {
    this.followed.delete(id);
    this.waiting.delete(id);
    const ended = informer.close().finally(() => this.ending.delete(ended));
    this.ending.add(ended);
  }
}

/** "Kind NS/NAME". */
function idOf({ kind, namespace, name }: ObjectReference): string {
  return objectId({ apiVersion: "v1", kind, metadata: { namespace, name } });
}
