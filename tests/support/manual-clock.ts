import type { Clock } from "../../controller/kube/clock.js";

interface Sleeper {
  at: number;
  wake: () => void;
}

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  private time = 0;
  private readonly sleepers = new Set<Sleeper>();

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.time + ms,
        wake: () => {
          this.sleepers.delete(sleeper);
          signal.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.sleepers.add(sleeper);
      signal.addEventListener("abort", sleeper.wake);
    });
  }

  /** How many wait for time to pass. */
  get sleeping(): number {
    return this.sleepers.size;
  }

  /**
   * Lets time pass in steps of half a second; after each, waits until as many as `sleepers()` says wait again: all that the step
   * set off is done then. Ends early when `until` says so.
   */
  async pass(seconds: number, sleepers: () => number, until: () => boolean = () => false): Promise<void> {
    for (let passed = 0; passed < seconds * 1000 && !until(); passed += 500) {
      this.advance(500);
      const deadline = performance.now() + 10_000;
      do {
        if (performance.now() > deadline) throw new Error(`${this.sleeping} of ${sleepers()} wait for time to pass`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      } while (this.sleeping < sleepers() && !until());
    }
  }

  /** Lets time pass at once: whoever would have woken meanwhile wakes now, in order. */
  advance(ms: number): void {
    this.time += ms;
    const due = [...this.sleepers].filter(({ at }) => at <= this.time).sort((one, other) => one.at - other.at);
    for (const { wake } of due) wake();
  }
}
