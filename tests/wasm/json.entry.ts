// Test-only module: what json.test.ts drives. It writes a document at `input()` and reads answers at `output()`.
import { JsonDocument } from "../../assembly/json/document";
import { integerStatus, integerValue, writeNumber } from "../../assembly/json/number";
import { sipHash } from "../../assembly/json/siphash";
import { writeJson } from "../../assembly/json/write";

const CAPACITY: i32 = 1 << 22;
const MAX_TOKENS: i32 = 1 << 19;
const MAX_DEPTH: i32 = 64;

const source = heap.alloc(CAPACITY);
const target = heap.alloc(CAPACITY);
const doc = new JsonDocument(MAX_TOKENS, MAX_DEPTH);

export function input(): usize {
  return source;
}

export function output(): usize {
  return target;
}

/** The JsonError of the `n` bytes at `input()`. */
export function parse(n: i32): i32 {
  return doc.parse(source, n);
}

/** Writes the document parsed last; the length, or -1 if it is longer than `capacity`. */
export function write(capacity: i32): i32 {
  return writeJson(doc, 0, target, capacity);
}

/** The same for a number as a claim header shows it. */
export function writeHeader(capacity: i32): i32 {
  return writeNumber(doc, 0, target, capacity);
}

/** The IntegerStatus of the document parsed last. */
export function integer(): i32 {
  return integerStatus(doc, 0);
}

export function lastInteger(): u64 {
  return integerValue;
}

/** The hash of the `n` bytes at `input()` as a member name of the root. */
export function nameHash(n: i32): u32 {
  return <u32>sipHash(source, n, 0);
}
