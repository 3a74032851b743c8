/** Digits of a number of 128 bits: one more than bits, for the carry. */
export const NAF_LENGTH: i32 = 129;

/**
 * Writes the width-`width` non-adjacent form of the 16 little-endian bytes at `p`: {@link NAF_LENGTH} signed bytes, `stride` apart,
 * lowest first, each 0 or odd and below 2^(width − 1) in magnitude, and of `width` in a row at most one not 0 (Hankerson, Menezes,
 * Vanstone, "Guide to Elliptic Curve Cryptography", algorithm 3.35). `width` is from 2 to 8.
 */
export function writeNaf(out: usize, stride: i32, p: usize, width: i32): void {
  const low = load<u64>(p);
  const high = load<u64>(p, 8);
  let carry: i32 = 0;
  for (let i = 0, wait = 0; i < NAF_LENGTH; i++, wait--, out += stride) {
    store<i8>(out, 0);
    if (wait > 0) continue;
    const window = (<i32>bitsFrom(low, high, i)) & ((1 << width) - 1);
    if ((window & 1) == carry) continue;
    let digit = window + carry;
    carry = digit >> (width - 1);
    digit -= carry << width;
    store<i8>(out, <i8>digit);
    wait = width;
  }
}

/** At least eight bits of a number of 128 from bit `i` on, `i` from 0 to 128. */
// @ts-ignore: decorator
@inline
function bitsFrom(low: u64, high: u64, i: i32): u64 {
  if (i >= 64) return i == 128 ? 0 : high >> (i - 64);
  return i == 0 ? low : (low >> i) | (high << (64 - i));
}
