// One kind of resources, as an API server has it now: listed, then followed by a watch, listed again from time to time.
import { errorOfStatus, ApiError, reasonOf } from "../kube/errors.js";
import type { KubeClient } from "../kube/client.js";
import { levelled } from "../kube/depth.js";
import { apiPath, type ObjectList, type StoredObject } from "../kube/objects.js";
import { type Backoff, backoff, sleep } from "../kube/wait.js";
import type { WatchedKind } from "./watched.js";

export interface InformerTimes {
  /** Watches have been seen to go stale without an error: everything is listed anew this often. */
  relistMs: number;
  /** An API server sends a bookmark every minute; a watch that is silent for longer than this is opened again. */
  silenceMs: number;
  backoff: Backoff;
  /** How often a kind that the API server does not have is asked for. */
  absentRetryMs: number;
  /** How long a kind must have been gone before its last objects are: losing policies opens routes. */
  absentGraceMs: number;
}

export const INFORMER_TIMES: InformerTimes = {
  relistMs: 600_000,
  silenceMs: 150_000,
  backoff: { firstMs: 1000, lastMs: 10_000 },
  absentRetryMs: 10_000,
  absentGraceMs: 60_000,
};

export interface InformerOptions {
  client: KubeClient;
  resource: WatchedKind;
  times: InformerTimes;
  /** An object came (no `before`), changed, or went (no `after`). */
  onChange: (before: StoredObject | undefined, after: StoredObject | undefined) => void;
  /** `listed` or `problem` may have changed. */
  onState: () => void;
}

const PAGE = 500;
/** A watch that ends sooner without having delivered anything is a failure, or one of them could be opened after the other. */
const SHORT_MS = 1000;

/** A watch ended: "gone" if it cannot be resumed (410), else it may be. */
type End = "resumable" | "gone";

export class Informer {
  readonly resource: WatchedKind;
  /** "NS/NAME" to object. */
  private objects = new Map<string, StoredObject>();
  private readonly stopped = new AbortController();
  private version: string | undefined;
  private apiVersion: string;
  private relistAt = 0;
  private absentSince: number | undefined;
  private failures = 0;
  private running: Promise<void> | undefined;
  private markAttempted: () => void = () => undefined;
  /** Resolves when the first attempt to list has succeeded or failed. */
  readonly attempted = new Promise<void>((resolve) => (this.markAttempted = resolve));
  /** Everything was listed once, or the API server does not have this kind. */
  listed = false;
  /** The last attempt was answered: we may not. */
  forbidden = false;
  /** Why what is known may be old or is nothing, in words; undefined while all is well. */
  problem: string | undefined;

  constructor(private readonly options: InformerOptions) {
    this.resource = options.resource;
    this.apiVersion = options.resource.apiVersions[0]!;
  }

  start(): void {
    this.running ??= this.run();
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.objects.get(`${namespace}/${name}`);
  }

  list(): StoredObject[] {
    return [...this.objects.values()];
  }

  /** The version of the API that objects are read in. */
  get servedAs(): string {
    return this.apiVersion;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const wait = await this.round();
      this.markAttempted();
      await sleep(wait, signal);
    }
  }

  /** Lists if that is due, and watches until the watch ends. Returns how long to wait before the next round. */
  private async round(): Promise<number> {
    const { times } = this.options;
    try {
      if (this.version === undefined || performance.now() >= this.relistAt) {
        if (!(await this.relist())) return this.absent();
        this.markAttempted();
      }
      const end = await this.watch();
      if (end === "gone") this.version = undefined;
      return backoff(times.backoff, this.failures - 1);
    } catch (error) {
      if (this.stopped.signal.aborted) return 0;
      // A watch that is refused as gone begins with a list; any other refusal of one may concern the version as well.
      if (error instanceof ApiError) this.version = undefined;
      this.failures++;
      this.forbidden = error instanceof ApiError && error.status === 403;
      this.setState(this.listed, `${reasonOf(error)}${this.listed ? "; what was known before stays in force" : ""}`);
      return Math.max(backoff(times.backoff, this.failures), error instanceof ApiError ? error.retryAfterMs : 0);
    }
  }

  /** Takes the whole list in; false if the API server does not have the kind. */
  private async relist(): Promise<boolean> {
    for (const apiVersion of this.resource.apiVersions) {
      const list = await this.fetch(apiVersion);
      if (list === undefined) continue;
      this.apiVersion = apiVersion;
      this.version = list.version;
      this.absentSince = undefined;
      const { relistMs } = this.options.times;
      // Spread: not all kinds of all replicas at once.
      this.relistAt = performance.now() + relistMs * (0.9 + 0.2 * Math.random());
      this.forbidden = false;
      this.replace(list.items);
      this.setState(true, undefined);
      return true;
    }
    return false;
  }

  /** All objects, page by page; undefined if the kind is not there (404). */
  private async fetch(apiVersion: string): Promise<{ items: StoredObject[]; version: string } | undefined> {
    const { client } = this.options;
    const path = this.path(apiVersion);
    const items: StoredObject[] = [];
    let limit: number = PAGE;
    for (let next = ""; ;) {
      try {
        const query = {
          ...this.selector(),
          ...(limit > 0 ? { limit } : {}),
          ...(next === "" ? {} : { continue: next }),
        };
        const page = await client.request<ObjectList>({ path, query, signal: this.stopped.signal });
        items.push(...(page.items ?? []));
        next = page.metadata?.continue ?? "";
        if (next === "") {
          const version = page.metadata?.resourceVersion;
          if (version === undefined) throw new Error("the list has no resourceVersion");
          return { items, version };
        }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 404) return undefined;
        // Compacted while paging: all in one answer, which needs no older version.
        if (error.status !== 410 || next === "") throw error;
        next = "";
        limit = 0;
        items.length = 0;
      }
    }
  }

  private path(apiVersion: string): string {
    const { plural, namespace } = this.resource;
    return apiPath({ apiVersion, plural }, { namespace });
  }

  private selector(): { labelSelector?: string; fieldSelector?: string } {
    const { labelSelector, name } = this.resource;
    return {
      ...(labelSelector === undefined ? {} : { labelSelector }),
      // RBAC takes it for the name: with `resourceNames`, nothing else may be read (kubernetes.io/docs: RBAC, Referring to resources).
      ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
    };
  }

  private replace(items: readonly StoredObject[]): void {
    const before = this.objects;
    this.objects = new Map(items.map((item) => [keyOf(item), this.taken(item)]));
    for (const [key, after] of this.objects) {
      const known = before.get(key);
      if (known === undefined || !isSameVersion(known, after)) this.options.onChange(known, after);
      // The object that others know by identity.
      else this.objects.set(key, known);
    }
    for (const [key, known] of before) if (!this.objects.has(key)) this.options.onChange(known, undefined);
  }

  private async watch(): Promise<End> {
    const { client, times } = this.options;
    const ended = new AbortController();
    const began = performance.now();
    const untilRelist = Math.max(this.relistAt - began, 0);
    let silence = setTimeout(() => ended.abort(), times.silenceMs).unref();
    const relist = setTimeout(() => ended.abort(), untilRelist).unref();
    let delivered = false;
    let gone = false;
    try {
      await client.stream(
        {
          path: this.path(this.apiVersion),
          query: {
            ...this.selector(),
            watch: true,
            allowWatchBookmarks: true,
            resourceVersion: this.version!,
            timeoutSeconds: Math.ceil(untilRelist / 1000) + 1,
          },
          signal: AbortSignal.any([ended.signal, this.stopped.signal]),
        },
        (line) => {
          clearTimeout(silence);
          silence = setTimeout(() => ended.abort(), times.silenceMs).unref();
          delivered = true;
          this.take(line);
        },
        () => this.setState(true, undefined),
      );
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) gone = true;
      else if (!ended.signal.aborted) throw error;
    } finally {
      clearTimeout(silence);
      clearTimeout(relist);
    }
    const worked = performance.now() - began > SHORT_MS || (!gone && (delivered || ended.signal.aborted));
    this.failures = worked ? 0 : this.failures + 1;
    return gone ? "gone" : "resumable";
  }

  /** Takes one event in. Throws an ApiError that ends the watch. */
  private take(line: string): void {
    const { type, object } = parseEvent(line);
    if (type === "ERROR") throw errorOfStatus(object);
    this.version = object.metadata.resourceVersion ?? this.version;
    if (type === "BOOKMARK") return;
    const key = keyOf(object);
    const before = this.objects.get(key);
    if (type === "DELETED") {
      this.objects.delete(key);
      if (before !== undefined) this.options.onChange(before, undefined);
    } else if (type === "ADDED" || type === "MODIFIED") {
      const after = this.taken(object);
      this.objects.set(key, after);
      if (before === undefined || !isSameVersion(before, after)) this.options.onChange(before, after);
    } else throw new ApiError(500, `unknown watch event ${JSON.stringify(type)}`);
  }

  /** The kind is not there. Says how long to wait. */
  private absent(): number {
    const { times } = this.options;
    const { required } = this.resource;
    this.version = undefined;
    this.absentSince ??= performance.now();
    const left = this.absentSince + times.absentGraceMs - performance.now();
    if (this.objects.size > 0 && left > 0) {
      const words = "the API server does not have this kind any more; its last objects stay in force for a while";
      this.setState(true, words);
      return Math.min(left, times.absentRetryMs);
    }
    this.replace([]);
    this.setState(true, required ? "the API server does not have this kind: are its CRDs installed?" : undefined);
    return times.absentRetryMs;
  }

  /** A list's items have no apiVersion and kind of their own; managedFields are large and never read. */
  private taken(object: StoredObject): StoredObject {
    const metadata = { ...object.metadata };
    delete metadata["managedFields"];
    return levelled({ ...object, apiVersion: this.apiVersion, kind: this.resource.kind, metadata });
  }

  private setState(listed: boolean, problem: string | undefined): void {
    if (this.listed === listed && this.problem === problem) return;
    this.listed = listed;
    this.problem = problem;
    this.options.onState();
  }
}

function parseEvent(line: string): { type: string; object: StoredObject } {
  try {
    return JSON.parse(line) as { type: string; object: StoredObject };
  } catch {
    // An ApiError: what was missed is unknown, so a list follows.
    throw new ApiError(500, "the watch sent a line that is not JSON");
  }
}

function keyOf({ metadata }: StoredObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function isSameVersion(one: StoredObject, other: StoredObject): boolean {
  return one.metadata.uid === other.metadata.uid && one.metadata.resourceVersion === other.metadata.resourceVersion;
}
