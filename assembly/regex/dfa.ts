import { byteAt, classCount, columnOf, partitionBytes } from "./byte_classes";
import { assertionsBetween, follow, isWord, listA, listB, newSet, reached, steps, stepOver } from "./closure";
import { INSTRUCTION } from "./program";
import { Scratch } from "./scratch";

// A deterministic automaton made from a program by subset construction, all at once when the expression is first matched, if it comes
// out small. Its table, one allocation:
//   column u8[256]           the column of each byte; bytes no instruction tells apart share one
//   rows   u16[rows][width]  column 0: 1 if the row accepts; the others: where the next row begins, in entries
// Row 0 is the dead end, row 1 the start.

/** Largest table in entries: 16 KiB. Thousands of expressions live at once, most in tables of some hundred entries. */
const MAX_ENTRIES: u32 = 8192;
/** Places in all sets together. */
const MAX_PLACES: u32 = 1 << 16;
/** Visits to instructions that construction may cost: half a millisecond or so. */
const MAX_WORK: u64 = 50_000;
const COLUMNS: usize = 256;

/** What came before a state's position, as far as assertions can tell. A byte stands for all of its kind. */
const NOTHING: i32 = -1;
const LINE_FEED: i32 = 0x0a;
const WORD_BYTE: i32 = 0x61;
const OTHER_BYTE: i32 = 0x20;

/** A set of places, with assertions not yet resolved: they depend on the next byte. */
@unmanaged
class State {
  begin: u32;
  count: u32;
  hash: u32;
  before: i32;
}

const states = new Scratch();
const places = new Scratch();
const rows = new Scratch();
let stateCount: u32 = 0;
let placeCount: u32 = 0;
let hasAssertions = false;

/** Index of a state by the hash of its places; 0 is free. There are fewer states than half of it: a row has two entries or more. */
const SLOTS: u32 = 8192;
const slots: usize = memory.data(8192 * 2, 2);

function state(index: u32): State {
  return changetype<State>(states.base + <usize>index * offsetof<State>());
}

/** The table for a program that has these assertions, or null if it or the work for it would be too large. */
export function buildDfa(program: StaticArray<u8>, assertions: u32): StaticArray<u8> | null {
  const code = changetype<usize>(program);
  const match = <u32>(program.length / <i32>INSTRUCTION - 1);
  hasAssertions = assertions != 0;
  partitionBytes(program, assertions);
  const width = classCount() + 1;
  stateCount = 1;
  placeCount = 0;
  memory.fill(slots, 0, (<usize>SLOTS) << 1);
  const begun = steps;
  newSet();
  addState(listB, follow(code, 0, 0, listB, 0), NOTHING);
  for (let index: u32 = 1; index < stateCount; index++) {
    if ((index + 1) * width > MAX_ENTRIES || placeCount > MAX_PLACES) return null;
    const row = rows.reserve((<usize>((index + 1) * width)) << 1) + ((<usize>(index * width)) << 1);
    resolve(code, index, -1);
    store<u16>(row, reached(match));
    for (let column: u32 = 1; column < width; column++) {
      const byte = byteAt(column);
      const count = resolve(code, index, byte);
      if (steps - begun > MAX_WORK || stateCount * width > MAX_ENTRIES) return null;
      const next = step(code, count, byte);
      store<u16>(row + ((<usize>column) << 1), next * width);
    }
  }
  return table(width);
}

/** Fills listA with the places of a state, assertions followed where they hold before `byte` (-1: at the end). */
function resolve(code: usize, index: u32, byte: i32): u32 {
  const from = state(index);
  const holding = hasAssertions ? assertionsBetween(from.before, byte) : 0;
  newSet();
  let count: u32 = 0;
  for (let i: u32 = 0; i < from.count; i++)
    count = follow(code, load<u16>(places.base + ((<usize>(from.begin + i)) << 1)), holding, listA, count);
  return count;
}

/** The state that the places in listA lead to over `byte`; 0 if none. */
function step(code: usize, count: u32, byte: i32): u32 {
  newSet();
  let length: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const target = stepOver(code, load<u16>(listA + ((<usize>i) << 1)), byte);
    if (target >= 0) length = follow(code, target, 0, listB, length);
  }
  if (length == 0) return 0;
  let before = OTHER_BYTE;
  if (hasAssertions) before = byte == LINE_FEED ? LINE_FEED : isWord(byte) ? WORD_BYTE : OTHER_BYTE;
  return addState(listB, length, before);
}

/** The state with the places of the list, which must be the set built last: a known one or a new one. */
function addState(list: usize, length: u32, before: i32): u32 {
  let hash = mix(<u32>before);
  for (let i: u32 = 0; i < length; i++) hash += mix(load<u16>(list + ((<usize>i) << 1)));
  let slot = hash & (SLOTS - 1);
  for (; load<u16>(slots + ((<usize>slot) << 1)) != 0; slot = (slot + 1) & (SLOTS - 1)) {
    const index = <u32>load<u16>(slots + ((<usize>slot) << 1));
    if (isSame(state(index), length, hash, before)) return index;
  }
  const index = stateCount++;
  store<u16>(slots + ((<usize>slot) << 1), index);
  states.reserve(<usize>stateCount * offsetof<State>());
  const added = state(index);
  added.begin = placeCount;
  added.count = length;
  added.hash = hash;
  added.before = before;
  const at = places.reserve((<usize>(placeCount + length)) << 1) + ((<usize>placeCount) << 1);
  memory.copy(at, list, (<usize>length) << 1);
  placeCount += length;
  return index;
}

/** Spreads a place over all bits; sums of these depend on the places, not on their order. */
function mix(place: u32): u32 {
  const h = (place + 1) * 0x9e3779b1;
  return (h ^ (h >> 15)) * 0x85ebca6b;
}

function isSame(known: State, length: u32, hash: u32, before: i32): bool {
  if (known.hash != hash || known.count != length || known.before != before) return false;
  for (let i: u32 = 0; i < length; i++)
    if (!reached(load<u16>(places.base + ((<usize>(known.begin + i)) << 1)))) return false;
  return true;
}

function table(width: u32): StaticArray<u8> {
  const size = (<usize>(stateCount * width)) << 1;
  const made = new StaticArray<u8>(<i32>(COLUMNS + size));
  const base = changetype<usize>(made);
  for (let byte: usize = 0; byte < COLUMNS; byte++) store<u8>(base + byte, columnOf(<u32>byte));
  memory.copy(base + COLUMNS, rows.base, size);
  memory.fill(base + COLUMNS, 0, (<usize>width) << 1);
  return made;
}

/** Whether the table's automaton accepts the whole of the subject; `width` is the length of its rows. */
export function dfaMatches(table: StaticArray<u8>, width: u32, subject: usize, length: i32): bool {
  const columns = changetype<usize>(table);
  const base = columns + COLUMNS;
  let row = width;
  for (const end = subject + length; subject < end; subject++) {
    row = load<u16>(base + ((<usize>(row + load<u8>(columns + load<u8>(subject)))) << 1));
    if (row == 0) return false;
  }
  return load<u16>(base + ((<usize>row) << 1)) != 0;
}

/** Entries in a row of the table made last. */
export function tableWidth(): u32 {
  return classCount() + 1;
}
