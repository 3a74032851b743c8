import { type KeyObject, createPrivateKey, createPublicKey } from "node:crypto";
import { power, toBytes } from "./rsa.encoding.js";
// Made for these tests by `generatePrimeSync`, and of use for nothing else. Not by `generateKeyPairSync`: asked for 2049 bits it
// makes a modulus of 2048, and one of 8192 takes it many seconds.
import primes from "./rsa.primes.json" with { type: "json" };

export interface RsaTestKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
  bits: number;
  /** Bytes of the modulus. */
  length: number;
  n: Buffer;
  e: Buffer;
  modulus: bigint;
}

/** The inverse of `a` modulo `n` (extended Euclid). */
function inverse(a: bigint, n: bigint): bigint {
  let [r, next, x, y] = [n, a % n, 0n, 1n];
  while (next > 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [x, y] = [y, x - quotient * y];
  }
  return (x + n) % n;
}

function testKey(p: bigint, q: bigint, e: bigint): RsaTestKey {
  const modulus = p * q;
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = { n: modulus, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: power(q, p - 2n, p) };
  const members = Object.entries(numbers).map(([name, value]) => [name, toBytes(value).toString("base64url")]);
  const privateKey = createPrivateKey({ key: { kty: "RSA", ...Object.fromEntries(members) }, format: "jwk" });
  const n = toBytes(modulus);
  const bits = modulus.toString(2).length;
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, bits, length: n.length, n, e: toBytes(e), modulus };
}

/** Moduli of a whole number of bytes, and one bit more, one less, two less; each kind of exponent; the largest. */
export const KEYS = primes.map(({ p, q, e }) => testKey(BigInt(`0x${p}`), BigInt(`0x${q}`), BigInt(e)));

export const nameOf = (key: RsaTestKey): string => `${key.bits} bits, e = ${key.e.readUIntBE(0, key.e.length)}`;
