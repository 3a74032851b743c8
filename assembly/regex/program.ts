import { Scratch } from "./scratch";

// A program is a Thompson automaton over bytes: one instruction of eight bytes per place,
//   op u8 | low u8 | high u8 | last u8 | x u16 | y u16

export const enum Op {
  /**
   * One of a list of byte ranges that ends where `last` is set: a byte from low to high goes to x. Ranges of a list are disjoint
   * and ascend. Only the first of a list is ever gone to.
   */
  Bytes,
  /** goes to x and y without reading */
  Split,
  /** goes to x */
  Jump,
  /** goes to x where the assertion in `low` holds */
  Assert,
  /** accepts, at the end of the subject */
  Match,
  /** goes nowhere */
  Fail,
}

export const INSTRUCTION: usize = 8;

/**
 * Longest program. RE2 compiles about four times as much in its default 8 MB, but `.{1,1000}` takes 18 000 here, and each byte
 * of a subject may cost a visit to every instruction.
 */
export const MAX_PROGRAM: u32 = 20_000;

const code = new Scratch();
let count: u32 = 0;
let overflowed = false;

export function clearProgram(): void {
  code.reserve((<usize>MAX_PROGRAM + 1) * INSTRUCTION);
  count = 0;
  overflowed = false;
}

/** Instructions so far, hence the place of the next one. */
export function here(): u32 {
  return count;
}

/** Whether the program would have become too long. What was emitted since is void. */
export function tooLong(): bool {
  return overflowed;
}

/** Address of the instruction at `place` of the program being compiled. */
export function instruction(place: u32): usize {
  return code.base + <usize>place * INSTRUCTION;
}

export function emit(op: Op, x: u32 = 0, y: u32 = 0): u32 {
  if (count == MAX_PROGRAM) {
    // Keep writing over the spare place: callers look at tooLong() when they are done.
    overflowed = true;
    return write(count, op, x, y);
  }
  return write(count++, op, x, y);
}

function write(place: u32, op: Op, x: u32, y: u32): u32 {
  const at = instruction(place);
  store<u8>(at, op);
  store<u8>(at, 0, 1);
  store<u8>(at, 0, 2);
  store<u8>(at, 0, 3);
  store<u16>(at, x, 4);
  store<u16>(at, y, 6);
  return place;
}

export function emitBytes(low: u32, high: u32, last: bool, x: u32): u32 {
  const place = emit(Op.Bytes, x);
  const at = instruction(place);
  store<u8>(at, low, 1);
  store<u8>(at, high, 2);
  store<u8>(at, last, 3);
  return place;
}

export function emitAssert(assertion: u32): u32 {
  const place = emit(Op.Assert, count + 1);
  store<u8>(instruction(place), assertion, 1);
  return place;
}

export function getX(place: u32): u32 {
  return load<u16>(instruction(place), 4);
}

export function getY(place: u32): u32 {
  return load<u16>(instruction(place), 6);
}

export function setX(place: u32, x: u32): void {
  store<u16>(instruction(place), x, 4);
}

export function setY(place: u32, y: u32): void {
  store<u16>(instruction(place), y, 6);
}

/** Copies the instructions [from, to) to the end. They lead only to each other and to `to`; their copies likewise. */
export function repeatCode(from: u32, to: u32): void {
  if (count + (to - from) > MAX_PROGRAM) {
    overflowed = true;
    return;
  }
  const distance = count - from;
  memory.copy(instruction(count), instruction(from), <usize>(to - from) * INSTRUCTION);
  count += to - from;
  for (let place = from + distance; place < count; place++) {
    const at = instruction(place);
    const op = <Op>load<u8>(at);
    if (op >= Op.Match) continue;
    store<u16>(at, load<u16>(at, 4) + distance, 4);
    if (op == Op.Split) store<u16>(at, load<u16>(at, 6) + distance, 6);
  }
}

/** Leads every instruction past the jumps it goes to, so that matching meets none. */
export function threadJumps(): void {
  for (let place: u32 = 0; place < count; place++) {
    const at = instruction(place);
    const op = <Op>load<u8>(at);
    if (op >= Op.Match) continue;
    store<u16>(at, landing(load<u16>(at, 4)), 4);
    if (op == Op.Split) store<u16>(at, landing(load<u16>(at, 6)), 6);
  }
}

// No circle consists of jumps alone: every loop has a split.
function landing(place: u32): u32 {
  while (<Op>load<u8>(instruction(place)) == Op.Jump) place = load<u16>(instruction(place), 4);
  return place;
}

/** A copy of the finished program. */
export function takeProgram(): StaticArray<u8> {
  const size = <usize>count * INSTRUCTION;
  const copy = new StaticArray<u8>(<i32>size);
  memory.copy(changetype<usize>(copy), code.base, size);
  return copy;
}
