import { INSTRUCTION, Op } from "./program";
import { Scratch } from "./scratch";
import { Assertion } from "./syntax";

// What the automaton can be at without reading: shared by the simulation (pike.ts) and the subset construction (dfa.ts).

// The generation in which an instruction was last reached; raising the generation forgets all of them at once.
const marks = new Scratch();
let generation: u32 = 0;
// Alternatives still to follow. Each split is reached once and leaves one.
const pending = new Scratch();
const first = new Scratch();
const second = new Scratch();

/** Visits to instructions since the start: what matching costs, whatever the machine. */
export let steps: u64 = 0;

/** Two lists of places, room for a whole program each. */
export let listA: usize = 0;
export let listB: usize = 0;

/** Makes room for programs of `count` instructions. Matching allocates nothing. */
export function reserveClosure(count: u32): void {
  marks.reserve((<usize>count) << 2);
  pending.reserve((<usize>count) << 1);
  listA = first.reserve((<usize>count) << 1);
  listB = second.reserve((<usize>count) << 1);
}

/** Begins a new set. */
export function newSet(): void {
  if (++generation != 0) return;
  marks.zero();
  generation = 1;
}

/** Whether the set being built has reached `place`. */
export function reached(place: u32): bool {
  return load<u32>(marks.base + ((<usize>place) << 2)) == generation;
}

/**
 * Appends to a list of `length` places those reachable from `place` without reading, where the assertions `holding` hold: byte
 * ranges, the match and assertions that do not hold. Returns the new length. Costs at most the program's length in a whole set.
 */
export function follow(code: usize, place: u32, holding: u32, list: usize, length: u32): u32 {
  const bottom = pending.base;
  const base = marks.base;
  const now = generation;
  let top = bottom;
  let visits: u32 = 0;
  while (true) {
    const mark = base + ((<usize>place) << 2);
    if (load<u32>(mark) != now) {
      store<u32>(mark, now);
      visits++;
      const at = code + <usize>place * INSTRUCTION;
      const op = <Op>load<u8>(at);
      if (op == Op.Split) {
        store<u16>(top, load<u16>(at, 6));
        top += 2;
        place = load<u16>(at, 4);
        continue;
      }
      if (op == Op.Assert && (load<u8>(at, 1) & holding) != 0) {
        place = load<u16>(at, 4);
        continue;
      }
      store<u16>(list + ((<usize>length) << 1), place);
      length++;
    }
    if (top == bottom) break;
    top -= 2;
    place = load<u16>(top);
  }
  steps += visits;
  return length;
}

/** Where the list of byte ranges at `place` leads on `byte`; -1 if nowhere, or if there is no such list. */
// @ts-ignore: decorator
@inline
export function stepOver(code: usize, place: u32, byte: u32): i32 {
  let at = code + <usize>place * INSTRUCTION;
  if (<Op>load<u8>(at) != Op.Bytes) return -1;
  while (byte > <u32>load<u8>(at, 2)) {
    if (load<u8>(at, 3) != 0) return -1;
    at += INSTRUCTION;
    steps++;
  }
  return byte >= <u32>load<u8>(at, 1) ? <i32>load<u16>(at, 4) : -1;
}

/** Assertions that hold between two bytes; -1 is no byte. Words are of ASCII letters, digits and underscores, as RE2's. */
export function assertionsBetween(before: i32, after: i32): u32 {
  let holding: u32 = isWord(before) != isWord(after) ? Assertion.Word : Assertion.NotWord;
  if (before < 0) holding |= Assertion.BeginText | Assertion.BeginLine;
  if (before == 0x0a) holding |= Assertion.BeginLine;
  if (after < 0) holding |= Assertion.EndText | Assertion.EndLine;
  if (after == 0x0a) holding |= Assertion.EndLine;
  return holding;
}

export function isWord(c: i32): bool {
  const lower = c | 0x20;
  return (c >= 0x30 && c <= 0x39) || (lower >= 0x61 && lower <= 0x7a) || c == 0x5f;
}
