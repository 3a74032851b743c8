// One attempt to fetch a key set: under the lease, so that of all workers one asks; what comes of it goes to the shared state.
import { clusterIsUnknown, responseBody, responseStatus, startCall } from "../host/http_call";
import { nowMilliseconds } from "../host/clock";
import { logInfo, logWarning } from "../host/log";
import { backoff, between, randomBits } from "./chance";
import { errorName, FetchError } from "./fetch_error";
import { KeySource } from "./key_source";
import { MAX_JWKS, writeKeys } from "./shared_keys";

/** How much longer than its timeout an attempt is believed to go on, in milliseconds. */
const LEASE_MARGIN: u64 = 2_000;
/** Longest lease: of the longest timeout there can be. */
export const MAX_LEASE: u64 = 60_000 + LEASE_MARGIN;
/** Not more often than that, in milliseconds, whatever the configuration says. */
const SHORTEST_CACHE: u64 = 1_000;
/** Longest time between fetches while they fail, unless `failedRefetch` is longer. */
const LONGEST_WAIT: u64 = 60_000;
/** Compare-and-set is tried again so many times: others change the record only for a moment. */
const TRIES: i32 = 8;

/** Which VM this is; not 0. */
let vm: u64 = 0;

/**
 * Takes the lease and sends the request, if nobody else has it and the time has come; `look` was called just now. Whether the state of
 * the keys has changed, which it has if the request cannot be sent.
 */
export function fetchIfDue(source: KeySource, root: u32, now: u64): bool {
  const state = source.state;
  if (source.call != 0 || state.isLeased(now, MAX_LEASE) || waitFor(source, now) > 0) return false;
  if (vm == 0) vm = randomBits() | 1;
  const settings = source.settings;
  state.leaseOwner = vm;
  state.leaseUntil = now + settings.timeout + LEASE_MARGIN;
  if (!state.write()) return false;
  source.call = startCall(settings.cluster, source.request, 0, 0, <u32>settings.timeout);
  source.callRoot = root;
  return source.call == 0 && fail(source, clusterIsUnknown ? FetchError.ClusterUnknown : FetchError.NotSent);
}

/** Milliseconds until the next attempt is due, by the state that was read last. */
export function waitFor(source: KeySource, now: u64): u64 {
  const settings = source.settings;
  const wait = source.state.nextAt > now ? source.state.nextAt - now : 0;
  // Longer than any: the cache's duration has become shorter since, or a clock was wrong.
  const longest = max(max(source.cacheDuration, settings.retryMax), max(settings.failedRefetch, LONGEST_WAIT));
  return wait > longest ? 0 : wait;
}

/** The answer to our call has come: `headers` many, and a body of `length` bytes. Whether the state of the keys has changed. */
export function finishFetch(source: KeySource, headers: i32, length: i32): bool {
  source.call = 0;
  const status = headers > 0 ? responseStatus() : 0;
  if (status == 0) return fail(source, FetchError.Reset);
  if (status != 200) return fail(source, status);
  if (length > MAX_JWKS) return fail(source, FetchError.TooLarge);
  const body = responseBody(length);
  if (body == 0) return fail(source, FetchError.NotJson);
  // Reading a set rewrites it, and others will want to read it, too.
  const copy = heap.alloc(length);
  memory.copy(copy, body, length);
  const high = source.keySetHigh;
  const low = source.keySetLow;
  const error = source.take(copy, length);
  heap.free(copy);
  if (error != FetchError.None) return fail(source, error);
  return succeed(source, body, length, source.version != 0 && high == source.keySetHigh && low == source.keySetLow);
}

/** Gives up a call that will not be answered, for its root is gone. */
export function abandonFetch(source: KeySource): void {
  source.call = 0;
  for (let i = 0; i < TRIES; i++) {
    if (!source.state.read() || source.state.leaseOwner != vm) return;
    source.state.leaseUntil = 0;
    if (source.state.write()) return;
  }
}

function succeed(source: KeySource, body: usize, length: i32, isSame: bool): bool {
  const now = nowMilliseconds();
  const state = source.state;
  for (let i = 0; i < TRIES; i++) {
    if (!state.read() || state.leaseOwner != vm) break;
    const recovered = state.failures > 0;
    if (!isSame || state.version != source.version) {
      if (!writeKeys(source.keysKey, state.version + 1, body, length)) break;
      state.version++;
    }
    const duration = source.cacheDuration;
    state.fetchedAt = now;
    state.nextAt = now + max(SHORTEST_CACHE, between((duration / 100) * 85, (duration / 100) * 95));
    state.failures = 0;
    state.attempt = 0;
    state.error = 0;
    state.errorSince = 0;
    release(source);
    if (!state.write()) continue;
    source.version = state.version;
    source.fetchedAt = now;
    if (!recovered && isSame) return false;
    logInfo("claimgate: " + nameOf(source) + ": " + source.keys.length.toString() + " keys fetched");
    return true;
  }
  // Somebody has fetched since, for we were late; ours are not what the others have.
  source.version = 0;
  return false;
}

function fail(source: KeySource, error: u64): bool {
  const now = nowMilliseconds();
  const state = source.state;
  const settings = source.settings;
  for (let i = 0; i < TRIES; i++) {
    if (!state.read() || state.leaseOwner != vm) return false;
    if (state.attempt < settings.retries) {
      state.attempt++;
      state.nextAt = now + backoff(settings.retryBase, state.attempt, settings.retryMax);
    } else {
      state.attempt = 0;
      state.failures++;
      if (state.errorSince == 0) state.errorSince = now;
      state.error = error;
      state.nextAt = now + backoff(settings.failedRefetch, state.failures, LONGEST_WAIT);
    }
    release(source);
    if (!state.write()) continue;
    if (state.attempt != 0 || state.failures != 1) return false;
    const rest = source.version == 0 ? "there are no keys" : "the last good keys serve on";
    logWarning("claimgate: " + nameOf(source) + ": keys cannot be fetched: " + errorName(error) + "; " + rest);
    return true;
  }
  return false;
}

function release(source: KeySource): void {
  source.state.leaseUntil = 0;
  source.state.finished++;
}

function nameOf(source: KeySource): string {
  return source.users.length > 0 ? unchecked(source.users[source.users.length - 1]).name : "a provider that is gone";
}
