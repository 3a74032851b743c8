import { generateKeyPairSync, sign } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Ed25519 } from "./ed25519.harness.js";
import { L, fromBytes, nodeVerifies, toBytes } from "./ed25519.oracle.js";

// Thousands of signatures, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let own: Ed25519;
beforeAll(async () => {
  own = await Ed25519.load();
}, 120_000);

const random = new Random(20261127);
const bytes = (length: number): Buffer => Buffer.from(random.bytes(length), "latin1");

interface Signer {
  key: Buffer;
  sign(text: Uint8Array): Buffer;
  verify(signature: Uint8Array, text: Uint8Array): boolean;
}

/** A new key of node's, prepared. */
function signer(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = Buffer.from(publicKey.export({ format: "jwk" }).x as string, "base64url");
  const verify = own.prepare(key);
  if (verify === undefined) throw new Error(`${key.toString("hex")} is refused`);
  return { key, sign: (text) => sign(null, text, privateKey), verify };
}

/** A copy with one bit turned over. */
function flipped(whole: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(whole);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

describe("signatures of node", () => {
  test("verify; with a bit turned over anywhere they do not, nor by another key, nor of another text", () => {
    const signers = Array.from({ length: 40 }, signer);
    for (let i = 0; i < 2400; i++) {
      const { key, ...one } = random.pick(signers);
      const text = bytes(i < 400 ? i : random.below(2049));
      const signature = one.sign(text);
      const shown = [key, signature, text].map((part) => part.toString("hex")).join(" ");
      expect(one.verify(signature, text), shown).toBe(true);
      expect(one.verify(flipped(signature, random.below(512)), text), shown).toBe(false);
      if (text.length > 0)
        expect(one.verify(signature, flipped(text, random.below(8 * text.length))), shown).toBe(false);
      expect(one.verify(signature, Buffer.concat([text, Buffer.alloc(1)])), shown).toBe(false);
      const other = random.pick(signers);
      expect(other.verify(signature, text), shown).toBe(other.key.equals(key));
    }
  });

  test("are node's word, too, where everything about them is random", () => {
    for (let i = 0; i < 1000; i++) {
      const [key, signature, text] = [bytes(32), bytes(64), bytes(random.below(100))];
      // A third with S below L.
      if (i % 3 === 0) signature[63]! &= 0x0f;
      expect(own.verify(key, signature, text)).toBe(false);
      expect(nodeVerifies(key, signature, text)).toBe(false);
    }
  });

  test("each bit of R, S, key and text counts", () => {
    for (let n = 0; n < 3; n++) {
      const { key, ...one } = signer();
      const text = bytes(40);
      const signature = one.sign(text);
      for (let bit = 0; bit < 512; bit++) expect(one.verify(flipped(signature, bit), text), `bit ${bit}`).toBe(false);
      for (let bit = 0; bit < 320; bit++) expect(one.verify(signature, flipped(text, bit)), `bit ${bit}`).toBe(false);
      let keys = 0;
      for (let bit = 0; bit < 256; bit++) {
        const verify = own.prepare(flipped(key, bit));
        if (verify !== undefined) keys++;
        expect(verify?.(signature, text) ?? false, `bit ${bit}`).toBe(false);
        expect(nodeVerifies(flipped(key, bit), signature, text), `bit ${bit}`).toBe(false);
      }
      // Half of all y are on the curve.
      expect(keys).toBeGreaterThan(64);
      expect(one.verify(signature, text)).toBe(true);
    }
  });
});

describe("S", () => {
  /** The signature with another S. */
  const withS = (signature: Buffer, s: bigint): Buffer => Buffer.concat([signature.subarray(0, 32), toBytes(s, 32)]);

  test("is not taken with multiples of L added, all there are below 2^256", () => {
    for (let n = 0; n < 20; n++) {
      const { key, ...one } = signer();
      const text = bytes(n);
      const signature = one.sign(text);
      const s = fromBytes(signature.subarray(32));
      expect(one.verify(withS(signature, s), text)).toBe(true);
      let multiples = 0;
      for (let other = s + L; other < 2n ** 256n; other += L, multiples++) {
        expect(one.verify(withS(signature, other), text), `${multiples}`).toBe(false);
        expect(nodeVerifies(key, withS(signature, other), text), `${multiples}`).toBe(false);
      }
      expect(multiples).toBeGreaterThanOrEqual(14);
    }
  });

  test("is not taken for its negative, 0, L and their neighbours", () => {
    const one = signer();
    const text = bytes(10);
    const signature = one.sign(text);
    const s = fromBytes(signature.subarray(32));
    for (const other of [0n, 1n, L - s, s - 1n, s + 1n, L - 1n, L, L + 1n, 2n ** 252n, 2n ** 255n + s, 2n ** 256n - 1n])
      expect(one.verify(withS(signature, other), text), `${other}`).toBe(false);
  });
});

test("signatures that are not 64 bytes long are refused", () => {
  const one = signer();
  const text = bytes(20);
  const signature = one.sign(text);
  const long = Buffer.concat([signature, signature]);
  for (let length = 0; length <= long.length; length++)
    expect(one.verify(long.subarray(0, length), text), `${length} bytes`).toBe(length === 64);
  // The text moved into the signature and back: the same bytes in a row.
  expect(one.verify(Buffer.concat([signature, text.subarray(0, 1)]), text.subarray(1))).toBe(false);
  expect(one.verify(signature.subarray(0, 63), Buffer.concat([signature.subarray(63), text]))).toBe(false);
});

test("checking takes no memory", () => {
  const one = signer();
  const text = bytes(1000);
  const signature = one.sign(text);
  const pages = own.exports.memory.buffer.byteLength;
  for (let i = 0; i < 5000; i++) one.verify(signature, text);
  expect(own.exports.memory.buffer.byteLength).toBe(pages);
});
