import { sleep } from "./wait.js";

/** Time as leases see it; a test has one of its own. */
export interface Clock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Resolves after so long, or when the signal is aborted; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: () => performance.now(), sleep };

/** metav1.MicroTime: exactly six decimals. */
export function microTime(date: Date): string {
  return date.toISOString().replace(/\.(\d{3})Z$/, ".$1000Z");
}
