/**
 * Large numbers as limbs of 27 bits in 32. A product of two limbs has 54 bits, so that a sum of a thousand fits into 64: a column
 * of two products of 8192 bits each, 608 of them, is added up without a carry in between.
 *
 * A number of `count` limbs, a multiple of four, lies in memory twice: the lowest limb first, and the highest limb first. Behind
 * each there are eight zeros, for who takes eight at a time. Functions that change a number in the first half only say so.
 */
export const LIMB_BITS: i32 = 27;
export const LIMB_MASK: u32 = (1 << 27) - 1;

/** Bytes of the zeros. */
export const GAP: usize = 32;

/** Limbs for numbers of so many bits. */
export function limbsFor(bits: i32): i32 {
  return ((bits + LIMB_BITS - 1) / LIMB_BITS + 3) & ~3;
}

/** Bytes of a number. */
export function sizeOf(count: i32): i32 {
  return 8 * count + 2 * <i32>GAP;
}

/** The half that has the highest limb first. */
// @ts-ignore: decorator
@inline
export function reversed(p: usize, count: i32): usize {
  return p + ((<usize>count) << 2) + GAP;
}

/** Reads the big-endian number of `length` bytes at `bytes`, which must fit. */
export function readNumber(bytes: usize, length: i32, out: usize, count: i32): void {
  let bits: u64 = 0;
  let have = 0;
  for (let i = 0; i < count; i++) {
    while (have < LIMB_BITS && length > 0) {
      bits |= (<u64>load<u8>(bytes + <usize>--length)) << have;
      have += 8;
    }
    store<u32>(out + ((<usize>i) << 2), (<u32>bits) & LIMB_MASK);
    bits >>= LIMB_BITS;
    have -= LIMB_BITS;
  }
  mirror(out, count);
}

/** Writes the first half of a number and the zeros anew into the rest. */
export function mirror(p: usize, count: i32): void {
  const half = reversed(p, count);
  memory.fill(half - GAP, 0, GAP);
  let to = half + ((<usize>count) << 2);
  memory.fill(to, 0, GAP);
  for (let from = p; to > half; from += 4) {
    to -= 4;
    store<u32>(to, load<u32>(from));
  }
}

/** Writes the number as `length` big-endian bytes, in which it must fit. */
export function writeNumber(p: usize, count: i32, bytes: usize, length: i32): void {
  let bits: u64 = 0;
  let have = 0;
  const end = p + ((<usize>count) << 2);
  while (length > 0) {
    if (have < 8 && p < end) {
      bits |= (<u64>load<u32>(p)) << have;
      have += LIMB_BITS;
      p += 4;
    }
    store<u8>(bytes + <usize>--length, <u8>bits);
    bits >>= 8;
    have -= 8;
  }
}

/** Subtracts `n` from the number at `p` if that is not smaller; in the first half only. */
export function reduceOnce(p: usize, n: usize, count: i32): void {
  const size = (<usize>count) << 2;
  let at = size;
  while (at > 0) {
    at -= 4;
    const x = load<u32>(p + at);
    const y = load<u32>(n + at);
    if (x < y) return;
    if (x > y) break;
  }
  let borrow: i32 = 0;
  for (let i: usize = 0; i < size; i += 4) {
    borrow += <i32>load<u32>(p + i) - <i32>load<u32>(n + i);
    store<u32>(p + i, (<u32>borrow) & LIMB_MASK);
    borrow >>= LIMB_BITS;
  }
}

/** Doubles the number at `p`; in the first half only. */
export function double(p: usize, count: i32): void {
  let carry: u32 = 0;
  for (let end = p + ((<usize>count) << 2); p < end; p += 4) {
    carry += load<u32>(p) << 1;
    store<u32>(p, carry & LIMB_MASK);
    carry >>= LIMB_BITS;
  }
}
