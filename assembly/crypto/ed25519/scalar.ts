/** Numbers modulo the order L = 2^252 + 27742317777372353535851937790883648493 of the base point (RFC 8032 §5.1). */

/** L, little-endian. */
const L: usize = memory.data<u64>([0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000]);

/** Whether the 32 little-endian bytes at `p` are a number below L, as S has to be (RFC 8032 §5.1.7 step 1). */
export function isReduced(p: usize): bool {
  for (let i: usize = 32; i > 0;) {
    i -= 8;
    const word = load<u64>(p + i);
    const bound = load<u64>(L + i);
    if (word != bound) return word < bound;
  }
  return false;
}

/** Digits of 28 bits: 2^252 is the place of digit 9. */
const MASK: i64 = (1 << 28) - 1;

/** L − 2^252 in five digits. */
const LOW: usize = memory.data<i64>([0xcf5d3ed, 0x12631a5, 0x79cd658, 0xf9dea2f, 0x14de]);

/** L in ten digits. */
const DIGITS_OF_L: usize = memory.data<i64>([0xcf5d3ed, 0x12631a5, 0x79cd658, 0xf9dea2f, 0x14de, 0, 0, 0, 0, 1]);

/** The 19 digits of a number of 512 bits and a zero; the remainder moves down through them. */
const digits: usize = memory.data(160, 8);
const padded: usize = memory.data(72, 8);

/** Carries ten digits at `r`, so that all but the highest are in range. */
function carry(r: usize): void {
  let rest: i64 = 0;
  for (let i: usize = 0; i < 9; i++) {
    rest += load<i64>(r + (i << 3));
    store<i64>(r + (i << 3), rest & MASK);
    rest >>= 28;
  }
  store<i64>(r, load<i64>(r, 72) + rest, 72);
}

/**
 * Writes the 64 little-endian bytes at `p` modulo L, as 32 little-endian bytes.
 *
 * Schoolbook division, a digit a step: what is left is below L, so below 2^252 but for a hair. Moved up by a digit, its part above
 * 2^252 is the quotient q or one more; q·L is taken off as q·2^252, which drops that part, and q·(L − 2^252); if that was too much,
 * L is added once.
 */
export function reduceScalar(out: usize, p: usize): void {
  memory.copy(padded, p, 64);
  for (let i: usize = 0; i < 19; i++) {
    const bit = i * 28;
    store<i64>(digits + (i << 3), (<i64>(load<u32>(padded + (bit >> 3)) >> (<u32>(bit & 7)))) & MASK);
  }
  store<i64>(digits, 0, 152);
  for (let r = digits + 72; r >= digits; r -= 8) {
    const q = load<i64>(r, 72) + (load<i64>(r, 80) << 28);
    store<i64>(r, 0, 72);
    store<i64>(r, 0, 80);
    for (let i: usize = 0; i < 40; i += 8) store<i64>(r + i, load<i64>(r + i) - q * load<i64>(LOW + i));
    carry(r);
    if (load<i64>(r, 72) >= 0) continue;
    for (let i: usize = 0; i < 80; i += 8) store<i64>(r + i, load<i64>(r + i) + load<i64>(DIGITS_OF_L + i));
    carry(r);
  }
  pack(out);
}

/** Writes the lowest ten digits as 32 bytes, 56 bits at a time. */
function pack(out: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    const pair = digits + (i << 4);
    store<i64>(out + 7 * i, load<i64>(pair) | (load<i64>(pair, 8) << 28));
  }
  store<i32>(out, <i32>(load<i64>(digits, 64) | (load<i64>(digits, 72) << 28)), 28);
}
