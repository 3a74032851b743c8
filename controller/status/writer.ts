// Puts statuses into the API server: only what differs, only while we lead, an object at a time, and never in anybody's way.
import { isObject } from "../api/defaults.js";
import { KINDS } from "../api/kinds.js";
import type { KubeClient } from "../kube/client.js";
import { ApiError, reasonOf } from "../kube/errors.js";
import { apiPath, idOf, type StoredObject } from "../kube/objects.js";
import { type Backoff, backoff } from "../kube/wait.js";
import { canonicalJson } from "../translate/canonical.js";
import { CONTROLLER_NAME, type ResourceStatus } from "../translate/status.js";
import { statusId } from "./ledger.js";
import { mergeStatus, patchBetween } from "./merge.js";

/** Kinds whose status claimgate writes. */
export const STATUS_KINDS: ReadonlySet<string> = new Set([
  "GatewayClass",
  "Gateway",
  "HTTPRoute",
  "GatewayExtension",
  "TrafficPolicy",
  "VirtualHostOption",
  "RouteOption",
]);

export interface WriterTimes {
  /** An object's status is written no more often than this. */
  intervalMs: number;
  backoff: Backoff;
  /** For one request. */
  timeoutMs: number;
}

export const WRITER_TIMES: WriterTimes = {
  intervalMs: 200,
  backoff: { firstMs: 500, lastMs: 30_000 },
  timeoutMs: 10_000,
};

export interface StatusWriterOptions {
  client: KubeClient;
  statusNamespace: string;
  /** An object as a watch last showed it, by idOf(). */
  stored: (id: string) => StoredObject | undefined;
  storedOf: (kind: string) => readonly StoredObject[];
  /** Asked right before every write. */
  mayWrite: () => boolean;
  onNotice: (line: string) => void;
  times?: Partial<WriterTimes>;
  now?: () => Date;
}

/** Requests at a time. */
const CONCURRENCY = 8;
/** A conflict is answered by reading the object anew; after so many in a row, more slowly. */
const FAST_CONFLICTS = 3;

/** What is known about writing one object. */
interface Entry {
  /** Attempts in a row that were in vain. */
  failures: number;
  notBefore: number;
  timer?: NodeJS.Timeout;
  writing: boolean;
  /** It changed while it was being written. */
  again: boolean;
  /** Newer than the watch's, which was at version `than`. */
  fresh?: { than: string | undefined; object: StoredObject };
  /** The API server did not keep what was written: not to be tried again while both are as they were. */
  futile?: { wanted: string; status: string };
  /** Said last, not to be repeated. */
  notice?: string;
}

/** A status that is to stand, with its canonical JSON. */
interface Wanted {
  readonly status: ResourceStatus;
  readonly text: string;
}

export class StatusWriter {
  private wanted = new Map<string, Wanted>();
  /** What `wanted` was made of. */
  private last: readonly ResourceStatus[] = [];
  private readonly entries = new Map<string, Entry>();
  private readonly queue = new Set<string>();
  private readonly times: WriterTimes;
  private stopped = new AbortController();
  private inFlight = 0;

  constructor(private readonly options: StatusWriterOptions) {
    this.times = { ...WRITER_TIMES, ...options.times };
  }

  /** Takes the statuses that are to stand; where there was one and is none any more, ours is removed. */
  update(statuses: readonly ResourceStatus[]): void {
    const { last } = this;
    this.last = statuses;
    const isAsBefore = (status: ResourceStatus, i: number) =>
      status === last[i] || statusId(status) === statusId(last[i]!);
    // With one id twice the later one counts, be it changed or not.
    const eachOnce = this.wanted.size === statuses.length;
    if (eachOnce && statuses.length === last.length && statuses.every(isAsBefore)) {
      statuses.forEach((status, i) => {
        if (status !== last[i]) this.want(this.wanted, status);
      });
    } else {
      const next = new Map<string, Wanted>();
      for (const status of statuses) this.want(next, status);
      for (const id of this.wanted.keys()) if (!next.has(id)) this.queue.add(id);
      this.wanted = next;
    }
    this.pump();
  }

  private want(all: Map<string, Wanted>, status: ResourceStatus): void {
    const id = statusId(status);
    const before = this.wanted.get(id);
    const wanted = before?.status === status ? before : { status, text: canonicalJson(status) };
    all.set(id, wanted);
    if (before?.text !== wanted.text) this.queue.add(id);
  }

  /** An object came, changed or went: its status may have been overwritten. */
  touched(id: string): void {
    if (!STATUS_KINDS.has(id.slice(0, id.indexOf(" ")))) return;
    if (this.options.stored(id) === undefined) this.forget(id);
    else this.queue.add(id);
    this.pump();
  }

  /** We lead from now on: looks at every object there is, for what a former leader left behind as well. */
  resume(): void {
    this.stopped = new AbortController();
    for (const kind of STATUS_KINDS) for (const object of this.options.storedOf(kind)) this.queue.add(idOf(object));
    this.pump();
  }

  /** Breaks off what is being written; nothing more is until resume(). */
  stop(): void {
    this.stopped.abort();
    for (const { timer } of this.entries.values()) clearTimeout(timer);
    this.entries.clear();
    this.queue.clear();
  }

  /** Whether everything that may be written now has been. */
  get idle(): boolean {
    return this.queue.size === 0 && this.inFlight === 0;
  }

  private pump(): void {
    if (!this.options.mayWrite() || this.stopped.signal.aborted) {
      // resume() looks at everything.
      this.queue.clear();
      return;
    }
    for (const id of this.queue) {
      if (this.inFlight >= CONCURRENCY) return;
      this.queue.delete(id);
      this.take(id);
    }
  }

  private take(id: string): void {
    let entry = this.entries.get(id);
    if (entry === undefined) {
      this.entries.set(id, (entry = { failures: 0, notBefore: 0, writing: false, again: false }));
    }
    if (entry.writing) {
      entry.again = true;
      return;
    }
    const wait = entry.notBefore - performance.now();
    if (wait > 0) return this.later(id, entry, wait);
    const object = this.newest(id, entry);
    if (object === undefined) return;
    const merged = this.merge(id, entry, object);
    if (merged === undefined) return;
    entry.writing = true;
    entry.again = false;
    this.inFlight++;
    void this.write(id, entry, object, merged).finally(() => {
      entry.writing = false;
      this.inFlight--;
      if (entry.again && this.entries.get(id) === entry) this.queue.add(id);
      this.pump();
    });
  }

  private later(id: string, entry: Entry, wait: number): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      this.queue.add(id);
      this.pump();
    }, wait).unref();
  }

  private forget(id: string): void {
    clearTimeout(this.entries.get(id)?.timer);
    this.entries.delete(id);
    this.queue.delete(id);
  }

  /** The watch's view of the object, or what the API server has told us since. */
  private newest(id: string, entry: Entry): StoredObject | undefined {
    const seen = this.options.stored(id);
    if (seen === undefined) return undefined;
    if (entry.fresh !== undefined && entry.fresh.than === seen.metadata.resourceVersion) return entry.fresh.object;
    delete entry.fresh;
    return seen;
  }

  /** The status to write; undefined if there is nothing to write. */
  private merge(id: string, entry: Entry, object: StoredObject): Record<string, unknown> | undefined {
    const wanted = this.wanted.get(id);
    const owner = { controllerName: CONTROLLER_NAME, statusNamespace: this.options.statusNamespace };
    const { status, dropped } = mergeStatus(object.status, wanted?.status.status, owner, this.time());
    if (dropped.length > 0) {
      this.notice(id, entry, `other controllers fill its status, no room to report on ${dropped.join("; ")}`);
    }
    if (status === undefined) return undefined;
    const { futile } = entry;
    if (futile?.wanted === (wanted?.text ?? "") && futile.status === canonicalJson(object.status ?? null))
      return undefined;
    return status;
  }

  private async write(id: string, entry: Entry, object: StoredObject, status: Record<string, unknown>): Promise<void> {
    const { client, mayWrite } = this.options;
    const { signal } = this.stopped;
    const { timeoutMs } = this.times;
    const { namespace, name, resourceVersion } = object.metadata;
    const { plural } = KINDS.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind)!;
    const resource = { apiVersion: object.apiVersion, plural };
    const seen = this.options.stored(id)?.metadata.resourceVersion;
    const wanted = this.wanted.get(id)?.text ?? "";
    try {
      if (!mayWrite()) return;
      const written = await client.request<StoredObject>({
        method: "PATCH",
        path: apiPath(resource, { namespace, name, subresource: "status" }),
        contentType: "application/merge-patch+json",
        // The version is a precondition: a list in a merge patch (RFC 7396) replaces the whole list, so it must be the one we read.
        body: {
          metadata: { resourceVersion },
          status: patchBetween(isObject(object.status) ? object.status : {}, status),
        },
        ...{ signal, timeoutMs },
      });
      entry.failures = 0;
      entry.notBefore = performance.now() + this.times.intervalMs;
      entry.fresh = { than: seen, object: { ...object, metadata: written.metadata, status: written.status } };
      this.settle(id, entry, written, wanted);
    } catch (error) {
      if (signal.aborted) return;
      entry.failures++;
      let wait = backoff(this.times.backoff, entry.failures);
      if (error instanceof ApiError && error.status === 409) {
        wait = backoff(this.times.backoff, entry.failures - FAST_CONFLICTS);
        await this.reread(id, entry, resource, object, seen);
      } else if (error instanceof ApiError && error.status === 404) {
        // Gone, as the watch is about to say; or its CRD has no status subresource.
        if (entry.failures > 1) this.notice(id, entry, "it has no status to write to");
      } else this.notice(id, entry, `its status could not be written: ${reasonOf(error)}`);
      if (error instanceof ApiError) wait = Math.max(wait, error.retryAfterMs);
      entry.notBefore = performance.now() + wait;
      entry.again = true;
    }
  }

  private async reread(
    id: string,
    entry: Entry,
    resource: { apiVersion: string; plural: string },
    { apiVersion, kind, metadata }: StoredObject,
    seen: string | undefined,
  ): Promise<void> {
    const path = apiPath(resource, { namespace: metadata.namespace, name: metadata.name });
    const { signal } = this.stopped;
    try {
      const object = await this.options.client.request<StoredObject>({ path, signal, timeoutMs: this.times.timeoutMs });
      entry.fresh = { than: seen, object: { ...object, apiVersion, kind } };
    } catch (error) {
      // Then the watch will tell.
      delete entry.fresh;
      if (error instanceof ApiError && error.status === 403) {
        this.notice(id, entry, `it could not be read again after a conflict: ${reasonOf(error)}`);
      }
    }
  }

  /** A CRD without some of the fields drops them silently: writing them again and again would not help. */
  private settle(id: string, entry: Entry, written: StoredObject, wanted: string): void {
    const owner = { controllerName: CONTROLLER_NAME, statusNamespace: this.options.statusNamespace };
    const now = this.wanted.get(id);
    if ((now?.text ?? "") !== wanted) {
      entry.again = true;
      return;
    }
    if (mergeStatus(written.status, now?.status.status, owner, this.time()).status === undefined) {
      delete entry.futile;
      return;
    }
    entry.futile = { wanted, status: canonicalJson(written.status ?? null) };
    this.notice(id, entry, "the API server does not keep its status as written: its CRD lacks some of the fields");
  }

  private notice(id: string, entry: Entry, line: string): void {
    if (entry.notice === line) return;
    entry.notice = line;
    this.options.onNotice(`${id}: ${line}`);
  }

  private time(): string {
    const now = this.options.now?.() ?? new Date();
    return now.toISOString().replace(/\.\d+Z$/, "Z");
  }
}
