// Request headers. Values are bytes; an answer of the host that is neither Ok nor NotFound counts as a failure, and callers deny.
import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
} from "@solo-io/proxy-runtime/assembly/imports";
import { NOT_FOUND, OK } from "./status";
import { pointer } from "./literal";
import { callbackNumber } from "./memory";

const REQUEST_HEADERS: i32 = 0;
const OUT: usize = memory.data(16, 8);

/** The value that the last successful `getHeader` found. */
export let valuePointer: usize = 0;
export let valueLength: i32 = 0;

/** What became of a look-up. */
export const enum Lookup {
  Found,
  Absent,
  Failed,
}

function take(status: u32): Lookup {
  if (status == NOT_FOUND) return Lookup.Absent;
  if (status != OK) return Lookup.Failed;
  valuePointer = load<u32>(OUT);
  valueLength = load<i32>(OUT, 4);
  return valueLength >= 0 && (valuePointer != 0 || valueLength == 0) ? Lookup.Found : Lookup.Failed;
}

/** First value of a header (for `authorization` Envoy has already joined all of them with commas). */
export function getHeader(name: StaticArray<u8>): Lookup {
  if (loadedIn == callbackNumber) return find(name);
  store<u64>(OUT, 0);
  return take(proxy_get_header_map_value(REQUEST_HEADERS, pointer(name), name.length, OUT, OUT + 4));
}

/**
 * All headers as they are now, as one blob: u32 count, count × (u32 name length, u32 value length), then name NUL value NUL for
 * each. Checked: `pairsPointer` and what it says are within what the host gave.
 */
export let pairsPointer: usize = 0;
/** The callback in which the blob came; 0 if a header has changed since. */
let loadedIn: u32 = 0;

/**
 * Gets all headers at once, from which `getHeader` answers until one is changed: a call of the host that answers with a value costs
 * nearly as much as this one. False if the host did not give them.
 */
export function loadHeaders(): bool {
  if (loadedIn == callbackNumber) return true;
  store<u64>(OUT, 0);
  if (take(proxy_get_header_map_pairs(REQUEST_HEADERS, OUT, OUT + 4)) != Lookup.Found) return false;
  pairsPointer = valuePointer;
  if (!isSound(valuePointer, valueLength)) return false;
  loadedIn = callbackNumber;
  return true;
}

function isSound(at: usize, length: i32): bool {
  if (length < 4) return false;
  const count = load<u32>(at);
  let size: u64 = 4 + <u64>count * 8;
  if (size > <u64>length) return false;
  // A NUL ends name and value.
  for (let i: u32 = 0; i < count; i++, at += 8) size += <u64>load<u32>(at, 4) + <u64>load<u32>(at, 8) + 2;
  return size <= <u64>length;
}

function find(name: StaticArray<u8>): Lookup {
  const count = load<u32>(pairsPointer);
  let sizes = pairsPointer + 4;
  let at = sizes + <usize>count * 8;
  for (let i: u32 = 0; i < count; i++, sizes += 8) {
    const nameLength = load<u32>(sizes);
    const length = load<u32>(sizes, 4);
    if (nameLength == name.length && memory.compare(at, pointer(name), nameLength) == 0) {
      valuePointer = at + nameLength + 1;
      valueLength = length;
      return Lookup.Found;
    }
    at += nameLength + length + 2;
  }
  return Lookup.Absent;
}

/** Adds a header; false if the host did not. */
export function addHeader(name: StaticArray<u8>, value: usize, length: i32): bool {
  loadedIn = 0;
  return proxy_add_header_map_value(REQUEST_HEADERS, pointer(name), name.length, value, length) == OK;
}

/** Gives a header one value in place of all it has; false if the host did not. */
export function replaceHeader(name: StaticArray<u8>, value: usize, length: i32): bool {
  loadedIn = 0;
  return proxy_replace_header_map_value(REQUEST_HEADERS, pointer(name), name.length, value, length) == OK;
}

/** Removes every value of a header; false if the host did not. That there was none is no failure. */
export function removeHeader(name: usize, length: i32): bool {
  loadedIn = 0;
  const status = proxy_remove_header_map_value(REQUEST_HEADERS, name, length);
  return status == OK || status == NOT_FOUND;
}
