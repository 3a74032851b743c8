import { constants, verify } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Crypto, HASHES, type HashName, type Rsa } from "./crypto.harness.js";
import { type PssDamage, digest, digestInfo, pkcs1, pss, signRaw, toBigInt, toBytes } from "./rsa.encoding.js";
import { KEYS, nameOf } from "./rsa.keys.js";

// Hundreds of signatures are made, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 });

let crypto: Crypto;
beforeAll(async () => {
  crypto = await Crypto.load();
}, 120_000);

const random = new Random(20261127);
const bytes = (length: number): Buffer => Buffer.from(random.bytes(length), "latin1");
const text = Buffer.from("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9");

function xorAt(message: Uint8Array, at: number, bits: number): Buffer {
  const changed = Buffer.from(message);
  const index = at < 0 ? message.length + at : at;
  changed[index]! ^= bits;
  return changed;
}

/** Encoded messages that are perfect but for one thing. */
function pkcs1Damages(length: number, hash: HashName): Record<string, Buffer> {
  const value = digest(hash, text);
  const info = digestInfo(hash, value);
  const good = pkcs1(length, info);
  const other = hash === "sha256" ? "sha512" : "sha256";
  const short = (padding: number, behind: Buffer): Buffer => {
    const front = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(padding, 0xff), Buffer.from([0]), info]);
    return Buffer.concat([front, behind, Buffer.alloc(length - front.length - behind.length)]);
  };
  const longForm = Buffer.concat([Buffer.from([0x30, 0x81, info.length - 2]), info.subarray(2)]);
  const separator = length - info.length - 1;
  return {
    "another hash's OID over the right digest": pkcs1(length, digestInfo(other, value)),
    "SHA-224's OID over the right digest": pkcs1(length, digestInfo("sha224", value)),
    "SHA-1": pkcs1(length, digestInfo("sha1", digest("sha1", text))),
    "another hash altogether": pkcs1(length, digestInfo(other, digest(other, text))),
    "missing NULL": pkcs1(length, digestInfo(hash, value, "")),
    "parameters other than NULL": pkcs1(length, digestInfo(hash, value, "0400")),
    "parameters that hold bytes": pkcs1(length, digestInfo(hash, value, "0504deadbeef")),
    "no DigestInfo": pkcs1(length, value),
    "lengths in the long form": pkcs1(length, longForm),
    "a byte behind the DigestInfo": pkcs1(length, Buffer.concat([info, Buffer.from([0])])),
    "a byte inside the DigestInfo": pkcs1(length, digestInfo(hash, Buffer.concat([value, Buffer.from([0])]))),
    "a digest cut short": pkcs1(length, digestInfo(hash, value.subarray(1))),
    "eight bytes of padding and zeros behind": short(8, Buffer.alloc(0)),
    "eight bytes of padding and anything behind": short(8, bytes(length - 60 - info.length)),
    "no padding": short(0, Buffer.alloc(0)),
    "a padding one byte shorter": Buffer.concat([good.subarray(0, 2), good.subarray(3), Buffer.from([0])]),
    "a first byte of 1": xorAt(good, 0, 1),
    "block type 0": xorAt(good, 1, 1),
    "block type 2": xorAt(good, 1, 3),
    "a zero in the padding": xorAt(good, 10, 0xff),
    "FE first in the padding": xorAt(good, 2, 1),
    "FE last in the padding": xorAt(good, separator - 1, 1),
    "no separator": xorAt(good, separator, 0xff),
    "a changed digest": xorAt(good, -1, 1),
    "the digest of another text": pkcs1(length, digestInfo(hash, digest(hash, text, Buffer.from(".")))),
    zeros: Buffer.alloc(length),
    one: toBytes(1n, length),
  };
}

function pssDamages(bits: number, hash: HashName): Record<string, Buffer> {
  const size = digest(hash).length;
  const other = hash === "sha256" ? "sha512" : "sha256";
  const salt = bytes(size);
  const damaged = (damage: PssDamage): Buffer => pss(bits, hash, text, salt, damage);
  const good = damaged({});
  const hashAt = good.length - size - 1;
  const saltOf = (length: number): Buffer => pss(bits, hash, text, bytes(length));
  const paddingLength = hashAt - size - 1;
  const damages: Record<string, Buffer> = {
    "no salt": saltOf(0),
    "a salt one byte shorter": saltOf(size - 1),
    "a salt one byte longer": saltOf(size + 1),
    "a salt of another hash's length": saltOf(digest(other).length),
    "the longest salt": saltOf(good.length - size - 2),
    "MGF1 with another hash": damaged({ mgfHash: other }),
    "another hash altogether": pss(bits, other, text, bytes(digest(other).length)),
    "another hash, with this one's salt length": pss(bits, other, text, salt),
    "a trailer of CC": damaged({ trailer: 0xcc }),
    "a trailer of zero": damaged({ trailer: 0 }),
    "anything but eight zeros before the digest": damaged({ prefix: Buffer.from("0000000000000001", "hex") }),
    "seven zeros before the digest": damaged({ prefix: Buffer.alloc(7) }),
    "a one in the padding": damaged({ block: (db) => (db[paddingLength - 1] = 1) }),
    "a one amid the padding": damaged({ block: (db) => (db[paddingLength >> 1] = 1) }),
    "a low bit first in the padding": damaged({ block: (db) => (db[0]! ^= 1) }),
    "no separator": damaged({ block: (db) => (db[paddingLength] = 0) }),
    "a separator of 2": damaged({ block: (db) => (db[paddingLength] = 2) }),
    "a separator of 81": damaged({ block: (db) => (db[paddingLength] = 0x81) }),
    "another salt": damaged({ block: (db) => (db[db.length - 1]! ^= 1) }),
    "a changed hash": xorAt(good, hashAt, 1),
    "the hash of another text": pss(bits, hash, Buffer.concat([text, Buffer.from(".")]), salt),
    zeros: Buffer.alloc(good.length),
  };
  return damages;
}

describe.each(KEYS.map((key) => [nameOf(key), key] as const))("%s", (_name, key) => {
  const { privateKey, publicKey, length, modulus } = key;
  const pssBits = key.bits - 1;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  const pssKey = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  let rsa: Rsa;
  beforeAll(() => {
    rsa = crypto.rsa(key.n, key.e)!;
  });
  const padded = (message: Buffer): Buffer => Buffer.concat([Buffer.alloc(length - message.length), message]);
  const pssMessage = (hash: HashName, damage?: PssDamage): Buffer =>
    padded(pss(pssBits, hash, text, bytes(digest(hash).length), damage));

  test.each(HASHES)("PKCS #1 v1.5 with %s: encoded messages that are not the one", (hash) => {
    expect(rsa.pkcs1(hash, signRaw(privateKey, pkcs1(length, digestInfo(hash, digest(hash, text)))), text)).toBe(true);
    for (const [what, message] of Object.entries(pkcs1Damages(length, hash))) {
      // A first byte of 1 is beyond most moduli.
      if (toBigInt(message) >= modulus) continue;
      const signature = signRaw(privateKey, message);
      expect(rsa.recover(signature)).toEqual(message);
      expect(rsa.pkcs1(hash, signature, text), what).toBe(false);
      expect(verify(hash, text, publicKey, signature), `node: ${what}`).toBe(false);
    }
  });

  test.each(HASHES)("PSS with %s: encoded messages that are not consistent", (hash) => {
    expect(rsa.pss(hash, signRaw(privateKey, pssMessage(hash)), text)).toBe(true);
    for (const [what, message] of Object.entries(pssDamages(pssBits, hash))) {
      const signature = signRaw(privateKey, padded(message));
      expect(rsa.recover(signature)).toEqual(padded(message));
      expect(rsa.pss(hash, signature, text), what).toBe(false);
      expect(verify(hash, text, pssKey, signature), `node: ${what}`).toBe(false);
    }
  });

  test("PSS: bits beyond those of the encoding are set", () => {
    let tried = 0;
    for (let i = 0; i < 2000 && tried < 5; i++) {
      const message = pssMessage("sha256", { keepBits: true });
      // A byte in front where the encoding is shorter than the modulus; else the bits its mask leaves there.
      const changed = pssBits % 8 === 0 ? xorAt(message, 0, 1) : message;
      const unused = pssBits % 8 === 0 ? changed[0]! : changed[0]! >> (pssBits % 8);
      if (unused === 0 || toBigInt(changed) >= modulus) continue;
      tried++;
      const signature = signRaw(privateKey, changed);
      expect(rsa.pss("sha256", signature, text)).toBe(false);
      expect(verify("sha256", text, pssKey, signature)).toBe(false);
    }
    // Of 2056 bits the modulus may leave no room for it.
    expect(tried).toBeGreaterThan(0);
  });

  test("signatures of another length, out of range, or changed", () => {
    const schemes = {
      pkcs1: signRaw(privateKey, pkcs1(length, digestInfo("sha256", digest("sha256", text)))),
      pss: signRaw(privateKey, pssMessage("sha256")),
    };
    for (const [scheme, good] of Object.entries(schemes)) {
      const check = (signature: Buffer): boolean =>
        scheme === "pss" ? rsa.pss("sha256", signature, text) : rsa.pkcs1("sha256", signature, text);
      expect(check(good)).toBe(true);
      for (const cut of [0, 1, length / 2, length - 1]) expect(check(good.subarray(0, cut))).toBe(false);
      for (const more of [[0], [1], [0, 0]]) {
        expect(check(Buffer.concat([Buffer.from(more), good]))).toBe(false);
        expect(check(Buffer.concat([good, Buffer.from(more)]))).toBe(false);
      }
      const s = toBigInt(good);
      const limit = 1n << BigInt(8 * length);
      for (const number of [0n, 1n, modulus - 1n, modulus, modulus + 1n, modulus - s, limit - 1n]) {
        expect(check(toBytes(number, length))).toBe(false);
      }
      // Congruent, so the same message comes out.
      for (let t = s + modulus; t < limit; t += modulus) {
        expect(rsa.recover(toBytes(t, length))).toBeNull();
        expect(check(toBytes(t, length))).toBe(false);
      }
      for (let i = 0; i < 60; i++) expect(check(xorAt(good, random.below(length), 1 << random.below(8)))).toBe(false);
    }
  });
});

test("keys that are none", () => {
  const { n, e } = KEYS[0]!;
  const number = (bits: number): Buffer => toBytes((1n << BigInt(bits)) - 1n);
  expect(crypto.rsa(n, e)).not.toBeNull();
  expect(crypto.rsa(number(2048), e)).not.toBeNull();
  expect(crypto.rsa(number(8192), e)).not.toBeNull();
  for (const modulus of [
    number(2047),
    number(8193),
    number(2048 + 8192),
    number(1),
    Buffer.alloc(0),
    Buffer.alloc(256),
  ]) {
    expect(crypto.rsa(modulus, e)).toBeNull();
  }
  expect(crypto.rsa(xorAt(n, -1, 1), e), "even").toBeNull();
  expect(crypto.rsa(Buffer.concat([Buffer.alloc(1), n]), e), "a leading zero").toBeNull();
  for (const exponent of ["", "00", "01", "02", "04", "010000", "ffffffff00", "0100000001", "0003", "00010001"]) {
    expect(crypto.rsa(n, Buffer.from(exponent, "hex")), exponent).toBeNull();
  }
  for (const exponent of ["03", "05", "010001", "80000001", "ffffffff"]) {
    expect(crypto.rsa(n, Buffer.from(exponent, "hex")), exponent).not.toBeNull();
  }
});
