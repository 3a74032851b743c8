// Identity headers: only the filter may set them, so what a client sent under their names goes first, on every route.
import { addHeader, getHeader, Lookup, removeHeader, replaceHeader, valueLength, valuePointer } from "../host/headers";
import { pointer } from "../host/literal";
import { HeaderPairs } from "../host/pairs";
import { ClaimHeader, Configuration, Policy } from "../config/model";
import { JsonDocument, Kind } from "../json/document";
import { writeNumber } from "../json/number";
import { writeJson } from "../json/write";
import { encodeBase64 } from "../jose/base64url";
import { findClaim } from "./claims";

const CAPACITY: i32 = 8192;
const VALUE: usize = memory.data(8192, 8);
// Base64 needs four bytes for three.
const ENCODED: usize = memory.data(10928, 8);
/** Several values of one header may not come to more. */
const MAX_JOINED: i32 = 32768;
const JOINED: usize = memory.data(32768, 8);

const pairs = new HeaderPairs();

/** Removes what the client sent under the names of the configuration and of the policy; false if the host failed. */
export function removeIdentityHeaders(configuration: Configuration, policy: Policy | null): bool {
  if (configuration.removeUnderscoreVariants) return removeVariants(configuration, policy);
  if (!removeExact(configuration.identityHeaders)) return false;
  return policy === null || removeExact(policy.identityHeaders);
}

function removeExact(names: StaticArray<u8>[]): bool {
  for (let i = 0, n = names.length; i < n; i++) {
    const name = unchecked(names[i]);
    const lookup = getHeader(name);
    if (lookup == Lookup.Absent) continue;
    // Only what is there is removed: every change of the headers makes Envoy choose the route again.
    if (lookup != Lookup.Found || !removeHeader(pointer(name), name.length)) return false;
  }
  return true;
}

/** Backends that turn `_` into `-` (CGI, WSGI) would read a client's `x_team` as `x-team`: names are compared that way. */
function removeVariants(configuration: Configuration, policy: Policy | null): bool {
  const own = policy === null ? 0 : policy.identityHeaders.length;
  if (configuration.identityHeaders.length + own == 0) return true;
  if (!pairs.read()) return false;
  while (pairs.next()) {
    const name = pairs.name;
    const length = pairs.nameLength;
    const written =
      isWritten(configuration.identityHeaders, name, length) ||
      (policy !== null && isWritten(policy.identityHeaders, name, length));
    // A name that occurs twice is gone after its first removal; removing nothing is no failure.
    if (written && !removeHeader(name, length)) return false;
  }
  return true;
}

function isWritten(names: StaticArray<u8>[], name: usize, length: i32): bool {
  for (let i = 0, n = names.length; i < n; i++) {
    const listed = unchecked(names[i]);
    if (listed.length != length) continue;
    let same = 0;
    while (same < length && dashed(load<u8>(name + same)) == dashed(unchecked(listed[same]))) same++;
    if (same == length) return true;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function dashed(c: u8): u8 {
  return c == 0x5f ? 0x2d : c;
}

/**
 * Writes one provider's claims to their headers; false if the host failed. Absent claims write nothing. `isOnly`: no other provider
 * writes headers for this request.
 */
export function writeClaimHeaders(mappings: ClaimHeader[], payload: JsonDocument, isOnly: bool): bool {
  for (let i = 0, n = mappings.length; i < n; i++) {
    const mapping = unchecked(mappings[i]);
    const token = findClaim(payload, mapping.path);
    if (token < 0 || !render(mapping, payload, token)) continue;
    if (isOnly && !mapping.isRepeated) {
      // Nobody has written this one, and the client's own is gone.
      if (!addHeader(mapping.header, renderedPointer, renderedLength)) return false;
      continue;
    }
    // What is there by now, an earlier mapping wrote, of this provider or of another one: the client's own is gone.
    const lookup = getHeader(mapping.header);
    if (lookup == Lookup.Failed) return false;
    if (lookup == Lookup.Absent) {
      if (!addHeader(mapping.header, renderedPointer, renderedLength)) return false;
      continue;
    }
    if (mapping.append && !joinRendered(valuePointer, valueLength)) return false;
    if (!replaceHeader(mapping.header, renderedPointer, renderedLength)) return false;
  }
  return true;
}

/** Puts an earlier value and a comma before the rendered one (RFC 9110 §5.3); false if that is too long. */
function joinRendered(earlier: usize, length: i32): bool {
  const joined = <u64>length + 1 + <u64>renderedLength;
  if (joined > <u64>MAX_JOINED) return false;
  memory.copy(JOINED, earlier, length);
  store<u8>(JOINED + length, 0x2c);
  memory.copy(JOINED + length + 1, renderedPointer, renderedLength);
  renderedPointer = JOINED;
  renderedLength = <i32>joined;
  return true;
}

let renderedPointer: usize = 0;
let renderedLength: i32 = 0;

/** Envoy's rendering (authenticator.cc, addJWTClaimToHeader), with exact integers; false: no header for this value. */
function render(mapping: ClaimHeader, payload: JsonDocument, token: i32): bool {
  const kind = payload.kind(token);
  renderedPointer = VALUE;
  if (kind == Kind.String || kind == Kind.True || kind == Kind.False) {
    renderedPointer = payload.pointer(token);
    renderedLength = payload.length(token);
  } else if (kind == Kind.Number) {
    renderedLength = writeNumber(payload, token, VALUE, CAPACITY);
  } else if (kind == Kind.Object || kind == Kind.Array) {
    renderedLength = writeJson(payload, token, VALUE, CAPACITY);
    if (!mapping.plainJson && renderedLength > 0) {
      renderedLength = encodeBase64(VALUE, renderedLength, ENCODED);
      renderedPointer = ENCODED;
    }
  } else {
    return false;
  }
  return renderedLength > 0 && isFieldValue(renderedPointer, renderedLength);
}

/** Header values are not validated by Envoy when a filter writes them: one with a control character could split the request. */
function isFieldValue(at: usize, length: i32): bool {
  for (const last = at + length; at < last; at++) {
    const c: u32 = load<u8>(at);
    if (c < 0x20 || c == 0x7f) return false;
  }
  return true;
}
