// The `www-authenticate` header of a refusal (RFC 6750 §3), with the realm Envoy writes: the original URI, its path cut to 256
// bytes (Http::Utility::buildOriginalUri). Unlike Envoy, a token in the query is not echoed, a client's x-envoy-original-path is
// not read, and quotes cannot end the realm early.
import { ascii, pointer } from "../host/literal";
import { getHeader, Lookup, valueLength, valuePointer } from "../host/headers";
import { isEncoded } from "./form";

const SCHEME = ascii(":scheme");
const AUTHORITY = ascii(":authority");
const PATH = ascii(":path");
const REALM = ascii('Bearer realm="');
const SLASHES = ascii("://");
const END = ascii('"');
const INVALID_TOKEN = ascii('", error="invalid_token"');
const ACCESS_TOKEN = ascii("access_token");
const REDACTED = ascii("REDACTED");

const MAX_AUTHORITY: i32 = 512;
const MAX_PATH: i32 = 256;
// Every byte may become three (percent-encoded).
const BUFFER: usize = memory.data(4096, 8);
let end: usize = 0;

/** Address of the header value that `writeChallenge` made. */
export const CHALLENGE: usize = BUFFER;

/**
 * Writes the challenge and returns its length; `tokenPresent` adds `error="invalid_token"`. Values of access_token and of the
 * parameters in `secrets` are left out, in whatever way their names are encoded.
 */
export function writeChallenge(tokenPresent: bool, secrets: StaticArray<u8>[]): i32 {
  end = BUFFER;
  append(REALM);
  if (getHeader(PATH) == Lookup.Found) {
    const path = valuePointer;
    const pathLength = min(valueLength, MAX_PATH);
    if (getHeader(SCHEME) == Lookup.Found) appendEscaped(valuePointer, min(valueLength, 16));
    append(SLASHES);
    if (getHeader(AUTHORITY) == Lookup.Found) appendEscaped(valuePointer, min(valueLength, MAX_AUTHORITY));
    appendPath(path, pathLength, secrets);
  }
  append(tokenPresent ? INVALID_TOKEN : END);
  return <i32>(end - BUFFER);
}

function append(bytes: StaticArray<u8>): void {
  memory.copy(end, pointer(bytes), bytes.length);
  end += bytes.length;
}

/** Everything as it is, but `"`, `\` and controls percent-encoded. */
function appendEscaped(at: usize, length: i32): void {
  for (const last = at + length; at < last; at++) appendByte(load<u8>(at));
}

function appendByte(c: u32): void {
  if (c >= 0x20 && c != 0x22 && c != 0x5c && c != 0x7f) {
    store<u8>(end++, c);
    return;
  }
  store<u8>(end, 0x25);
  store<u8>(end, hexDigit(c >> 4), 1);
  store<u8>(end, hexDigit(c & 15), 2);
  end += 3;
}

function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x37 + value;
}

function appendPath(at: usize, length: i32, secrets: StaticArray<u8>[]): void {
  const last = at + length;
  while (at < last) {
    const c: u32 = load<u8>(at++);
    appendByte(c);
    // Wherever a parameter may begin, in somebody's reading of the query.
    if (c != 0x3f && c != 0x26 && c != 0x3b) continue;
    const nameEnd = endOfName(at, last);
    if (nameEnd == last || load<u8>(nameEnd) != 0x3d || !isSecret(at, nameEnd, secrets)) continue;
    appendEscaped(at, <i32>(nameEnd + 1 - at));
    append(REDACTED);
    at = nameEnd + 1;
    while (at < last && load<u8>(at) != 0x26) at++;
  }
}

function endOfName(at: usize, last: usize): usize {
  while (at < last) {
    const c: u32 = load<u8>(at);
    if (c == 0x3d || c == 0x26 || c == 0x3b || c == 0x3f) break;
    at++;
  }
  return at;
}

function isSecret(at: usize, last: usize, secrets: StaticArray<u8>[]): bool {
  if (isEncoded(at, last, ACCESS_TOKEN)) return true;
  for (let i = 0, n = secrets.length; i < n; i++) if (isEncoded(at, last, unchecked(secrets[i]))) return true;
  return false;
}
