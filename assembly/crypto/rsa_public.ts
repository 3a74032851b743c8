import { RsaKey } from "./rsa";
import { readLimbs, reduceOnce, reverseLimbs, writeLimbs } from "./rsa_limbs";
import { multiply, square } from "./rsa_multiply";

/** Room for 8192 bits in limbs, and three that are read for nothing. */
const base: usize = memory.data(1232, 16);
const power: usize = memory.data(1232, 16);
const factor: usize = memory.data(1232, 16);
const reversed: usize = memory.data(1232, 16);
const message: usize = memory.data(1024, 16);

/**
 * RSAVP1 (RFC 8017 §5.2.2): the encoded message behind a signature, `key.length` bytes in memory that the next call overwrites; 0 if
 * the signature has another length than the modulus or is not smaller.
 */
export function rsaPublic(key: RsaKey, signature: usize, signatureLength: i32): usize {
  const length = key.length;
  if (signatureLength != length || memory.compare(signature, changetype<usize>(key.n), length) >= 0) return 0;
  const modulus = key.modulus;
  const count = modulus.count;
  const exponent = key.exponent;
  readLimbs(signature, length, base, count);
  // In Montgomery form, times R; it leaves it by the last multiplication, as the exponent is odd.
  multiply(power, base, changetype<usize>(modulus.squaredR), modulus);
  reverseLimbs(power, count, factor);
  for (let bit = 30 - <i32>clz<u32>(exponent); bit >= 0; bit--) {
    reverseLimbs(power, count, reversed);
    square(power, power, reversed, modulus);
    if (bit > 0 && ((exponent >> bit) & 1) == 1) multiply(power, power, factor, modulus);
  }
  reverseLimbs(base, count, reversed);
  multiply(power, power, reversed, modulus);
  reduceOnce(power, changetype<usize>(modulus.limbs), count);
  writeLimbs(power, count, message, length);
  return message;
}
