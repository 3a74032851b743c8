// Many changes, few calls.
//
// A single change is passed on after a moment of quiet. The busier it is, the longer that moment and the longer a change may
// wait: whatever a burst brings, the number of calls stays small, and one that goes on for ever still gets through.

const QUIET_MS = { least: 10, most: 100 };
const WAIT_MS = { least: 100, most: 500 };
/** Changes are counted over this time. */
const WINDOW_MS = 1000;

export class Coalescer {
  private quiet: NodeJS.Timeout | undefined;
  private limit: NodeJS.Timeout | undefined;
  /** When changes of the last window came, one entry each. */
  private recent: number[] = [];
  private closed = false;

  constructor(private readonly call: () => void) {}

  /** Something changed; `call` follows. */
  changed(): void {
    if (this.closed) return;
    const now = performance.now();
    this.recent.push(now);
    const first = this.recent.findIndex((time) => time > now - WINDOW_MS);
    if (first > 0) this.recent.splice(0, first);
    const square = this.recent.length ** 2;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.fire(), Math.min(QUIET_MS.least + square / 20, QUIET_MS.most));
    // The limit of the first change of a batch: it is not pushed back by those that follow.
    this.limit ??= setTimeout(() => this.fire(), Math.min(WAIT_MS.least + square / 5, WAIT_MS.most));
  }

  close(): void {
    this.closed = true;
    this.disarm();
  }

  private fire(): void {
    this.disarm();
    this.call();
  }

  private disarm(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.limit);
    this.quiet = this.limit = undefined;
  }
}
