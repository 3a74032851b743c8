import { RsaKey } from "./rsa";
import { mirror, readNumber, reduceOnce, sizeOf, writeNumber } from "./rsa_limbs";
import { multiply } from "./rsa_multiply";

/** Room for numbers of 304 limbs, 8192 bits. */
const base: usize = memory.data(2496, 16);
const power: usize = memory.data(2496, 16);
const factor: usize = memory.data(2496, 16);
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
  readNumber(signature, length, base, count);
  mirror(power, count);
  // Into Montgomery form, and out of it by the last multiplication: the exponent is odd.
  multiply(power, base, changetype<usize>(modulus.squaredR), modulus);
  memory.copy(factor, power, sizeOf(count));
  for (let bit = 30 - <i32>clz<u32>(exponent); bit >= 0; bit--) {
    multiply(power, power, power, modulus);
    if (((exponent >> bit) & 1) == 1) multiply(power, power, bit == 0 ? base : factor, modulus);
  }
  reduceOnce(power, changetype<usize>(modulus.n), count);
  writeNumber(power, count, message, length);
  return message;
}
