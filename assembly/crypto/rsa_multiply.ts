import { LIMB_BITS, LIMB_MASK, reversed } from "./rsa_limbs";
import { Modulus } from "./rsa_modulus";

/** The multiple of the modulus that clears the lower half of a product: 304 limbs for 8192 bits, and four zeros. */
const multiple: usize = memory.data(1232, 16);
/** Sums of {@link crossProducts} of its first 0, 8, 16 … limbs. */
const multiplePairs: usize = memory.data(312, 8);

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

/** Of eight limbs: each of the first four times the one four places behind it, added up. */
export function crossProducts(p: usize): u64 {
  return total(addProducts(i64x2.splat(0), v128.load(p), v128.load(p, 16)));
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
  const nPairs = changetype<usize>(modulus.pairs) + 64;
  memory.fill(multiple, 0, size + 16);
  let pairs: u64 = 0;
  let sum: u64 = 0;
  // Everything counts in bytes: column `k / 4` and the three after it.
  for (let k: usize = 0; k < 2 * size; k += 16) {
    let sums0 = i64x2.splat(0);
    let sums1 = i64x2.splat(0);
    let sums2 = i64x2.splat(0);
    let sums3 = i64x2.splat(0);
    const first = k < size ? <usize>0 : k - size;
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

    // Two products for one multiplication (S. Winograd, "A new algorithm for inner product"): (x + y') * (x' + y) is xy + x'y' and
    // two cross products, one of which is the multiple's own, the other n's. They are taken off at the end, all of them at once.
    const from = first & ~31;
    x = multiple + from;
    y = nReversed + start + from;
    const end = multiple + min(k, size);
    for (; x < end; x += 32, y += 32) {
      const limbs = v128.load(x);
      const next = v128.load(x, 16);
      sums0 = addProducts(sums0, i32x4.add(limbs, v128.load(y, 28)), i32x4.add(next, v128.load(y, 12)));
      sums1 = addProducts(sums1, i32x4.add(limbs, v128.load(y, 24)), i32x4.add(next, v128.load(y, 8)));
      sums2 = addProducts(sums2, i32x4.add(limbs, v128.load(y, 20)), i32x4.add(next, v128.load(y, 4)));
      sums3 = addProducts(sums3, i32x4.add(limbs, v128.load(y, 16)), i32x4.add(next, v128.load(y)));
    }
    const cross = pairs - load<u64>(multiplePairs + (from >> 2));
    const nFrom = nPairs + ((start + from) << 1);
    const nEnd = nFrom + ((x - multiple - from) << 1);
    const column0 = total(sums0) - cross - load<u64>(nEnd, 24) + load<u64>(nFrom, 24) + middle0;
    const column1 = total(sums1) - cross - load<u64>(nEnd, 16) + load<u64>(nFrom, 16);
    const column2 = total(sums2) - cross - load<u64>(nEnd, 8) + load<u64>(nFrom, 8) + middle2;
    const column3 = total(sums3) - cross - load<u64>(nEnd) + load<u64>(nFrom);

    if (k < size) {
      sum += column0;
      const m0 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = ((sum + m0 * n0) >> LIMB_BITS) + column1 + m0 * n1;
      const m1 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = ((sum + m1 * n0) >> LIMB_BITS) + column2 + m0 * n2 + m1 * n1;
      const m2 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = ((sum + m2 * n0) >> LIMB_BITS) + column3 + m0 * n3 + m1 * n2 + m2 * n1;
      const m3 = <u64>((<u32>sum * inverse) & LIMB_MASK);
      sum = (sum + m3 * n0) >> LIMB_BITS;
      v128.store(multiple + k, four(<u32>m0, <u32>m1, <u32>m2, <u32>m3));
      if ((k & 16) != 0) {
        pairs += crossProducts(multiple + k - 16);
        store<u64>(multiplePairs + ((k + 16) >> 2), pairs);
      }
    } else {
      sum += column0;
      const r0 = (<u32>sum) & LIMB_MASK;
      sum = (sum >> LIMB_BITS) + column1;
      const r1 = (<u32>sum) & LIMB_MASK;
      sum = (sum >> LIMB_BITS) + column2;
      const r2 = (<u32>sum) & LIMB_MASK;
      sum = (sum >> LIMB_BITS) + column3;
      const r3 = (<u32>sum) & LIMB_MASK;
      sum >>= LIMB_BITS;
      // The halves of b that are still to be read end before the reversed limbs.
      v128.store(out + first, four(r0, r1, r2, r3));
      v128.store(outReversed + (size - 16 - first), four(r3, r2, r1, r0));
    }
  }
}
