import { rangeAt } from "./classes";
import { Op, emit, emitBytes, here, instruction, setX, tooLong } from "./program";
import { Scratch } from "./scratch";
import { runeByte, runeLength } from "./utf8";

// A class becomes a tree of byte ranges: code point ranges are cut into sequences of byte ranges, and sequences that begin alike
// share their beginning. Cut this way, sequences of a sorted class are sorted, and two ranges at the same place are equal or
// disjoint.

/** Stands for the end of the class until that is known; above every place. */
const EXIT: u32 = 0xffff;

// Sequence: first and last code point. They encode to the same length and differ only in bytes that span whole ranges.
const sequences = new Scratch();
let sequenceCount: u32 = 0;

// Places of the lists that read one, two and three arbitrary continuation bytes, once the class has them; index 0 is unused.
const tails = new StaticArray<u32>(4);

/** Emits code that reads one code point of the pooled ranges [from, to) and falls through. */
export function emitClass(from: u32, to: u32): void {
  sequenceCount = 0;
  for (let i = from; i < to; i++) cut(load<u32>(rangeAt(i)), load<u32>(rangeAt(i), 4));
  if (sequenceCount == 0) {
    emit(Op.Fail);
    return;
  }
  for (let i = 0; i < 4; i++) tails[i] = EXIT;
  const begin = here();
  emitTree(0, sequenceCount, 0);
  leadOut(begin);
}

/** Emits code that reads one code point. */
export function emitRune(c: u32): void {
  if (c >= 0xd800 && c <= 0xdfff) {
    emit(Op.Fail); // RE2 allows \x{D800}; no UTF-8 has it
    return;
  }
  const length = runeLength(c);
  for (let i: u32 = 0; i < length; i++) emitBytes(runeByte(c, length, i), runeByte(c, length, i), true, here() + 1);
}

function leadOut(begin: u32): void {
  const end = here();
  for (let place = begin; place < end; place++) if (load<u16>(instruction(place), 4) == EXIT) setX(place, end);
}

/** Cuts [first, last] into sequences. Calls itself a handful of times at most: each cut fixes a byte or the length. */
function cut(first: u32, last: u32): void {
  const length = runeLength(first);
  if (length != runeLength(last)) {
    const border: u32 = length == 1 ? 0x7f : length == 2 ? 0x7ff : 0xffff;
    cut(first, border);
    cut(border + 1, last);
    return;
  }
  // From the last byte forward: where the bytes before differ, this byte and all after it must span their whole range.
  for (let i: u32 = 1; i < length; i++) {
    const span: u32 = (1 << (6 * i)) - 1;
    if ((first & ~span) == (last & ~span)) continue;
    if ((first & span) != 0) {
      cut(first, first | span);
      cut((first | span) + 1, last);
      return;
    }
    if ((last & span) != span) {
      cut(first, (last & ~span) - 1);
      cut(last & ~span, last);
      return;
    }
  }
  const at = sequences.reserve((<usize>(sequenceCount + 1)) << 3) + ((<usize>sequenceCount) << 3);
  store<u32>(at, first);
  store<u32>(at, last, 4);
  sequenceCount++;
}

/** First (side 0) or last (side 4) code point of a sequence. */
function edge(index: u32, side: usize): u32 {
  return load<u32>(sequences.base + ((<usize>index) << 3) + side);
}

function low(index: u32, depth: u32): u32 {
  const c = edge(index, 0);
  return runeByte(c, runeLength(c), depth);
}

function high(index: u32, depth: u32): u32 {
  const c = edge(index, 4);
  return runeByte(c, runeLength(c), depth);
}

/** End of the group of sequences that has the byte range of sequence `from` at `depth`. */
function groupEnd(from: u32, to: u32, depth: u32): u32 {
  let end = from + 1;
  while (end < to && low(end, depth) == low(from, depth) && high(end, depth) == high(from, depth)) end++;
  return end;
}

/**
 * Emits the list of byte ranges that the sequences [from, to) have at `depth`, and after it what follows each; returns its place.
 * They agree in all bytes before `depth`. UTF-8 bounds the depth: four at most.
 */
function emitTree(from: u32, to: u32, depth: u32): u32 {
  const list = here();
  for (let i = from; i < to;) {
    const end = groupEnd(i, to, depth);
    emitBytes(low(i, depth), high(i, depth), end == to, EXIT);
    i = end;
  }
  if (tooLong()) return list;
  let place = list;
  for (let i = from; i < to; place++) {
    const end = groupEnd(i, to, depth);
    const rest = runeLength(edge(i, 0)) - depth - 1;
    if (rest > 0) {
      const spans = end == i + 1 && spansAll(i, rest);
      let next = spans ? tails[rest] : EXIT;
      if (next == EXIT) next = emitTree(i, end, depth + 1);
      if (spans) tails[rest] = next;
      setX(place, next);
    }
    i = end;
  }
  return list;
}

/** Whether the last `rest` bytes of a sequence may be any continuation bytes. */
function spansAll(index: u32, rest: u32): bool {
  const span: u32 = (1 << (6 * rest)) - 1;
  return (edge(index, 0) & span) == 0 && (edge(index, 4) & span) == span;
}
