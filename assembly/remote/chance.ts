// Numbers that spread what many would do at the same moment, and that tell VMs apart; not for secrets.
import { sipHash } from "../json/siphash";
import { nowNanoseconds } from "../host/clock";

const INPUT: usize = memory.data(16, 8);
const TWEAK: u64 = 0x6368616e63650000;
let drawn: u64 = 0;

/** Any 64 bits, different in every VM: the hash's key is. */
export function randomBits(): u64 {
  store<u64>(INPUT, nowNanoseconds());
  store<u64>(INPUT, ++drawn, 8);
  return sipHash(INPUT, 16, TWEAK);
}

/** A number from `least` to `most`. */
export function between(least: u64, most: u64): u64 {
  return most <= least ? least : least + (randomBits() % (most - least + 1));
}

/** Milliseconds to wait after `failures` failures in a row, 1 or more: `base`, doubled for each, at most `most`, and up to half of it off. */
export function backoff(base: u64, failures: u64, most: u64): u64 {
  const wait = min(base << min<u64>(failures - 1, 20), max(base, most));
  return between(max<u64>(wait / 2, 1), wait);
}
