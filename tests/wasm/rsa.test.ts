import { constants, sign } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Crypto, HASHES } from "./crypto.harness.js";
import { power, toBigInt, toBytes } from "./rsa.encoding.js";
import { KEYS, nameOf } from "./rsa.keys.js";

// Numbers of 8192 bits are raised to powers, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 });

let crypto: Crypto;
beforeAll(async () => {
  crypto = await Crypto.load();
}, 120_000);

const random = new Random(20261126);
const bytes = (length: number): Buffer => Buffer.from(random.bytes(length), "latin1");
/** A number of exactly so many bits, odd. */
const odd = (bits: number): bigint =>
  (toBigInt(bytes(bits / 8 + 1)) % (1n << BigInt(bits - 1))) | (1n << BigInt(bits - 1)) | 1n;

test("the keys have the sizes they are here for", () => {
  expect(KEYS.map((key) => key.bits)).toEqual([2048, 2048, 2048, 2049, 2055, 2056, 3072, 4096, 8192]);
});

describe.each(KEYS.map((key) => [nameOf(key), key] as const))("%s", (_name, key) => {
  test.each(HASHES)("what node signs with %s verifies, and only as what it is", (hash) => {
    const rsa = crypto.rsa(key.n, key.e)!;
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    for (const length of [0, 1, 100, 1000, 5000]) {
      const text = bytes(length);
      const other = Buffer.concat([text, Buffer.from(".")]);
      const pkcs1 = sign(hash, text, key.privateKey);
      const pss = sign(hash, text, { key: key.privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
      expect(rsa.pkcs1(hash, pkcs1, text)).toBe(true);
      expect(rsa.pss(hash, pss, text)).toBe(true);
      expect(rsa.pkcs1(hash, pkcs1, other)).toBe(false);
      expect(rsa.pss(hash, pss, other)).toBe(false);
      expect(rsa.pkcs1(hash, pss, text)).toBe(false);
      expect(rsa.pss(hash, pkcs1, text)).toBe(false);
      for (const otherHash of HASHES) {
        if (otherHash === hash) continue;
        expect(rsa.pkcs1(otherHash, pkcs1, text)).toBe(false);
        expect(rsa.pss(otherHash, pss, text)).toBe(false);
      }
    }
  });
});

describe("the public operation is BigInt's power", () => {
  /** Compares for one modulus, which need not be anybody's key, at its edges and at random. */
  function compare(n: bigint, e: bigint, times: number): void {
    const length = toBytes(n).length;
    const rsa = crypto.rsa(toBytes(n), toBytes(e));
    expect(rsa).not.toBeNull();
    const edges = [0n, 1n, 2n, n >> 1n, n - 2n, n - 1n];
    for (const s of [...edges, ...Array.from({ length: times }, () => toBigInt(bytes(length)) % n)]) {
      const recovered = rsa!.recover(toBytes(s, length));
      expect(recovered?.toString("hex"), `${s}^${e} mod ${n}`).toBe(toBytes(power(s, e, n), length).toString("hex"));
    }
  }

  test("for every size up to 2300 bits", () => {
    for (let bits = 2048; bits <= 2300; bits++) compare(odd(bits), 65537n, 2);
  });

  test("for sizes and exponents at random", () => {
    for (let i = 0; i < 150; i++) {
      const e = random.pick([3n, 5n, 17n, 65539n, 0xffff_ffffn, 0x8000_0001n, BigInt(3 + 2 * random.below(1 << 30))]);
      compare(odd(2048 + random.below(6145)), e, 2);
    }
  });

  test("for moduli whose limbs are all ones, or all but two bits zeros", () => {
    for (const bits of [2048, 2049, 2055, 2056, 2106, 2107, 3072, 4096, 8191, 8192]) {
      compare((1n << BigInt(bits)) - 1n, 65537n, 5);
      compare((1n << BigInt(bits - 1)) + 1n, 65537n, 5);
      compare((1n << BigInt(bits)) - (1n << 27n) + 1n, 3n, 5);
    }
  });

  test("for keys used in turn", () => {
    const prepared = KEYS.map((key) => ({ ...key, rsa: crypto.rsa(key.n, key.e)! }));
    for (let i = 0; i < 200; i++) {
      const { rsa, modulus, length, e } = random.pick(prepared);
      const s = toBigInt(bytes(length)) % modulus;
      expect(rsa.recover(toBytes(s, length))).toEqual(toBytes(power(s, toBigInt(e), modulus), length));
    }
  });
});
