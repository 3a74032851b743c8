// ECDSA as JWS has it, against node's.
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Ec } from "./ec.harness.js";
import { REFERENCES, toBigInt, toBytes } from "./ec.reference.js";

// Thousands of signatures, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const random = new Random(20261125);
const dsaEncoding = "ieee-p1363";

describe.each(REFERENCES)("$crv", (curve) => {
  const { crv, bytes, n, hash } = curve;

  let ec: Ec;
  beforeAll(async () => {
    ec = await Ec.load(curve);
  }, 120_000);

  /** A new key pair: signs, and verifies here and with node. */
  function newKey() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: crv });
    const { x, y } = publicKey.export({ format: "jwk" });
    const handle = ec.key(Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url"));
    expect(handle).toBeGreaterThanOrEqual(0);
    return {
      handle,
      sign: (text: Uint8Array, algorithm = hash) => sign(algorithm, text, { key: privateKey, dsaEncoding }),
      signDer: (text: Uint8Array) => sign(hash, text, privateKey),
      verify: (signature: Uint8Array, text: Uint8Array, algorithm = hash) =>
        ec.verify(handle, algorithm, signature, text),
      nodeVerifies: (signature: Uint8Array, text: Uint8Array, algorithm = hash) =>
        verify(algorithm, text, { key: publicKey, dsaEncoding }, signature),
    };
  }

  const newText = (length = random.below(400)): Buffer => Buffer.from(random.bytes(length), "latin1");
  const flipped = (of: Uint8Array, bit: number): Buffer => {
    const changed = Buffer.from(of);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    return changed;
  };
  const signatureOf = (r: bigint, s: bigint): Buffer => Buffer.concat([toBytes(r, bytes), toBytes(s, bytes)]);
  const halves = (signature: Buffer): [bigint, bigint] => [
    toBigInt(signature.subarray(0, bytes)),
    toBigInt(signature.subarray(bytes)),
  ];

  test("2,000 signatures of 100 keys are taken; with a bit of r, s or the text changed, or of another key, they are not", () => {
    let other = newKey();
    for (let k = 0; k < 100; k++) {
      const key = newKey();
      for (let i = 0; i < 20; i++) {
        const text = newText(1 + random.below(400));
        const signature = key.sign(text);
        const bit = random.below(8 * bytes);
        const verdicts = [
          key.verify(signature, text),
          key.verify(flipped(signature, bit), text),
          key.verify(flipped(signature, 8 * bytes + bit), text),
          key.verify(signature, flipped(text, random.below(8 * text.length))),
          other.verify(signature, text),
        ];
        expect(verdicts).toEqual([true, false, false, false, false]);
      }
      other = key;
    }
  });

  test("every bit of the signature counts, and every bit of the text", () => {
    const key = newKey();
    const text = newText(64);
    const signature = key.sign(text);
    for (let bit = 0; bit < 8 * signature.length; bit++)
      expect(key.verify(flipped(signature, bit), text), `bit ${bit} of the signature`).toBe(false);
    for (let bit = 0; bit < 8 * text.length; bit++)
      expect(key.verify(signature, flipped(text, bit)), `bit ${bit} of the text`).toBe(false);
    expect(key.verify(signature, text)).toBe(true);
  });

  test("no length but that of two coordinates is taken: DER, shorter, longer", () => {
    const key = newKey();
    const text = newText();
    const signature = key.sign(text);
    const long = Buffer.concat([signature, Buffer.alloc(150)]);
    for (let length = 0; length < long.length; length++)
      expect(key.verify(long.subarray(0, length), text), `${length} bytes`).toBe(length === 2 * bytes);
    const [r, s] = [signature.subarray(0, bytes), signature.subarray(bytes)];
    const zero = Buffer.alloc(1);
    for (const changed of [
      [zero, r, s],
      [zero, r, zero, s],
      [r, zero, s],
      [r.subarray(1), s],
      [r, s.subarray(1)],
      [r],
      [s],
    ])
      expect(key.verify(Buffer.concat(changed), text)).toBe(false);
    for (let i = 0; i < 50; i++) expect(key.verify(key.signDer(text), text)).toBe(false);
  });

  test("r and s are from 1 to n - 1, and not exchanged; n - s is another signature of the same text", () => {
    const key = newKey();
    const largest = 2n ** BigInt(8 * bytes) - 1n;
    for (let i = 0; i < 50; i++) {
      const text = newText();
      const [r, s] = halves(key.sign(text));
      const wrong: [bigint, bigint][] = [
        [s, r],
        [r, r],
        [s, s],
        [n - r, s],
        [n - r, n - s],
      ];
      for (const bad of [0n, n, largest, r + n, s + n, curve.p, n + 1n, 2n * n])
        wrong.push([bad, s], [r, bad], [bad, bad]);
      for (const bad of [1n, n - 1n]) wrong.push([bad, s], [r, bad], [bad, bad]);
      for (const [badR, badS] of wrong) {
        if (badR > largest || badS > largest) continue;
        const signature = signatureOf(badR, badS);
        expect(key.verify(signature, text), `${badR} ${badS}`).toBe(false);
        expect(key.nodeVerifies(signature, text), `${badR} ${badS}`).toBe(false);
      }
      const twin = signatureOf(r, n - s);
      expect(key.verify(twin, text)).toBe(true);
      expect(key.nodeVerifies(twin, text)).toBe(true);
    }
  });

  test("shorter and longer hashes than the curve's are used as FIPS 186-5 says", () => {
    for (const algorithm of ["sha256", "sha384", "sha512"])
      for (let i = 0; i < 50; i++) {
        const key = newKey();
        const text = newText();
        const signature = key.sign(text, algorithm);
        for (const tried of ["sha256", "sha384", "sha512"])
          expect(key.verify(signature, text, tried), `${algorithm} as ${tried}`).toBe(tried === algorithm);
      }
  });

  test("an empty text, and one that fills many blocks", () => {
    const key = newKey();
    for (const length of [0, 1, 10_000]) {
      const text = newText(length);
      expect(key.verify(key.sign(text), text)).toBe(true);
    }
  });

  test("a signature of another curve is refused by its length, and cut or padded to the right one", () => {
    const key = newKey();
    const text = newText();
    for (const other of REFERENCES) {
      if (other === curve) continue;
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: other.crv });
      const signature = sign(hash, text, { key: privateKey, dsaEncoding });
      expect(key.verify(signature, text)).toBe(false);
      expect(key.verify(Buffer.concat([signature, Buffer.alloc(2 * bytes)]).subarray(0, 2 * bytes), text)).toBe(false);
    }
  });

  test("keys of different curves used in turn do not disturb each other", () => {
    const keys = REFERENCES.map((reference) => {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: reference.crv });
      const { x, y } = publicKey.export({ format: "jwk" });
      const on = ec.on(reference);
      const handle = on.key(Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url"));
      return {
        sign: (text: Uint8Array) => sign(reference.hash, text, { key: privateKey, dsaEncoding }),
        verify: (signature: Uint8Array, text: Uint8Array) => on.verify(handle, reference.hash, signature, text),
      };
    });
    for (let i = 0; i < 60; i++) {
      const key = random.pick(keys);
      const text = newText();
      const signature = key.sign(text);
      expect(key.verify(signature, text)).toBe(true);
      expect(key.verify(flipped(signature, random.below(512)), text)).toBe(false);
    }
  });
});
