import { LIMB_BITS, LIMB_MASK, double, newLimbs, readLimbs, reduceOnce, reverseLimbs } from "./rsa_limbs";
import { square } from "./rsa_multiply";

/** An odd modulus n, and what Montgomery multiplication by R = 2^(27 * count) needs of it. */
export class Modulus {
  constructor(
    /** Limbs of n, so many that R is above 4n. */
    readonly count: i32,
    /** -1 / n modulo 2^27. */
    readonly inverse: u32,
    readonly limbs: StaticArray<u32>,
    /** n's limbs, and those of R * R modulo n, in reverse order. */
    readonly reversed: StaticArray<u32>,
    readonly squaredR: StaticArray<u32>,
  ) {}
}

/** -1 / n modulo 2^27 by Newton's iteration: each step doubles the bits that are right, of which an odd n itself has three. */
function negativeInverse(n: u32): u32 {
  let x = n;
  for (let i = 0; i < 4; i++) x *= 2 - n * x;
  return (0 - x) & LIMB_MASK;
}

/** Prepares the odd number of `bits` bits, in `length` big-endian bytes at `p`. */
export function prepareModulus(p: usize, length: i32, bits: i32): Modulus {
  const count = (bits + 2 + LIMB_BITS - 1) / LIMB_BITS;
  const limbs = newLimbs(count);
  const n = changetype<usize>(limbs);
  readLimbs(p, length, n, count);
  const reversed = newLimbs(count);
  reverseLimbs(n, count, changetype<usize>(reversed));
  const squaredR = newLimbs(count);
  const modulus = new Modulus(count, negativeInverse(load<u32>(n)), limbs, reversed, squaredR);

  const scratch = newLimbs(count);
  const power = newLimbs(count);
  const x = changetype<usize>(power);
  const backwards = changetype<usize>(scratch);
  // 2^(bits - 1) is below n; doubled until it is R, and once more: 2 in Montgomery form.
  store<u32>(x + ((<usize>((bits - 1) / LIMB_BITS)) << 2), 1 << ((bits - 1) % LIMB_BITS));
  const exponent = count * LIMB_BITS;
  for (let i = bits - 1; i <= exponent; i++) {
    double(x, count);
    reduceOnce(x, n, count);
  }
  // To the power of R's exponent: R in Montgomery form, R * R.
  for (let bit = 30 - <i32>clz<u32>(exponent); bit >= 0; bit--) {
    reverseLimbs(x, count, backwards);
    square(x, x, backwards, modulus);
    reduceOnce(x, n, count);
    if (((exponent >> bit) & 1) == 0) continue;
    double(x, count);
    reduceOnce(x, n, count);
  }
  reverseLimbs(x, count, changetype<usize>(squaredR));
  return modulus;
}
