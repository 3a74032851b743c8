// RSA as RFC 8017 describes it, in the plainest way, with every step open to be done wrong.
import { type KeyObject, constants, createHash, privateEncrypt } from "node:crypto";
import type { HashName } from "./crypto.harness.js";

export const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
export const toBytes = (number: bigint, length = 0): Buffer => {
  const digits = number.toString(16);
  return Buffer.from(digits.padStart(Math.max(2 * length, digits.length + (digits.length & 1)), "0"), "hex");
};

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let bits = exponent; bits > 0n; bits >>= 1n, base = (base * base) % modulus) {
    if ((bits & 1n) === 1n) result = (result * base) % modulus;
  }
  return result;
}

export const digest = (hash: string, ...parts: Uint8Array[]): Buffer =>
  createHash(hash).update(Buffer.concat(parts)).digest();

/** The signature whose encoded message is exactly this, as long as the modulus and smaller. */
export const signRaw = (key: KeyObject, message: Uint8Array): Buffer =>
  privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, message);

const OID = {
  sha1: "06052b0e03021a",
  sha224: "0609608648016503040204",
  sha256: "0609608648016503040201",
  sha384: "0609608648016503040202",
  sha512: "0609608648016503040203",
};

const tlv = (tag: number, content: Uint8Array): Buffer => Buffer.concat([Buffer.from([tag, content.length]), content]);

/** DER of a DigestInfo; `parameters` stand behind the OID. */
export function digestInfo(hash: keyof typeof OID, value: Uint8Array, parameters = "0500"): Buffer {
  const algorithm = tlv(0x30, Buffer.from(OID[hash] + parameters, "hex"));
  return tlv(0x30, Buffer.concat([algorithm, tlv(0x04, value)]));
}

/** EM = 00 01 FF.. 00 T (RFC 8017 §9.2). */
export function pkcs1(length: number, info: Uint8Array): Buffer {
  const padding = Buffer.alloc(length - info.length - 3, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), info]);
}

function mgf1(hash: string, seed: Uint8Array, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0, have = 0; have < length; i++) {
    const part = digest(hash, seed, toBytes(BigInt(i), 4));
    parts.push(part);
    have += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

export interface PssDamage {
  mgfHash?: HashName;
  /** In place of the eight zeros. */
  prefix?: Buffer;
  /** Changes DB, before it is masked: zeros, a one, the salt. */
  block?: (db: Buffer) => void;
  trailer?: number;
  /** Leaves the bits that are too many in the first byte as they come. */
  keepBits?: boolean;
}

/** EMSA-PSS-ENCODE (RFC 8017 §9.1.1). */
export function pss(bits: number, hash: HashName, text: Uint8Array, salt: Uint8Array, damage: PssDamage = {}): Buffer {
  const length = Math.ceil(bits / 8);
  const h = digest(hash, damage.prefix ?? Buffer.alloc(8), digest(hash, text), salt);
  const db = Buffer.alloc(length - h.length - 1);
  db[db.length - salt.length - 1] = 1;
  db.set(salt, db.length - salt.length);
  damage.block?.(db);
  const mask = mgf1(damage.mgfHash ?? hash, h, db.length);
  const masked = db.map((byte, i) => byte ^ mask[i]!);
  if (!damage.keepBits) masked[0]! &= 0xff >> (8 * length - bits);
  return Buffer.concat([masked, h, Buffer.from([damage.trailer ?? 0xbc])]);
}
