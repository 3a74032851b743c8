import { LIMB_BITS, LIMB_MASK, reversed } from "./rsa_limbs";
import { Modulus } from "./rsa_modulus";

/** The multiple of the modulus that clears the lower half of a product: 304 limbs for 8192 bits. */
const multiple: usize = memory.data(1216, 16);

/**
 * Lanes of the last four limbs a column takes, for each of four columns: all, for a product; for a square those that come before
 * the limb they are multiplied with, if the first column is a multiple of eight, and if it is not.
 */
const ONES: u32 = 0xffffffff;
const PRODUCT_LANES: usize = memory.data<u32>(
  [ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES],
  16,
);
const SQUARE_LANES: usize = memory.data<u32>(
  [
    0,
    0,
    0,
    0,
    ONES,
    0,
    0,
    0,
    ONES,
    0,
    0,
    0,
    ONES,
    ONES,
    0,
    0,
    ONES,
    ONES,
    0,
    0,
    ONES,
    ONES,
    ONES,
    0,
    ONES,
    ONES,
    ONES,
    0,
    ONES,
    ONES,
    ONES,
    ONES,
  ],
  16,
);

/** Adds the products of four limbs, pair by pair, to two sums. */
// @ts-ignore: decorator
@inline
function addProducts(sums: v128, x: v128, y: v128): v128 {
  return i64x2.add(sums, i64x2.add(i64x2.extmul_low_i32x4_u(x, y), i64x2.extmul_high_i32x4_u(x, y)));
}

// @ts-ignore: decorator
@inline
function total(sums: v128): u64 {
  return i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1);
}

// @ts-ignore: decorator
@inline
function squareOf(p: usize): u64 {
  const limb: u64 = load<u32>(p);
  return limb * limb;
}

// @ts-ignore: decorator
@inline
function four(a: u32, b: u32, c: u32, d: u32): v128 {
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c), 3, d);
}

/**
 * Montgomery multiplication (P. Montgomery, "Modular multiplication without trial division"): a * b / R modulo n. `out` may be a or
 * b; if a is b, a third of the work is saved. Numbers stay below 2n, and R = 2^(27 * count) is above 4n: what comes out is below 2n
 * again, without a comparison.
 *
 * It goes column by column, four at a time: each column of a * b, and of the multiple of n that is added to clear the lower half,
 * is one sum of products, whose second factors run backwards. Hence the reversed halves.
 */
export function multiply(out: usize, a: usize, b: usize, modulus: Modulus): void {
  const count = modulus.count;
  const size = (<usize>count) << 2;
  const n = changetype<usize>(modulus.n);
  const n0: u64 = load<u32>(n);
  const n1: u64 = load<u32>(n, 4);
  const n2: u64 = load<u32>(n, 8);
  const n3: u64 = load<u32>(n, 12);
  const inverse = modulus.inverse;
  const squaring = a == b;
  b = reversed(b, count);
  const nReversed = reversed(n, count);
  const outReversed = reversed(out, count);
  let sum: u64 = 0;
  // Everything counts in bytes: column `k / 4` and the three after it.
  for (let k: usize = 0; k < 2 * size; k += 16) {
    let sums0 = i64x2.splat(0);
    let sums1 = i64x2.splat(0);
    let sums2 = i64x2.splat(0);
    let sums3 = i64x2.splat(0);
    const first = k < size ? 0 : k - size;
    // Where limb 0 of the first factor would meet the last of the four columns.
    const start = size - 16 - k;

    let x = a + first;
    let y = b + start + first;
    const last = a + (squaring ? (k >> 1) & ~15 : min(k, size - 16));
    for (; x < last; x += 16, y += 16) {
      const limbs = v128.load(x);
      sums0 = addProducts(sums0, limbs, v128.load(y, 12));
      sums1 = addProducts(sums1, limbs, v128.load(y, 8));
      sums2 = addProducts(sums2, limbs, v128.load(y, 4));
      sums3 = addProducts(sums3, limbs, v128.load(y));
    }
    const lanes = squaring ? SQUARE_LANES + ((k & 16) << 2) : PRODUCT_LANES;
    const limbs = v128.load(x);
    sums0 = addProducts(sums0, v128.and(limbs, v128.load(lanes)), v128.load(y, 12));
    sums1 = addProducts(sums1, v128.and(limbs, v128.load(lanes, 16)), v128.load(y, 8));
    sums2 = addProducts(sums2, v128.and(limbs, v128.load(lanes, 32)), v128.load(y, 4));
    sums3 = addProducts(sums3, v128.and(limbs, v128.load(lanes, 48)), v128.load(y));
    let middle0: u64 = 0;
    let middle2: u64 = 0;
    if (squaring) {
      sums0 = i64x2.add(sums0, sums0);
      sums1 = i64x2.add(sums1, sums1);
      sums2 = i64x2.add(sums2, sums2);
      sums3 = i64x2.add(sums3, sums3);
      middle0 = squareOf(a + (k >> 1));
      middle2 = squareOf(a + (k >> 1) + 4);
    }

    x = multiple + first;
    y = nReversed + start + first;
    const end = multiple + min(k, size);
    for (; x < end; x += 16, y += 16) {
      const limbs = v128.load(x);
      sums0 = addProducts(sums0, limbs, v128.load(y, 12));
      sums1 = addProducts(sums1, limbs, v128.load(y, 8));
      sums2 = addProducts(sums2, limbs, v128.load(y, 4));
      sums3 = addProducts(sums3, limbs, v128.load(y));
    }

    if (k < size) {
      sum += total(sums0) + middle0;
      const m0 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = ((sum + m0 * n0) >> LIMB_BITS) + total(sums1) + m0 * n1;
      const m1 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = ((sum + m1 * n0) >> LIMB_BITS) + total(sums2) + middle2 + m0 * n2 + m1 * n1;
      const m2 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = ((sum + m2 * n0) >> LIMB_BITS) + total(sums3) + m0 * n3 + m1 * n2 + m2 * n1;
      const m3 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = (sum + m3 * n0) >> LIMB_BITS;
      v128.store(multiple + k, four(<u32>m0, <u32>m1, <u32>m2, <u32>m3));
    } else {
      sum += total(sums0) + middle0;
      const r0 = (<u32>sum) & LIMB_MASK;
      sum = (sum >> LIMB_BITS) + total(sums1);
      const r1 = (<u32>sum) & LIMB_MASK;
      sum = (sum >> LIMB_BITS) + total(sums2) + middle2;
      const r2 = (<u32>sum) & LIMB_MASK;
      sum = (sum >> LIMB_BITS) + total(sums3);
      const r3 = (<u32>sum) & LIMB_MASK;
      sum >>= LIMB_BITS;
      // The halves of b that are still to be read end before the reversed limbs.
      v128.store(out + first, four(r0, r1, r2, r3));
      v128.store(outReversed + (size - 16 - first), four(r3, r2, r1, r0));
    }
  }
}
