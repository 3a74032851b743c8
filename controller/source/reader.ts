// The state of a directory over time: what of each file is in force.
import { open } from "node:fs/promises";
import { join } from "node:path";
import { judge } from "./judge.js";
import type { GoodContent } from "./judge.js";
import { listManifests, reasonOf, signatureOf } from "./listing.js";
import type { FileLook, Listing } from "./listing.js";
import { mergeResources } from "./merge.js";
import type { Problem, SourceSnapshot } from "./source.js";

/** A file that two looks this far apart show unchanged is taken as written to its end; one not there, as removed. */
export const SETTLE_MS = 100;
/** Files that change at once are taken at once, so a resource moved from one to another is not absent in between; but a
 * file that never settles keeps the others waiting no longer than this. */
const HOLD_MS = 250;
const MAX_BYTES = 16 * 1024 * 1024;

interface FileState {
  good?: GoodContent;
  problem?: Problem;
  /** The signature of what was judged last. */
  judged?: string;
  /** A signature that was seen and not judged yet, since when, and since when the file has differed from what was judged. */
  pending?: { signature: string; since: number; changedSince: number };
}

const GONE: FileLook = { signature: "gone" };

/** Reads a directory look by look. Looks must not overlap. */
export class DirectoryReader {
  private readonly files = new Map<string, FileState>();
  private order: string[] = [];
  private directoryProblems: Problem[] = [];
  private wasComplete = false;

  constructor(private readonly root: string) {}

  /**
   * Looks once and takes what has settled since earlier looks.
   * @returns whether another look is needed, SETTLE_MS later, because something is still changing
   */
  async look(): Promise<boolean> {
    const listing = await listManifests(this.root);
    const now = performance.now();
    this.directoryProblems = [...listing.unlisted].map(([path, reason]) =>
      unlistedProblem(join(this.root, path), reason),
    );
    const looks = this.looksOf(listing);
    for (const [path, seen] of looks) this.note(path, seen, now);
    const waiting = [...this.files].filter(([, state]) => state.pending !== undefined);
    const settled = waiting.filter(([, state]) => now - state.pending!.since >= SETTLE_MS);
    const held = settled.every(([, state]) => now - state.pending!.changedSince < HOLD_MS);
    if (settled.length < waiting.length && held) return true;
    for (const [path] of settled) await this.take(path, looks.get(path)!);
    this.order = [...this.files.keys()].sort(byPath);
    return [...this.files.values()].some((state) => state.pending !== undefined);
  }

  /** What is in force now. */
  snapshot(): SourceSnapshot {
    const states = this.order.flatMap((path) => this.files.get(path) ?? []);
    const merged = mergeResources(states.map((state) => state.good?.manifests.resources ?? []));
    const unread = states.flatMap((state) => state.problem ?? []);
    const unsettled = this.unsettledProblems();
    const problems = [...this.directoryProblems, ...unread, ...unsettled, ...merged.problems];
    this.wasComplete ||= !problems.some((problem) => problem.fatalAtStart);
    return { complete: this.wasComplete, resources: merged.resources, problems };
  }

  /** A file that has never been read because it has never stopped changing; later ones are just not there yet. */
  private unsettledProblems(): Problem[] {
    if (this.wasComplete) return [];
    const unsettled = [...this.files].filter(
      ([, { judged, pending }]) => judged === undefined && pending !== undefined,
    );
    return unsettled.map(([path]) => ({ origin: path, message: "is still being written", fatalAtStart: true }));
  }

  /** Every file seen now or known from before. What is below a directory that cannot be listed counts as unchanged. */
  private looksOf(listing: Listing): Map<string, FileLook> {
    const looks = new Map(listing.files);
    const unlisted = [...listing.unlisted.keys()];
    for (const path of this.files.keys()) {
      if (looks.has(path)) continue;
      const hidden = unlisted.some((directory) => directory === "" || path.startsWith(`${directory}/`));
      if (hidden) delete this.files.get(path)!.pending;
      else looks.set(path, GONE);
    }
    return looks;
  }

  private note(path: string, seen: FileLook, now: number): void {
    const state = this.files.get(path) ?? {};
    this.files.set(path, state);
    if (seen.signature === state.judged) delete state.pending;
    else if (seen.signature !== state.pending?.signature) {
      state.pending = { signature: seen.signature, since: now, changedSince: state.pending?.changedSince ?? now };
    }
  }

  private async take(path: string, seen: FileLook): Promise<void> {
    const state = this.files.get(path)!;
    if (seen === GONE) {
      this.files.delete(path);
      return;
    }
    const read =
      seen.unreadable === undefined
        ? await this.read(path, seen)
        : { signature: seen.signature, reason: seen.unreadable };
    // Changed between the look and the read: it has not settled after all.
    if (read.signature !== seen.signature) return this.note(path, { signature: read.signature }, performance.now());
    state.judged = seen.signature;
    delete state.pending;
    delete state.problem;
    if (!("text" in read)) return this.refuse(path, state, `cannot be read: ${read.reason}`);
    const judgement = judge(path, read.text, state.good, !this.wasComplete);
    if ("good" in judgement) state.good = judgement.good;
    else this.refuse(path, state, judgement.refused, judgement.line);
  }

  private refuse(path: string, state: FileState, reason: string, line?: number): void {
    const kept = state.good === undefined ? "" : "; its last good content stays in force";
    const origin = line === undefined ? path : `${path}:${line}`;
    state.problem = { origin, message: `${reason}${kept}`, fatalAtStart: true };
  }

  private async read(
    path: string,
    seen: FileLook,
  ): Promise<{ signature: string } & ({ text: string } | { reason: string })> {
    try {
      const file = await open(join(this.root, path));
      try {
        const before = await file.stat({ bigint: true });
        const signature = signatureOf(before);
        if (before.size > MAX_BYTES) return { signature, reason: "it is larger than 16 MiB" };
        const bytes = await file.readFile();
        const after = signatureOf(await file.stat({ bigint: true }));
        if (after !== signature) return { signature: after, reason: "it is still being written" };
        return { signature, ...decode(bytes) };
      } finally {
        await file.close();
      }
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
      return { signature: gone ? GONE.signature : seen.signature, reason: reasonOf(error) };
    }
  }
}

/** The order of `kubectl apply -R -f`: entry by entry, so "a/x.yaml" comes before "a.yaml". */
function byPath(one: string, other: string): number {
  const ones = one.split("/");
  const others = other.split("/");
  const at = ones.findIndex((name, index) => name !== others[index]);
  if (at < 0 || others[at] === undefined) return ones.length - others.length;
  return ones[at]! < others[at] ? -1 : 1;
}

function decode(bytes: Uint8Array): { text: string } | { reason: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { reason: "it is not UTF-8" };
  }
}

function unlistedProblem(origin: string, reason: string): Problem {
  return {
    origin,
    message: `cannot be listed: ${reason}; what was read from it before stays in force`,
    fatalAtStart: true,
  };
}
