import { LIMB_BITS, LIMB_MASK } from "./rsa_limbs";
import { Modulus } from "./rsa_modulus";

/**
 * Montgomery multiplication (Montgomery, "Modular multiplication without trial division") column by column: each column of the
 * product and of the multiple of the modulus that clears it is one sum of products. One factor lies in reverse order, so that both
 * are read forwards, four limbs at a time. Numbers stay below 2n, and R, the power of two that is divided by, is above 4n: what
 * comes out is below 2n again, without a comparison.
 */

/** The limbs of the multiple of the modulus; 304 of them for 8192 bits, and three that are read for nothing. */
const multiple: usize = memory.data(1232, 16);

/** Masks that keep 0 to 4 lanes. */
const LANES: usize = memory.data<u32>(
  [
    0, 0, 0, 0, 0xffffffff, 0, 0, 0, 0xffffffff, 0xffffffff, 0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0xffffffff,
    0xffffffff, 0xffffffff, 0xffffffff,
  ],
  16,
);

/** Adds the products of the `count` limbs at `a` and at `b`, pair by pair, to the two sums in `sum`. */
// @ts-ignore: decorator
@inline
function addProducts(sum: v128, a: usize, b: usize, count: i32): v128 {
  let other = i64x2.splat(0);
  while (count >= 8) {
    const a0 = v128.load(a);
    const b0 = v128.load(b);
    const a1 = v128.load(a, 16);
    const b1 = v128.load(b, 16);
    sum = i64x2.add(sum, i64x2.add(i64x2.extmul_low_i32x4_u(a0, b0), i64x2.extmul_low_i32x4_u(a1, b1)));
    other = i64x2.add(other, i64x2.add(i64x2.extmul_high_i32x4_u(a0, b0), i64x2.extmul_high_i32x4_u(a1, b1)));
    a += 32;
    b += 32;
    count -= 8;
  }
  if (count > 4) {
    const a0 = v128.load(a);
    const b0 = v128.load(b);
    sum = i64x2.add(sum, i64x2.extmul_low_i32x4_u(a0, b0));
    other = i64x2.add(other, i64x2.extmul_high_i32x4_u(a0, b0));
    a += 16;
    b += 16;
    count -= 4;
  }
  if (count > 0) {
    const a0 = v128.and(v128.load(a), v128.load(LANES + ((<usize>count) << 4)));
    const b0 = v128.load(b);
    sum = i64x2.add(sum, i64x2.extmul_low_i32x4_u(a0, b0));
    other = i64x2.add(other, i64x2.extmul_high_i32x4_u(a0, b0));
  }
  return i64x2.add(sum, other);
}

// @ts-ignore: decorator
@inline
function total(sum: v128): u64 {
  return i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1);
}

/** Column `k` of a square: every product of two different limbs counts twice, but is computed once. */
// @ts-ignore: decorator
@inline
function squareColumn(a: usize, reversed: usize, count: i32): v128 {
  const sum = addProducts(i64x2.splat(0), a, reversed, count >> 1);
  return i64x2.add(sum, sum);
}

/** The limb in the middle of column `k`, squared, if there is one. */
// @ts-ignore: decorator
@inline
function middle(a: usize, k: i32): u64 {
  if ((k & 1) != 0) return 0;
  const limb: u64 = load<u32>(a + ((<usize>k) << 1));
  return limb * limb;
}

/** Writes a * b / R modulo n to `out`, which may be `a`; `reversed` holds the limbs of b in reverse order. */
export function multiply(out: usize, a: usize, reversed: usize, modulus: Modulus): void {
  montgomery(out, a, reversed, modulus, false);
}

/** Writes a * a / R modulo n to `out`, which may be `a`; `reversed` holds the limbs of a in reverse order. */
export function square(out: usize, a: usize, reversed: usize, modulus: Modulus): void {
  montgomery(out, a, reversed, modulus, true);
}

// @ts-ignore: decorator
@inline
function montgomery(out: usize, a: usize, b: usize, modulus: Modulus, squaring: bool): void {
  const count = modulus.count;
  const inverse = modulus.inverse;
  const n = changetype<usize>(modulus.reversed);
  const lowest: u64 = load<u32>(n + ((<usize>count - 1) << 2));
  let sum: u64 = 0;
  for (let k = 0; k < count; k++) {
    const from = (<usize>count - 1 - <usize>k) << 2;
    let column: v128;
    if (squaring) {
      column = squareColumn(a, b + from, k + 1);
      sum += middle(a, k);
    } else column = addProducts(i64x2.splat(0), a, b + from, k + 1);
    sum += total(addProducts(column, multiple, n + from, k));
    const limb = (<u32>sum * inverse) & LIMB_MASK;
    store<u32>(multiple + ((<usize>k) << 2), limb);
    sum = (sum + <u64>limb * lowest) >> LIMB_BITS;
  }
  const last = 2 * count - 1;
  for (let k = count; k < last; k++) {
    const from = (<usize>(k - count + 1)) << 2;
    let column: v128;
    if (squaring) {
      column = squareColumn(a + from, b, last - k);
      sum += middle(a, k);
    } else column = addProducts(i64x2.splat(0), a + from, b, last - k);
    sum += total(addProducts(column, multiple + from, n, last - k));
    store<u32>(out + ((<usize>(k - count)) << 2), (<u32>sum) & LIMB_MASK);
    sum >>= LIMB_BITS;
  }
  store<u32>(out + ((<usize>count - 1) << 2), <u32>sum);
}
