import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { toBigInt } from "./rsa.encoding.js";

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

function testKey(privateKey: KeyObject): RsaTestKey {
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: "jwk" });
  const n = Buffer.from(jwk.n as string, "base64url");
  const modulus = toBigInt(n);
  const bits = modulus.toString(2).length;
  return { privateKey, publicKey, bits, length: n.length, n, e: Buffer.from(jwk.e as string, "base64url"), modulus };
}

const generate = (modulusLength: number, publicExponent: number): RsaTestKey =>
  testKey(generateKeyPairSync("rsa", { modulusLength, publicExponent }).privateKey);

/** New keys: around a whole number of bytes, with each kind of exponent, and the size that takes too long to make. */
export function testKeys(): RsaTestKey[] {
  return [
    generate(2048, 65537),
    generate(2048, 3),
    generate(2048, 0xffff_fffb),
    generate(2049, 65537),
    generate(2055, 65537),
    generate(2056, 3),
    generate(3072, 65537),
    generate(4096, 65537),
    // Made for these tests, and of use for nothing else.
    testKey(createPrivateKey(readFileSync(new URL("rsa-8192.pem", import.meta.url)))),
  ];
}

export const nameOf = (key: RsaTestKey): string => `${key.bits} bits, e = ${toBigInt(key.e)}`;
