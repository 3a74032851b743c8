// The regular expression engine alone, for tests/wasm/regex.test.ts.
import { steps } from "../../assembly/regex/closure";
import { Regex, compileTo, regexError } from "../../assembly/regex/regex";
import { CATEGORY_NAMES, CATEGORY_NAMES_SIZE, SCRIPT_NAMES, SCRIPT_NAMES_SIZE } from "../../assembly/regex/unicode";

const INPUT: usize = memory.data(1 << 17, 8);
const expressions = new Array<Regex>();
let error = "";

/** Where patterns and subjects are put; 128 KiB. */
export function input(): usize {
  return INPUT;
}

/** Compiles the first `length` bytes of the input; a handle, or -1 with the reason at errorAddress(). */
export function compile(length: i32, tabular: bool): i32 {
  const compiled = compileTo(INPUT, length, tabular);
  error = regexError();
  if (compiled === null) return -1;
  return expressions.push(compiled) - 1;
}

/** Address of the UTF-16 text of the last error. */
export function errorAddress(): usize {
  return changetype<usize>(error);
}

export function errorLength(): i32 {
  return error.length;
}

/** Matches the `length` bytes at offset `from` of the input. */
export function matches(handle: i32, from: i32, length: i32): bool {
  return expressions[handle].matches(INPUT + from, length);
}

export function isTable(handle: i32): bool {
  return expressions[handle].isTable;
}

export function size(handle: i32): i32 {
  return expressions[handle].size;
}

/** Forgets all expressions. */
export function clear(): void {
  expressions.length = 0;
}

export function stepCount(): u64 {
  return steps;
}

/** Matches `count` times, to be timed from outside. */
export function repeat(handle: i32, length: i32, count: i32): i32 {
  let accepted = 0;
  for (let i = 0; i < count; i++) accepted += <i32>expressions[handle].matches(INPUT, length);
  return accepted;
}

export function categoryNames(): usize {
  return CATEGORY_NAMES;
}

export function categoryNamesSize(): usize {
  return CATEGORY_NAMES_SIZE;
}

export function scriptNames(): usize {
  return SCRIPT_NAMES;
}

export function scriptNamesSize(): usize {
  return SCRIPT_NAMES_SIZE;
}
