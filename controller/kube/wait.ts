import { setTimeout as delay } from "node:timers/promises";

/** Resolves after `ms`, at once if that is not positive, or when the signal is aborted; never rejects. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

export interface Backoff {
  firstMs: number;
  lastMs: number;
}

/** The wait before attempt `failures + 1`: doubled with each failure and spread by a tenth, 0 without a failure. */
export function backoff({ firstMs, lastMs }: Backoff, failures: number, random: () => number = Math.random): number {
  if (failures <= 0) return 0;
  return Math.min(firstMs * 2 ** (failures - 1), lastMs) * (0.9 + 0.2 * random());
}
