// Signatures that no signer makes, forged for a digest of one's choice: R = aG + bQ gives r, then s = r / b and e = as.
import { createHash, createPublicKey, verify } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Ec } from "./ec.harness.js";
import {
  type Point,
  REFERENCES,
  add,
  inverse,
  mod,
  multiply,
  multiplyBase,
  negate,
  pointWithX,
  toBigInt,
  toBytes,
} from "./ec.reference.js";

// Hundreds of multiplications in BigInt, on machines that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const random = new Random(20261125);

describe.each(REFERENCES)("$crv", (curve) => {
  const { crv, bytes, hash, p, n } = curve;
  const bits = n.toString(2).length;
  /** As in assembly/crypto/ec/curve.ts: the tables hold multiples of P and of 2^half P. */
  const half = 1n << BigInt((bits + 2) >> 1);
  const scalar = (): bigint => 1n + mod(toBigInt(Buffer.from(random.bytes(bytes + 8), "latin1")), n - 1n);
  const signatureOf = (r: bigint, s: bigint): Buffer => Buffer.concat([toBytes(r, bytes), toBytes(s, bytes)]);

  let ec: Ec;
  beforeAll(async () => {
    ec = await Ec.load(curve);
  }, 120_000);

  const keyOf = (point: Point): number => ec.key(toBytes(point!.x, bytes), toBytes(point!.y, bytes));

  /** Verifies with u G + v Q on the way, by a key whose private part is d. */
  function judge(key: number, d: bigint, u: bigint, v: bigint): { valid: boolean; wanted: boolean } {
    const point = multiplyBase(curve, u + v * d);
    // On the way to infinity, u G may be the last point before it.
    const r = mod((point ?? multiplyBase(curve, u) ?? curve.g).x, n);
    const s = mod(r * inverse(v, n), n);
    const digest = toBytes(mod(u * s, n), bytes);
    return { valid: ec.verifyDigest(key, digest, signatureOf(r, s)), wanted: point !== null };
  }

  test("scalars and keys that make sums meet: doublings, opposites, infinity", () => {
    const scalars = [
      0n,
      1n,
      2n,
      3n,
      5n,
      31n,
      63n,
      64n,
      half - 1n,
      half,
      half + 1n,
      3n * half,
      n - 1n,
      n - 2n,
      n - half,
    ];
    const privateKeys = [1n, 2n, 3n, half, inverse(2n, n), inverse(half, n), scalar()].flatMap((d) => [d, n - d]);
    const seen = { valid: 0, infinite: 0 };
    for (const d of privateKeys) {
      const key = keyOf(multiplyBase(curve, d));
      for (const v of scalars.slice(1)) {
        // The last three end at infinity, next to it, and at twice the same point.
        for (const u of [
          random.pick(scalars),
          random.pick(scalars),
          n - mod(v * d, n),
          n + 1n - mod(v * d, n),
          mod(v * d, n),
        ]) {
          const { valid, wanted } = judge(key, d, mod(u, n), v);
          expect(valid, `d ${d}, u ${u}, v ${v}`).toBe(wanted);
          seen[wanted ? "valid" : "infinite"]++;
        }
      }
      ec.exports.clearKeys();
    }
    expect(seen.valid).toBeGreaterThan(500);
    expect(seen.infinite).toBeGreaterThan(150);
  });

  test("infinity is no signature, whatever r and s", () => {
    // G - G: as if it were G.
    const r = mod(curve.g.x, n);
    expect(ec.verifyDigest(keyOf(negate(curve, curve.g)), toBytes(r, bytes), signatureOf(r, r))).toBe(false);
    for (let i = 0; i < 50; i++) {
      const [e, r, s] = [scalar(), scalar(), scalar()];
      const key = keyOf(multiplyBase(curve, -e * inverse(r, n)));
      expect(ec.verifyDigest(key, toBytes(e, bytes), signatureOf(r, s))).toBe(false);
    }
  });

  test("a digest of zero, of n, and above n", () => {
    const d = scalar();
    const key = keyOf(multiplyBase(curve, d));
    for (let i = 0; i < 20; i++) {
      for (const e of [0n, n, n + 1n, n - 1n, 2n ** BigInt(bits) - 1n]) {
        const k = scalar();
        const r = mod(multiplyBase(curve, k)!.x, n);
        const s = mod((e + r * d) * inverse(k, n), n);
        expect(ec.verifyDigest(key, toBytes(e, bytes), signatureOf(r, s)), `e ${e}`).toBe(true);
        expect(ec.verifyDigest(key, toBytes(e ^ 1n, bytes), signatureOf(r, s)), `e ${e}`).toBe(false);
      }
    }
  });

  /** The key for which (r, s) leads to the point R with this text, r being R's x modulo n. */
  function keyLeadingTo(point: Point, r: bigint, s: bigint, text: Uint8Array): Point {
    const e = toBigInt(createHash(hash).update(text).digest());
    const v = inverse(mod(r * inverse(s, n), n), n);
    return multiply(curve, v, add(curve, point, negate(curve, multiplyBase(curve, mod(e * inverse(s, n), n)))));
  }

  function nodeVerifies(key: Point, signature: Uint8Array, text: Uint8Array): boolean {
    const [x, y] = [key!.x, key!.y].map((value) => toBytes(value, bytes).toString("base64url"));
    const publicKey = createPublicKey({ key: { kty: "EC", crv, x: x!, y: y! }, format: "jwk" });
    return verify(hash, text, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
  }

  /** The first points with an x from `from` on, or down from there. */
  function pointsFrom(from: bigint, step: 1n | -1n, count: number): { x: bigint; y: bigint }[] {
    const points = [];
    for (let x = from; points.length < count; x += step) {
      const point = pointWithX(curve, x);
      if (point !== null) points.push(point);
    }
    return points;
  }

  test("R with an x of n or more is compared modulo n", () => {
    // x just above n, and just below p: r is that much above zero, or below p - n.
    for (const point of [...pointsFrom(n + 1n, 1n, 8), ...pointsFrom(p - 1n, -1n, 8)]) {
      const [r, s, text] = [point.x - n, scalar(), Buffer.from(random.bytes(40), "latin1")];
      const key = keyLeadingTo(point, r, s, text);
      const signature = signatureOf(r, s);
      expect(ec.verify(keyOf(key), hash, signature, text)).toBe(true);
      expect(nodeVerifies(key, signature, text)).toBe(true);
      // x itself is no r.
      const unreduced = point.x < 2n ** BigInt(8 * bytes) ? signatureOf(point.x, s) : signature.subarray(1);
      expect(ec.verify(keyOf(key), hash, unreduced, text)).toBe(false);
    }
  });

  test("R with a small x, or one just below n, is compared as it is", () => {
    for (const point of [
      ...pointsFrom(1n, 1n, 4),
      ...pointsFrom(p - n, -1n, 4),
      ...pointsFrom(p - n, 1n, 4),
      ...pointsFrom(n - 1n, -1n, 4),
    ]) {
      const [r, s, text] = [point.x, scalar(), Buffer.from(random.bytes(40), "latin1")];
      const key = keyLeadingTo(point, r, s, text);
      const signature = signatureOf(r, s);
      expect(ec.verify(keyOf(key), hash, signature, text)).toBe(true);
      expect(nodeVerifies(key, signature, text)).toBe(true);
    }
  });

  test("r + n is not reduced, by the prime or by the length of the field, before it is compared", () => {
    for (const modulus of [p, 2n ** BigInt(8 * bytes)]) {
      for (const point of pointsFrom(1n, 1n, 4)) {
        const [r, s, text] = [point.x + modulus - n, scalar(), Buffer.from(random.bytes(40), "latin1")];
        if (r >= n) continue;
        const key = keyLeadingTo(point, r, s, text);
        expect(ec.verify(keyOf(key), hash, signatureOf(r, s), text)).toBe(false);
        expect(nodeVerifies(key, signatureOf(r, s), text)).toBe(false);
      }
    }
  });

  test("r and s have one spelling: n more is refused where it fits", () => {
    const point = pointsFrom(1n, 1n, 1)[0]!;
    for (const s of [1n, 2n, 5n]) {
      const text = Buffer.from(random.bytes(40), "latin1");
      const key = keyLeadingTo(point, point.x, s, text);
      const verdicts = [
        [point.x, s],
        [point.x, s + n],
        [point.x + n, s],
        [point.x + n, s + n],
      ].map(([r, s]) => {
        const signature = signatureOf(r!, s!);
        return [ec.verify(keyOf(key), hash, signature, text), nodeVerifies(key, signature, text)];
      });
      expect(verdicts).toEqual([true, false, false, false].map((valid) => [valid, valid]));
    }
  });

  test("an r that is x, or x - n, of another point than R is refused", () => {
    // r + n is below p for these: both comparisons are made.
    for (const r of [1n, 2n, p - n - 1n, p - n, p - n + 1n]) {
      const [s, text] = [scalar(), Buffer.from(random.bytes(40), "latin1")];
      for (const point of [
        multiplyBase(curve, scalar()),
        ...pointsFrom(r + 1n, 1n, 2),
        ...pointsFrom(mod(r + n + 1n, p), 1n, 2),
      ]) {
        const key = keyLeadingTo(point, r, s, text);
        const signature = signatureOf(r, s);
        expect(ec.verify(keyOf(key), hash, signature, text)).toBe(nodeVerifies(key, signature, text));
        expect(ec.verify(keyOf(key), hash, signature, text)).toBe(mod(point!.x, n) === r);
      }
    }
  });
});
