import { copyBytes } from "../host/literal";
import { Modulus, prepareModulus } from "./rsa_modulus";

/** RFC 7518 §3.3. */
const MINIMUM_BITS: i32 = 2048;
/** Scratch memory has room for so many. Verifying costs the square of it: a larger key would let its owner spend our time. */
const MAXIMUM_BITS: i32 = 8192;
const MAXIMUM_EXPONENT_LENGTH: i32 = 4;

/** An RSA public key, prepared. */
export class RsaKey {
  constructor(
    /** The modulus, big-endian without leading zeros, and its size in bits. */
    readonly n: StaticArray<u8>,
    readonly bits: i32,
    readonly modulus: Modulus,
    readonly exponent: u32,
  ) {}

  /** Bytes of the modulus, and of every signature. */
  get length(): i32 {
    return this.n.length;
  }
}

/**
 * Prepares a key given as big-endian numbers without leading zeros. Null for what is no usable key: a modulus that is even or has
 * fewer than 2048 or more than 8192 bits, an exponent that is even, 1, or longer than four bytes.
 */
export function prepareRsa(n: usize, nLength: i32, e: usize, eLength: i32): RsaKey | null {
  if (nLength < 1 || nLength > MAXIMUM_BITS / 8 || eLength < 1 || eLength > MAXIMUM_EXPONENT_LENGTH) return null;
  if (load<u8>(n) == 0 || load<u8>(e) == 0) return null;
  const bits = nLength * 8 + 24 - <i32>clz<u32>(load<u8>(n));
  if (bits < MINIMUM_BITS || (load<u8>(n + <usize>(nLength - 1)) & 1) == 0) return null;
  let exponent: u32 = 0;
  for (let i = 0; i < eLength; i++) exponent = (exponent << 8) | load<u8>(e + <usize>i);
  if (exponent < 3 || (exponent & 1) == 0) return null;
  return new RsaKey(copyBytes(n, nLength), bits, prepareModulus(n, nLength, bits), exponent);
}
