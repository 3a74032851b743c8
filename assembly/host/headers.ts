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

const REQUEST_HEADERS: i32 = 0;
const OUT: usize = memory.data(16, 8);

/** The value that the last successful `getHeader` or `getHeaderPairs` found. */
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
  store<u64>(OUT, 0);
  return take(proxy_get_header_map_value(REQUEST_HEADERS, pointer(name), name.length, OUT, OUT + 4));
}

/** All headers as one blob: u32 count, count × (u32 name length, u32 value length), then name NUL value NUL for each. */
export function getHeaderPairs(): Lookup {
  store<u64>(OUT, 0);
  return take(proxy_get_header_map_pairs(REQUEST_HEADERS, OUT, OUT + 4));
}

/** Adds a header; false if the host did not. */
export function addHeader(name: StaticArray<u8>, value: usize, length: i32): bool {
  return proxy_add_header_map_value(REQUEST_HEADERS, pointer(name), name.length, value, length) == OK;
}

/** Gives a header one value in place of all it has; false if the host did not. */
export function replaceHeader(name: StaticArray<u8>, value: usize, length: i32): bool {
  return proxy_replace_header_map_value(REQUEST_HEADERS, pointer(name), name.length, value, length) == OK;
}

/** Removes every value of a header; false if the host did not. That there was none is no failure. */
export function removeHeader(name: usize, length: i32): bool {
  const status = proxy_remove_header_map_value(REQUEST_HEADERS, name, length);
  return status == OK || status == NOT_FOUND;
}
