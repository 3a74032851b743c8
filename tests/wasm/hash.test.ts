import { createHash, createHmac } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Crypto, HASHES } from "./crypto.harness.js";

// Thousands of messages, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let crypto: Crypto;
beforeAll(async () => {
  crypto = await Crypto.load();
}, 120_000);

const random = new Random(20261125);
const bytes = (length: number): Buffer => Buffer.from(random.bytes(length), "latin1");

describe.each(HASHES)("%s", (hash) => {
  const blockSize = hash === "sha256" ? 64 : 128;
  const node = (text: Uint8Array): string => createHash(hash).update(text).digest("hex");

  test("digests of every length up to 300, and around the ends of blocks up to 4 KB, are node's", () => {
    const lengths = Array.from({ length: 301 }, (_, i) => i);
    for (let end = blockSize; end <= 4096; end += blockSize) {
      lengths.push(...[-18, -17, -16, -10, -9, -8, -2, -1, 0, 1].map((distance) => end + distance));
    }
    for (const length of [...lengths, 65_536, 1_000_003]) {
      const text = bytes(Math.min(length, 5000));
      const whole = Buffer.concat(Array.from({ length: Math.ceil(length / 5000) }, () => text)).subarray(0, length);
      expect(crypto.digest(hash, whole).toString("hex"), `${length} bytes`).toBe(node(whole));
    }
  });

  test("a text may come in parts of any length", () => {
    for (let i = 0; i < 500; i++) {
      const parts = Array.from({ length: random.below(6) }, () => bytes(random.below(random.pick([3, 70, 300]))));
      expect(crypto.digestOfParts(hash, parts).toString("hex")).toBe(node(Buffer.concat(parts)));
    }
  });

  test("HMAC with keys of every length around a block and a digest: node's is taken, a changed one is not", () => {
    const length = createHash(hash).digest().length;
    const around = (n: number): number[] => [n - 1, n, n + 1];
    for (const keyLength of [0, 1, 20, ...around(length), ...around(blockSize), ...around(2 * blockSize), 1000]) {
      const key = bytes(keyLength);
      const verify = crypto.hmac(hash, key);
      for (const textLength of [0, 1, blockSize - 9, blockSize, 1024]) {
        const text = bytes(textLength);
        const mac = createHmac(hash, key).update(text).digest();
        const shown = `key of ${keyLength}, text of ${textLength} bytes`;
        expect(verify(mac, text), shown).toBe(true);
        expect(verify(mac, Buffer.concat([text, Buffer.alloc(1)])), shown).toBe(false);
        if (textLength > 0) expect(verify(mac, text.subarray(1)), shown).toBe(false);
      }
    }
  });

  test("HMAC: every bit counts, and no length but the digest's is taken", () => {
    const key = bytes(64);
    const text = bytes(100);
    const mac = createHmac(hash, key).update(text).digest();
    const verify = crypto.hmac(hash, key);
    for (let bit = 0; bit < mac.length * 8; bit++) {
      const changed = Buffer.from(mac);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(verify(changed, text), `bit ${bit}`).toBe(false);
    }
    for (let length = 0; length < mac.length; length++) expect(verify(mac.subarray(0, length), text)).toBe(false);
    expect(verify(Buffer.concat([mac, Buffer.alloc(1)]), text)).toBe(false);
    expect(verify(mac, text)).toBe(true);
  });

  test("HMAC keys do not disturb each other", () => {
    const keys = Array.from({ length: 4 }, () => bytes(40));
    const verify = keys.map((key) => crypto.hmac(hash, key));
    const text = bytes(200);
    for (const [i, key] of keys.entries()) {
      const mac = createHmac(hash, key).update(text).digest();
      expect(verify.map((one) => one(mac, text))).toEqual(keys.map((_, j) => i === j));
    }
  });
});
