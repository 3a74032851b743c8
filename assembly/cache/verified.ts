// Verified tokens: what of a token every request judges anew, and which key sets its signature was verified with. Only tokens that
// verified are kept, so nobody without a key can fill the store or choose what is in it.
import { JsonDocument } from "../json/document";
import { find, put } from "./store";

/** Key sets that one entry remembers; a fifth takes the place of the first. */
const KEY_SETS: i32 = 4;

/** Entry: claims at 0 … 36, next key set at 36, key sets at 40, the payload behind them. */
const NOT_BEFORE: usize = 0;
const EXPIRY: usize = 8;
const FLAGS: usize = 16;
const ISSUER: usize = 20;
const AUDIENCE: usize = 24;
const LENGTH: usize = 28;
const SIZE: usize = 32;
const NEXT: usize = 36;
const FIRST_KEY_SET: usize = 40;
const PAYLOAD: usize = FIRST_KEY_SET + KEY_SETS * 16;

const HAS_NOT_BEFORE: u32 = 1;
const HAS_EXPIRY: u32 = 2;

/** Claims that are judged on every request (RFC 7519 §4.1); `issuer` and `audience` are tokens of the payload, or -1. */
export class JudgedClaims {
  issuer: i32 = -1;
  audience: i32 = -1;
  hasNotBefore: bool = false;
  notBefore: u64 = 0;
  hasExpiry: bool = false;
  expiry: u64 = 0;
}

/** Finds the `length` bytes of a token; fills in claims and payload. The entry, for `isVerifiedBy`, or 0. */
export function recall(token: usize, length: i32, claims: JudgedClaims, payload: JsonDocument): usize {
  const entry = find(token, length);
  if (entry == 0) return 0;
  const flags = load<u32>(entry, FLAGS);
  claims.hasNotBefore = (flags & HAS_NOT_BEFORE) != 0;
  claims.notBefore = load<u64>(entry, NOT_BEFORE);
  claims.hasExpiry = (flags & HAS_EXPIRY) != 0;
  claims.expiry = load<u64>(entry, EXPIRY);
  claims.issuer = load<i32>(entry, ISSUER);
  claims.audience = load<i32>(entry, AUDIENCE);
  payload.restore(entry + PAYLOAD, load<i32>(entry, LENGTH), load<i32>(entry, SIZE));
  return entry;
}

/** Whether the signature of an entry's token was verified with the keys of this name (key_set_id.ts). */
export function isVerifiedBy(entry: usize, high: u64, low: u64): bool {
  for (let i = 0, at = entry + FIRST_KEY_SET; i < KEY_SETS; i++, at += 16) {
    if (load<u64>(at) == high && load<u64>(at, 8) == low) return true;
  }
  return false;
}

/** Notes in an entry that a further key set verified its token. */
export function addKeySet(entry: usize, high: u64, low: u64): void {
  const next = load<i32>(entry, NEXT);
  const at = entry + FIRST_KEY_SET + ((<usize>next) << 4);
  store<u64>(at, high);
  store<u64>(at, low, 8);
  store<i32>(entry, (next + 1) % KEY_SETS, NEXT);
}

/**
 * Keeps a token that verified; `text` is the payload's JSON, `textLength` bytes, as it was parsed. The entry, or 0 if it is too large.
 */
export function remember(
  token: usize,
  length: i32,
  claims: JudgedClaims,
  payload: JsonDocument,
  text: usize,
  textLength: i32,
): usize {
  const size = payload.size;
  const entry = put(token, length, <i32>PAYLOAD + JsonDocument.savedSize(textLength, size));
  if (entry == 0) return 0;
  memory.fill(entry, 0, PAYLOAD);
  store<u64>(entry, claims.notBefore, NOT_BEFORE);
  store<u64>(entry, claims.expiry, EXPIRY);
  store<u32>(entry, (claims.hasNotBefore ? HAS_NOT_BEFORE : 0) | (claims.hasExpiry ? HAS_EXPIRY : 0), FLAGS);
  store<i32>(entry, claims.issuer, ISSUER);
  store<i32>(entry, claims.audience, AUDIENCE);
  store<i32>(entry, textLength, LENGTH);
  store<i32>(entry, size, SIZE);
  payload.save(text, textLength, entry + PAYLOAD);
  return entry;
}
