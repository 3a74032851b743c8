import { setTimeout as delay } from "node:timers/promises";

/** Resolves with what `probe` answers once that is not undefined; rejects after `seconds`, naming `what` was waited for. */
export async function waitFor<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  seconds = 30,
  pauseMs = 25,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await delay(pauseMs);
  }
}
