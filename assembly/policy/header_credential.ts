// The credential in one header value (RFC 6750 §2.1, and other prefixes). Envoy joins several `authorization` headers with commas
// before any filter sees them, and no token has a comma in it: one is the sign of a second credential.
import { findByte } from "../bytes/search";
import { pointer } from "../host/literal";
import { TokenSource } from "../config/model";

/** What a header value is to a source of tokens. */
export const enum Credential {
  /** Something else: another scheme, another prefix. */
  None,
  /** A credential, perhaps an empty one: in `headerTokenPointer`. */
  One,
  /** More than one. */
  Several,
}

export let headerTokenPointer: usize = 0;
export let headerTokenLength: i32 = 0;

const SCHEME_LENGTH: usize = 6;
const COMMA: u8 = 0x2c;

/** Reads the `length` bytes at `at` as `source` has it. */
export function readHeaderCredential(source: TokenSource, at: usize, length: i32): Credential {
  let last = at + length;
  while (at < last && isBlank(load<u8>(at))) at++;
  while (last > at && isBlank(load<u8>(last - 1))) last--;
  const behind = behindPrefix(source, at, last);
  if (behind == 0) return hasCredentialBehindComma(source, at, last) ? Credential.Several : Credential.None;
  at = behind;
  if (findByte(at, last, COMMA) < last) return Credential.Several;
  headerTokenPointer = at;
  headerTokenLength = <i32>(last - at);
  return Credential.One;
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

/** Where the credential begins behind the source's prefix and spaces, or 0 if the prefix is not there. */
function behindPrefix(source: TokenSource, at: usize, last: usize): usize {
  if (source.bearer) {
    if (!isBearer(at, last)) return 0;
    at += SCHEME_LENGTH;
  } else {
    const prefix = source.prefix;
    let length: usize = prefix.length;
    if (length == 0) return at;
    // Nothing behind the prefix: what blanks it ends with went with those at the end of the value.
    if (last - at < length) while (length > 0 && isBlank(unchecked(prefix[<i32>length - 1]))) length--;
    const whole = length == <usize>prefix.length;
    if (whole ? last - at < length : last - at != length) return 0;
    if (memory.compare(at, pointer(prefix), length) != 0) return 0;
    at += length;
  }
  while (at < last && load<u8>(at) == 0x20) at++;
  return at;
}

/** Scheme names have no case (RFC 9110 §11.1); `Bearer` alone is a credential too, an empty one. */
function isBearer(at: usize, last: usize): bool {
  if (last - at < SCHEME_LENGTH) return false;
  if ((load<u32>(at) | 0x20202020) != 0x72616562 || (load<u16>(at, 4) | 0x2020) != 0x7265) return false;
  const behind = at + SCHEME_LENGTH;
  return behind == last || load<u8>(behind) == 0x20 || load<u8>(behind) == 0x09 || load<u8>(behind) == 0x2c;
}

function hasCredentialBehindComma(source: TokenSource, at: usize, last: usize): bool {
  for (at = findByte(at, last, COMMA); at < last; at = findByte(at, last, COMMA)) {
    at++;
    while (at < last && isBlank(load<u8>(at))) at++;
    if (behindPrefix(source, at, last) != 0) return true;
  }
  return false;
}
