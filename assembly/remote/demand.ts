// What a request may expect of a key set that does not have its key.
import { MAX_LEASE, waitFor } from "./fetch";
import { KeySource } from "./key_source";

/** Longest time a request waits for keys, in milliseconds. */
export const PATIENCE: u64 = 5_000;
/** For so long after an unknown `kid` has made us fetch, none does so again, in milliseconds; for all workers. */
const COOL_DOWN: u64 = 30_000;
const TRIES: i32 = 8;

/** Whether keys may arrive while a request has the patience to wait for them; `look` was called just now. */
export function mayArrive(source: KeySource, now: u64): bool {
  return source.state.isLeased(now, MAX_LEASE) || waitFor(source, now) < PATIENCE;
}

/**
 * None of the keys fits a token: has the set fetched, unless that was done not long ago. True if a fetch is under way or due, and worth waiting
 * for. `look` was called just now.
 */
export function demandFetch(source: KeySource, now: u64): bool {
  const state = source.state;
  for (let i = 0; i < TRIES; i++) {
    if (state.isLeased(now, MAX_LEASE) || waitFor(source, now) == 0) return true;
    // Further ahead than it can be: a clock was wrong.
    if (state.quietUntil > now && state.quietUntil <= now + COOL_DOWN) return false;
    state.quietUntil = now + COOL_DOWN;
    state.nextAt = now;
    state.attempt = 0;
    if (state.write()) return true;
    if (!state.read()) return false;
  }
  return false;
}
