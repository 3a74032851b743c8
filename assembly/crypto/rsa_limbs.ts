/**
 * Large numbers as limbs of 27 bits in 32, the lowest first. A product of two limbs has 54 bits, so that a sum of a thousand fits
 * into 64: a column of two products of 8192 bits each, 608 of them, is added up without a carry in between.
 */
export const LIMB_BITS: i32 = 27;
export const LIMB_MASK: u32 = (1 << 27) - 1;

/** Limbs behind the last one that are read, not used, by who takes four at a time. */
const PADDING: i32 = 3;

/** A number of `count` limbs, zero. */
export function newLimbs(count: i32): StaticArray<u32> {
  return new StaticArray<u32>(count + PADDING);
}

/** Reads the big-endian number of `length` bytes at `p`, not longer than `count` limbs. */
export function readLimbs(p: usize, length: i32, out: usize, count: i32): void {
  let bits: u64 = 0;
  let have = 0;
  for (let i = 0; i < count; i++) {
    while (have < LIMB_BITS && length > 0) {
      bits |= (<u64>load<u8>(p + <usize>--length)) << have;
      have += 8;
    }
    store<u32>(out + ((<usize>i) << 2), (<u32>bits) & LIMB_MASK);
    bits >>= LIMB_BITS;
    have -= LIMB_BITS;
  }
}

/** Writes the number of `count` limbs at `p` as `length` big-endian bytes, in which it must fit. */
export function writeLimbs(p: usize, count: i32, out: usize, length: i32): void {
  let bits: u64 = 0;
  let have = 0;
  let next = 0;
  while (length > 0) {
    if (have < 8 && next < count) {
      bits |= (<u64>load<u32>(p + ((<usize>next) << 2))) << have;
      have += LIMB_BITS;
      next++;
    }
    store<u8>(out + <usize>--length, <u8>bits);
    bits >>= 8;
    have -= 8;
  }
}

/** Writes the limbs in reverse order. */
export function reverseLimbs(p: usize, count: i32, out: usize): void {
  for (let from = p + ((<usize>count) << 2); from > p; out += 4) {
    from -= 4;
    store<u32>(out, load<u32>(from));
  }
}

/** Subtracts `n` from the number at `p` if that is not smaller. */
export function reduceOnce(p: usize, n: usize, count: i32): void {
  let at = (<usize>count) << 2;
  while (at > 0) {
    at -= 4;
    const x = load<u32>(p + at);
    const y = load<u32>(n + at);
    if (x < y) return;
    if (x > y) break;
  }
  let borrow: i32 = 0;
  for (let i = 0; i < count; i++) {
    const o = (<usize>i) << 2;
    borrow += <i32>load<u32>(p + o) - <i32>load<u32>(n + o);
    store<u32>(p + o, (<u32>borrow) & LIMB_MASK);
    borrow >>= LIMB_BITS;
  }
}

/** Doubles the number at `p`. */
export function double(p: usize, count: i32): void {
  let carry: u32 = 0;
  for (let i = 0; i < count; i++) {
    const o = (<usize>i) << 2;
    carry += load<u32>(p + o) << 1;
    store<u32>(p + o, carry & LIMB_MASK);
    carry >>= LIMB_BITS;
  }
}
