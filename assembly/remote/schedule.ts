// When a root's VM looks after its remote keys: as rarely as may be, and often while somebody waits.
import { nowMilliseconds } from "../host/clock";
import { setTickPeriod } from "../host/timer";
import { fetchIfDue, MAX_LEASE, waitFor } from "./fetch";
import { reportHealth, reportIfDue } from "./health";
import { KeySource } from "./key_source";
import { isUsedBy, sourceAt, sourceCount } from "./sources";

/** Milliseconds. The first look; while a request waits; while another worker fetches; and at most. */
const SOON: u32 = 10;
const WAITING: u32 = 50;
const FETCHING: u32 = 250;
const LONGEST: u32 = 10_000;

/** Period of each root's tick. */
const periods = new Map<u32, u32>();

/** Has a root called soon, whose tick it then is to set anew; false if the host has no timer. */
export function tickSoon(root: u32): bool {
  return setPeriod(root, SOON);
}

/** The root is gone, and its timer with it. */
export function forgetTick(root: u32): void {
  periods.delete(root);
}

/** Fetches what is due, learns what others have fetched. Requests that wait are not its business (policy/resume.ts). */
export function lookAfterKeys(root: u32): void {
  const now = nowMilliseconds();
  for (let i = 0; i < sourceCount(); i++) {
    const source = sourceAt(i);
    if (!isUsedBy(source, root) || !source.look()) continue;
    if (fetchIfDue(source, root, now)) reportHealth(source);
    else reportIfDue(source, now);
  }
}

/** Sets the root's tick to when it is needed next. */
export function scheduleTick(root: u32): void {
  const now = nowMilliseconds();
  let period = LONGEST;
  for (let i = 0; i < sourceCount(); i++) {
    const source = sourceAt(i);
    if (isUsedBy(source, root)) period = min(period, periodFor(source, now));
  }
  setPeriod(root, period);
}

function periodFor(source: KeySource, now: u64): u32 {
  if (source.waiting.count > 0) return WAITING;
  if (source.call != 0 || source.state.isLeased(now, MAX_LEASE)) return FETCHING;
  return <u32>min<u64>(max<u64>(waitFor(source, now), SOON), LONGEST);
}

function setPeriod(root: u32, period: u32): bool {
  if (periods.has(root) && periods.get(root) == period) return true;
  if (!setTickPeriod(period)) return false;
  periods.set(root, period);
  return true;
}
