import {
  GAP,
  LIMB_BITS,
  LIMB_MASK,
  double,
  limbsFor,
  mirror,
  readNumber,
  reduceOnce,
  reversed,
  sizeOf,
} from "./rsa_limbs";
import { crossProducts, multiply } from "./rsa_multiply";

/** An odd modulus n, and what Montgomery multiplication by R = 2^(27 * count) needs of it. */
export class Modulus {
  constructor(
    /** Limbs of n and of all numbers modulo n, so many that R is above 4n. */
    readonly count: i32,
    /** -1 / n modulo 2^27. */
    readonly inverse: u32,
    readonly n: StaticArray<u8>,
    /** R * R modulo n: by it a number gets into Montgomery form. */
    readonly squaredR: StaticArray<u8>,
    /**
     * Sums of the cross products in n's reversed half: `pairs[i]` is that of the eight limbs before limb i - 8, and of those eight
     * before them, and so on. Differences of them tell of any stretch of limbs.
     */
    readonly pairs: StaticArray<u64>,
  ) {}
}

/** -1 / n modulo 2^27 by Newton's iteration: each step doubles the bits that are right, of which an odd n itself has three. */
function negativeInverse(n: u32): u32 {
  let x = n;
  for (let i = 0; i < 4; i++) x *= 2 - n * x;
  return (0 - x) & LIMB_MASK;
}

/** Prepares the odd number of `bits` bits, in `length` big-endian bytes at `bytes`. */
export function prepareModulus(bytes: usize, length: i32, bits: i32): Modulus {
  const count = limbsFor(bits + 2);
  const number = new StaticArray<u8>(sizeOf(count));
  const n = changetype<usize>(number);
  readNumber(bytes, length, n, count);
  const squaredR = new StaticArray<u8>(sizeOf(count));
  const x = changetype<usize>(squaredR);
  const pairs = new StaticArray<u64>(count + 12);
  const before = reversed(n, count) - GAP;
  for (let i = 8; i < pairs.length; i++) pairs[i] = pairs[i - 8] + crossProducts(before + ((<usize>(i - 8)) << 2));
  const modulus = new Modulus(count, negativeInverse(load<u32>(n)), number, squaredR, pairs);

  // 2^(bits - 1) is below n; doubled until it is R, and once more: 2 in Montgomery form.
  store<u32>(x + ((<usize>((bits - 1) / LIMB_BITS)) << 2), 1 << ((bits - 1) % LIMB_BITS));
  const exponent = count * LIMB_BITS;
  for (let i = bits - 1; i <= exponent; i++) doubleModulo(x, n, count);
  // To the power of R's exponent: R in Montgomery form, which is R * R.
  for (let bit = 30 - <i32>clz<u32>(exponent); bit >= 0; bit--) {
    mirror(x, count);
    multiply(x, x, x, modulus);
    reduceOnce(x, n, count);
    if (((exponent >> bit) & 1) == 1) doubleModulo(x, n, count);
  }
  mirror(x, count);
  return modulus;
}

/** Doubles the number at `x`, below n, modulo n. */
function doubleModulo(x: usize, n: usize, count: i32): void {
  double(x, count);
  reduceOnce(x, n, count);
}
