// The bearer credential of a request (RFC 6750 §2.1). Envoy joins several `authorization` headers with commas before any filter
// sees them, so a comma is the sign of a second credential.
import { ascii } from "../host/literal";
import { getHeader, Lookup, valueLength, valuePointer } from "../host/headers";
import { Reason } from "./reasons";

export const AUTHORIZATION = ascii("authorization");
/** Longer tokens are refused unread. */
export const MAX_TOKEN: i32 = 8192;
const SCHEME_LENGTH: usize = 6;

/** The token found by `readCredential`; valid until the callback ends. */
export let tokenPointer: usize = 0;
export let tokenLength: i32 = 0;

/** Finds the one bearer token. None: found; JwtMissing: no bearer credential at all; anything else: present and bad. */
export function readCredential(): Reason {
  const lookup = getHeader(AUTHORIZATION);
  if (lookup == Lookup.Absent) return Reason.JwtMissing;
  if (lookup != Lookup.Found) return Reason.HostFailure;
  let at = valuePointer;
  let last = at + valueLength;
  while (at < last && isBlank(load<u8>(at))) at++;
  while (last > at && isBlank(load<u8>(last - 1))) last--;
  if (!isBearer(at, last)) return hasBearerBehindComma(at, last) ? Reason.JwtMultipleTokens : Reason.JwtMissing;
  at += SCHEME_LENGTH;
  while (at < last && load<u8>(at) == 0x20) at++;
  if (at == last) return Reason.JwtBadFormat;
  if (findComma(at, last) < last) return Reason.JwtMultipleTokens;
  tokenPointer = at;
  tokenLength = <i32>(last - at);
  return tokenLength > MAX_TOKEN ? Reason.JwtTooLarge : Reason.None;
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

/** Scheme names have no case (RFC 9110 §11.1); `Bearer` alone is a credential too, an empty one. */
function isBearer(at: usize, last: usize): bool {
  if (last - at < SCHEME_LENGTH) return false;
  if ((load<u32>(at) | 0x20202020) != 0x72616562 || (load<u16>(at, 4) | 0x2020) != 0x7265) return false;
  const behind = at + SCHEME_LENGTH;
  return behind == last || load<u8>(behind) == 0x20 || load<u8>(behind) == 0x09 || load<u8>(behind) == 0x2c;
}

function findComma(at: usize, last: usize): usize {
  while (at < last && load<u8>(at) != 0x2c) at++;
  return at;
}

function hasBearerBehindComma(at: usize, last: usize): bool {
  for (at = findComma(at, last); at < last; at = findComma(at, last)) {
    at++;
    while (at < last && isBlank(load<u8>(at))) at++;
    if (isBearer(at, last)) return true;
  }
  return false;
}
