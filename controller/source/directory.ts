// Resources from a directory of manifests: the file mode of the controller.
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { DirectoryReader, SETTLE_MS } from "./reader.js";
import type { SourceSnapshot } from "./source.js";
import { watchDirectory } from "./watch.js";
import type { Watch } from "./watch.js";

/** Events of one change come in bursts. */
const DEBOUNCE_MS = 20;
/** A first read waits so long for files that are being written. */
const START_LIMIT_MS = 2000;

async function readSettled(reader: DirectoryReader): Promise<SourceSnapshot> {
  const limit = performance.now() + START_LIMIT_MS;
  while ((await reader.look()) && performance.now() < limit) await delay(SETTLE_MS);
  return reader.snapshot();
}

/** Reads a directory once. Never throws: what cannot be read is a problem of the snapshot, which then is not complete. */
export function readDirectory(directory: string): Promise<SourceSnapshot> {
  return readSettled(new DirectoryReader(directory));
}

export interface DirectorySourceOptions {
  /** Called with every snapshot that differs from the one before; never before start() has resolved, nor after close(). */
  onChange: (snapshot: SourceSnapshot) => void;
}

/** Reads a directory and follows its changes. */
export class DirectorySource {
  private readonly reader: DirectoryReader;
  private watch: Watch | undefined;
  private last: SourceSnapshot | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private closed = false;

  constructor(
    private readonly directory: string,
    private readonly options: DirectorySourceOptions,
  ) {
    this.reader = new DirectoryReader(directory);
  }

  /** Begins to watch, then reads everything: a change in between is not missed. To be called once. */
  async start(): Promise<SourceSnapshot> {
    this.watch = await watchDirectory(this.directory, () => this.schedule(DEBOUNCE_MS));
    this.last = await readSettled(this.reader);
    // What was still changing, or changed since.
    this.schedule(SETTLE_MS);
    return this.last;
  }

  /** Ends watching; resolves when nothing is going on any more. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.watch?.close();
    await this.looking;
  }

  /** One look after `wait` milliseconds, unless one is due already; events do not push it back. */
  private schedule(wait: number): void {
    if (this.closed || this.last === undefined) return;
    if (this.looking !== undefined) this.again = true;
    else if (this.timer === undefined) this.timer = setTimeout(() => this.begin(), wait).unref();
  }

  private begin(): void {
    this.timer = undefined;
    this.again = false;
    this.looking = this.look().then((unsettled) => {
      this.looking = undefined;
      if (unsettled) this.schedule(SETTLE_MS);
      else if (this.again) this.schedule(DEBOUNCE_MS);
    });
  }

  private async look(): Promise<boolean> {
    const unsettled = await this.reader.look();
    const snapshot = this.reader.snapshot();
    if (!this.closed && !isDeepStrictEqual(snapshot, this.last)) {
      this.last = snapshot;
      this.options.onChange(snapshot);
    }
    return unsettled;
  }
}
