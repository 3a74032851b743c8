// The `www-authenticate` header of a refusal (RFC 6750 §3), with the realm Envoy writes: the original URI, its path cut to 256
// bytes (Http::Utility::buildOriginalUri). Unlike Envoy, a token in the query is not echoed, a client's x-envoy-original-path is
// not read, and quotes cannot end the realm early.
import { ascii, pointer } from "../host/literal";
import { getHeader, Lookup, valueLength, valuePointer } from "../host/headers";

const SCHEME = ascii(":scheme");
const AUTHORITY = ascii(":authority");
const PATH = ascii(":path");
const REALM = ascii('Bearer realm="');
const SLASHES = ascii("://");
const END = ascii('"');
const INVALID_TOKEN = ascii('", error="invalid_token"');
const TOKEN_PARAMETER = ascii("access_token=");
const REDACTED = ascii("REDACTED");

const MAX_AUTHORITY: i32 = 512;
const MAX_PATH: i32 = 256;
// Every byte may become three (percent-encoded).
const BUFFER: usize = memory.data(4096, 8);
let end: usize = 0;

/** Address of the header value that `writeChallenge` made. */
export const CHALLENGE: usize = BUFFER;

/** Writes the challenge and returns its length; `tokenPresent` adds `error="invalid_token"`. */
export function writeChallenge(tokenPresent: bool): i32 {
  end = BUFFER;
  append(REALM);
  if (getHeader(PATH) == Lookup.Found) {
    const path = valuePointer;
    const pathLength = min(valueLength, MAX_PATH);
    if (getHeader(SCHEME) == Lookup.Found) appendEscaped(valuePointer, min(valueLength, 16));
    append(SLASHES);
    if (getHeader(AUTHORITY) == Lookup.Found) appendEscaped(valuePointer, min(valueLength, MAX_AUTHORITY));
    appendPath(path, pathLength);
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

function appendPath(at: usize, length: i32): void {
  const last = at + length;
  let parameterMayStart = false;
  while (at < last) {
    if (parameterMayStart && startsWith(at, last, TOKEN_PARAMETER)) {
      append(TOKEN_PARAMETER);
      append(REDACTED);
      at += TOKEN_PARAMETER.length;
      while (at < last && load<u8>(at) != 0x26) at++;
      parameterMayStart = false;
      continue;
    }
    const c: u32 = load<u8>(at++);
    parameterMayStart = c == 0x3f || c == 0x26;
    appendByte(c);
  }
}

function startsWith(at: usize, last: usize, prefix: StaticArray<u8>): bool {
  return last - at >= <usize>prefix.length && memory.compare(at, pointer(prefix), prefix.length) == 0;
}
