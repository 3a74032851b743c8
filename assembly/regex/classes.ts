import { Scratch } from "./scratch";
import { decodeFold, foldFirst, foldCount, foldStride, foldDelta, startFolds } from "./fold";

// A character class is built as a bitmap of all code points: union, negation and folding are then loops over words, and no
// choice of ranges costs more than another.
export const LAST_RUNE: u32 = 0x10ffff;
const WORDS: u32 = (LAST_RUNE + 1) >> 6;
const BYTES: usize = (<usize>WORDS) << 3;

/** No expression may have more ranges than this in all its classes together. */
export const MAX_RANGES: u32 = 50_000;
const pool = new Scratch();
let pooled: u32 = 0;

/** Forgets the ranges of the last expression. */
export function clearRanges(): void {
  pooled = 0;
}

/** Address of pooled range `index`: two u32, first and last code point. */
export function rangeAt(index: u32): usize {
  return pool.base + ((<usize>index) << 3);
}

/** Appends a range to the pool; false if it is full. */
export function poolRange(first: u32, last: u32): bool {
  if (pooled == MAX_RANGES) return false;
  const at = pool.reserve((<usize>(pooled + 1)) << 3) + ((<usize>pooled) << 3);
  store<u32>(at, first);
  store<u32>(at, last, 4);
  pooled++;
  return true;
}

/** Number of ranges in the pool: the index the next one gets. */
export function rangeCount(): u32 {
  return pooled;
}

/** A set of code points. Only the words below `top` may differ from zero. */
export class ClassBuilder {
  /** Set once the set is complete, if the class is all that the set lacks. */
  inverted: bool = false;
  private bits: usize = 0;
  private top: u32 = 0;

  /** Empties the set; must come before every use. */
  clear(): void {
    if (this.bits == 0) {
      this.bits = heap.alloc(BYTES);
      this.top = WORDS;
    }
    memory.fill(this.bits, 0, (<usize>this.top) << 3);
    this.top = 0;
    this.inverted = false;
  }

  has(c: u32): bool {
    return ((load<u64>(this.bits + ((<usize>(c >> 6)) << 3)) >> (c & 63)) & 1) != 0;
  }

  /** Adds the code points first to last, both included. */
  add(first: u32, last: u32): void {
    const low = first >> 6;
    const high = last >> 6;
    this.top = max(this.top, high + 1);
    const head: u64 = ~(<u64>0) << (first & 63);
    const tail: u64 = ~(<u64>0) >> (63 - (last & 63));
    if (low == high) return this.or(low, head & tail);
    this.or(low, head);
    memory.fill(this.bits + ((<usize>(low + 1)) << 3), 0xff, (<usize>(high - low - 1)) << 3);
    this.or(high, tail);
  }

  private or(word: u32, mask: u64): void {
    const at = this.bits + ((<usize>word) << 3);
    store<u64>(at, load<u64>(at) | mask);
  }

  /** Adds everything that `other` lacks. */
  addComplement(other: ClassBuilder): void {
    for (let i: u32 = 0; i < WORDS; i++) this.or(i, ~load<u64>(other.bits + ((<usize>i) << 3)));
    this.top = WORDS;
  }

  /** Adds all case variants of what is in the set (Unicode simple case folding). */
  fold(): void {
    // An orbit has at most four members, so three rounds along it reach them all.
    for (let round = 0; round < 3; round++) {
      startFolds();
      while (decodeFold()) {
        let c = foldFirst;
        for (let i: u32 = 0; i < foldCount; i++) {
          if (c >> 6 < this.top && this.has(c)) this.add(c + foldDelta, c + foldDelta);
          c += foldStride;
        }
      }
    }
  }

  /** Appends the ranges of the class to the pool, in order; false if it is full. Surrogates are left out: UTF-8 has none. */
  toRanges(): bool {
    let first: u32 = 0;
    let inside = this.inverted;
    const end = this.top << 6;
    for (let c: u32 = 0; c < end;) {
      let word = load<u64>(this.bits + ((<usize>(c >> 6)) << 3));
      // Look for the next code point that is as this one is not: inside and outside alternate.
      if (inside != this.inverted) word = ~word;
      word >>= c & 63;
      if (word == 0) {
        c = (c | 63) + 1;
        continue;
      }
      c += <u32>ctz(word);
      if (inside && c > 0 && !poolScalars(first, c - 1)) return false;
      first = c;
      inside = !inside;
    }
    const last = this.inverted ? LAST_RUNE : end - 1;
    return !inside || first > last || poolScalars(first, last);
  }
}

function poolScalars(first: u32, last: u32): bool {
  if (last < 0xd800 || first > 0xdfff) return poolRange(first, last);
  if (first < 0xd800 && !poolRange(first, 0xd7ff)) return false;
  return last <= 0xdfff || poolRange(0xe000, last);
}
