// Finds the one credential of a request in the places where an authentication's providers look. All of them are looked at: which
// of two tokens a backend would read cannot be known.
import { ascii, pointer, sameBytes } from "../host/literal";
import { getHeader, Lookup, valueLength, valuePointer } from "../host/headers";
import { malloc } from "../host/memory";
import { HeaderPairs } from "../host/pairs";
import { SourceKind, SourceSet, TokenSource } from "../config/model";
import { decodeForm, isEncoded, needsDecoding } from "./form";
import { Credential, headerTokenLength, headerTokenPointer, readHeaderCredential } from "./header_credential";
import {
  beginQuery,
  endsAtSemicolon,
  nextParameter,
  parameter,
  parameterEnd,
  parameterNameEnd,
  parameterSeparator,
} from "./query";
import { Reason } from "./reasons";

const AUTHORIZATION = ascii("authorization");
export const PATH = ascii(":path");
/** Longer tokens are refused unread. */
export const MAX_TOKEN: i32 = 8192;

/** What `findCredential` found; valid until the callback ends. */
export let tokenPointer: usize = 0;
export let tokenLength: i32 = 0;
/** The sources that had a credential, good or bad, by their numbers in the set. */
export let foundIn: u64 = 0;
/** `:path`, if it was read. */
export let pathPointer: usize = 0;
export let pathLength: i32 = 0;

/** Notes that `:path` has another value by now. */
export function setPath(at: usize, length: i32): void {
  pathPointer = at;
  pathLength = length;
}

const pairs = new HeaderPairs();
let fault: Reason = Reason.None;

/** None: one token; JwtMissing: no credential in any place; anything else: present and bad, or HostFailure. */
export function findCredential(places: SourceSet): Reason {
  foundIn = 0;
  fault = Reason.None;
  if (!(places.needsPairs ? findInPairs(places) : findInKnown(places))) return Reason.HostFailure;
  if (foundIn == 0) return Reason.JwtMissing;
  if (fault != Reason.None) return fault;
  if (tokenLength == 0) return Reason.JwtBadFormat;
  return tokenLength > MAX_TOKEN ? Reason.JwtTooLarge : Reason.None;
}

/** Headers that occur once, whatever the client does: Envoy joins the values of `authorization`. */
function findInKnown(places: SourceSet): bool {
  if (places.readsAuthorization) {
    const lookup = getHeader(AUTHORIZATION);
    if (lookup == Lookup.Failed) return false;
    if (lookup == Lookup.Found)
      offerHeader(places, pointer(AUTHORIZATION), AUTHORIZATION.length, valuePointer, valueLength);
  }
  if (!places.readsQuery) return true;
  const lookup = getHeader(PATH);
  if (lookup == Lookup.Found) offerQuery(places, valuePointer, valueLength);
  return lookup != Lookup.Failed;
}

function findInPairs(places: SourceSet): bool {
  if (!pairs.read()) return false;
  while (pairs.next()) {
    const name = pairs.name;
    const length = pairs.nameLength;
    if (sameBytes(pointer(PATH), PATH.length, name, length)) {
      if (places.readsQuery) offerQuery(places, pairs.value, pairs.valueLength);
    } else {
      offerHeader(places, name, length, pairs.value, pairs.valueLength);
    }
  }
  return true;
}

function offerHeader(places: SourceSet, name: usize, length: i32, value: usize, size: i32): void {
  const sources = places.sources;
  for (let i = 0, n = sources.length; i < n; i++) {
    const source = unchecked(sources[i]);
    if (source.kind != SourceKind.Header) continue;
    if (!sameBytes(pointer(source.name), source.name.length, name, length)) continue;
    const found = readHeaderCredential(source, value, size);
    if (found == Credential.None) continue;
    take(
      i,
      headerTokenPointer,
      headerTokenLength,
      found == Credential.Several ? Reason.JwtMultipleTokens : Reason.None,
    );
  }
}

function offerQuery(places: SourceSet, path: usize, size: i32): void {
  setPath(path, size);
  if (!beginQuery(path, size)) return;
  while (nextParameter()) {
    const number = numberOfParameter(places.sources);
    if (number < 0) continue;
    const at = min(parameterNameEnd + 1, parameterEnd);
    // To a backend that splits at `&` only, this is another token, or none.
    const torn = parameterSeparator == 0x3b || endsAtSemicolon();
    if (needsDecoding(at, parameterEnd)) {
      const decoded = malloc(<i32>(parameterEnd - at));
      take(number, decoded, decodeForm(at, parameterEnd, decoded), torn ? Reason.JwtBadFormat : Reason.None);
    } else {
      take(number, at, <i32>(parameterEnd - at), torn ? Reason.JwtBadFormat : Reason.None);
    }
  }
}

/** The source that the parameter at hand is, or -1. */
function numberOfParameter(sources: TokenSource[]): i32 {
  for (let i = 0, n = sources.length; i < n; i++) {
    const source = unchecked(sources[i]);
    if (source.kind == SourceKind.Query && isEncoded(parameter, parameterNameEnd, source.name)) return i;
  }
  return -1;
}

/** Notes a credential: the same bytes once more are the same one, anything else is a second one. */
function take(number: i32, at: usize, length: i32, reason: Reason): void {
  if (foundIn == 0) {
    tokenPointer = at;
    tokenLength = length;
    fault = reason;
  } else if (reason != Reason.None || fault != Reason.None || !sameBytes(tokenPointer, tokenLength, at, length)) {
    fault = Reason.JwtMultipleTokens;
  }
  foundIn |= (<u64>1) << number;
}
