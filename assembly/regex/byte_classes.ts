import { INSTRUCTION, Op } from "./program";
import { Assertion } from "./syntax";

// Bytes that a program cannot tell apart form a class; classes are numbered from 1 in the order of their first bytes.

const starts: usize = memory.data(257);
const column: usize = memory.data(256 * 2, 2);
const representative: usize = memory.data(257 * 2, 2);
let count: u32 = 0;

function startAt(byte: u32): void {
  store<u8>(starts + byte, 1);
}

/** The assertions that a program has. */
export function assertionsOf(program: StaticArray<u8>): u32 {
  let assertions: u32 = 0;
  const begin = changetype<usize>(program);
  for (let at = begin; at < begin + program.length; at += INSTRUCTION)
    if (<Op>load<u8>(at) == Op.Assert) assertions |= load<u8>(at, 1);
  return assertions;
}

/** Finds the classes of a program that has these assertions. */
export function partitionBytes(program: StaticArray<u8>, assertions: u32): void {
  memory.fill(starts, 0, 257);
  startAt(0);
  const begin = changetype<usize>(program);
  for (let at = begin; at < begin + program.length; at += INSTRUCTION) {
    if (<Op>load<u8>(at) != Op.Bytes) continue;
    startAt(load<u8>(at, 1));
    startAt(<u32>load<u8>(at, 2) + 1);
  }
  if ((assertions & (Assertion.BeginLine | Assertion.EndLine)) != 0) {
    startAt(0x0a);
    startAt(0x0b);
  }
  if ((assertions & (Assertion.Word | Assertion.NotWord)) != 0) {
    const edges = "0:A[_`a{";
    for (let i = 0; i < edges.length; i++) startAt(edges.charCodeAt(i));
  }
  count = 0;
  for (let byte: u32 = 0; byte < 256; byte++) {
    if (load<u8>(starts + byte) != 0) store<u16>(representative + ((<usize>++count) << 1), byte);
    store<u16>(column + ((<usize>byte) << 1), count);
  }
}

export function classCount(): u32 {
  return count;
}

/** The class of a byte. */
export function columnOf(byte: u32): u32 {
  return load<u16>(column + ((<usize>byte) << 1));
}

/** A byte of class `index`. */
export function byteAt(index: u32): i32 {
  return load<u16>(representative + ((<usize>index) << 1));
}
