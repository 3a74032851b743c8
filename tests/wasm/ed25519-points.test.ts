// Keys and signatures that no honest signer makes, of points of small order and with a component of small order, and other encodings
// of points. Their secrets are known here, so that all else about them is right; node shows what a verifier without the checks says.
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Ed25519 } from "./ed25519.harness.js";
import * as oracle from "./ed25519.oracle.js";

vi.setConfig({ testTimeout: 120_000 });

const { BASE, L, P, TORSION, TORSION_ENCODINGS, encode, times } = oracle;
let own: Ed25519;
beforeAll(async () => {
  own = await Ed25519.load();
}, 120_000);

const random = new Random(20261128);
const bytes = (length: number): Buffer => Buffer.from(random.bytes(length), "latin1");
const secret = (): bigint => oracle.fromBytes(bytes(32)) % L;

/** R‖S with S = r + k·a: right if R = r·B and the key is a·B. */
function signature(r: bigint, encodedR: Uint8Array, a: bigint, key: Uint8Array, text: Uint8Array): Buffer {
  const s = (r + oracle.challenge(encodedR, key, text) * a) % L;
  return Buffer.concat([encodedR, oracle.toBytes(s, 32)]);
}

const hex = (parts: Uint8Array[]): string => parts.map((part) => Buffer.from(part).toString("hex")).join(" ");

test("the points of small order are those of the literature", () => {
  expect(TORSION_ENCODINGS.map((encoding) => encoding.toString("hex")).sort()).toEqual(
    [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ].sort(),
  );
});

describe("keys", () => {
  test.each(TORSION_ENCODINGS.map((encoding) => encoding.toString("hex")))(
    "of small order: %s is refused",
    (encoding) => {
      const key = Buffer.from(encoding, "hex");
      expect(own.prepare(key)).toBeUndefined();
      // Without the check, anybody has a signature for one text in eight at least: S = r.
      const accepted = Array.from({ length: 64 }, () => {
        const r = secret();
        const text = bytes(20);
        return oracle.nodeVerifies(key, signature(r, encode(times(r, BASE)), 0n, key, text), text);
      });
      expect(accepted).toContain(true);
    },
  );

  test("with another encoding of y are refused; with the canonical one they are not", () => {
    const points = Array.from({ length: 19 }, (_, y) => BigInt(y)).filter((y) => oracle.pointWith(y, false));
    const others = points.filter((y) => TORSION.every((point) => point.y !== y));
    expect(others.length).toBeGreaterThan(5);
    for (const y of points)
      for (const sign of [0n, 1n]) {
        expect(own.prepare(oracle.toBytes((y + P) | (sign << 255n), 32)), `${y} + p`).toBeUndefined();
        const canonical = own.prepare(oracle.toBytes(y | (sign << 255n), 32));
        expect(canonical !== undefined, `${y}`).toBe(others.includes(y));
      }
  });

  test("that are no points are refused", () => {
    let none = 0;
    for (let i = 0; i < 300; i++) {
      const key = bytes(32);
      const point = oracle.decode(key);
      if (point === undefined) none++;
      expect(own.prepare(key) !== undefined, key.toString("hex")).toBe(point !== undefined);
    }
    expect(none).toBeGreaterThan(100);
  });
});

describe("R", () => {
  test("of small order is refused, in every encoding, whatever node says", () => {
    const taken = new Set<string>();
    for (const encoding of TORSION_ENCODINGS)
      for (let i = 0; i < 64; i++) {
        // With a component of order 8 in the key, k·A can have any; S = k·a leaves nothing else.
        const a = secret();
        const key = encode(oracle.add(times(a, BASE), i < 4 ? oracle.NEUTRAL : (TORSION[1] as oracle.Point)));
        const text = bytes(20);
        const made = signature(0n, encoding, a, key, text);
        expect(own.verify(key, made, text), hex([key, made, text])).toBe(false);
        if (oracle.nodeVerifies(key, made, text)) taken.add(encoding.toString("hex"));
      }
    // The canonical ones, that is: node compares encodings, too.
    expect([...taken].sort()).toEqual(TORSION.map((point) => encode(point).toString("hex")).sort());
  });

  test("with another encoding of y is refused", () => {
    const a = secret();
    const key = encode(times(a, BASE));
    for (let y = 0n; y < 19n; y++)
      for (const sign of [0n, 1n]) {
        const text = bytes(10);
        const made = signature(0n, oracle.toBytes((y + P) | (sign << 255n), 32), a, key, text);
        expect(own.verify(key, made, text)).toBe(false);
        expect(oracle.nodeVerifies(key, made, text)).toBe(false);
      }
  });
});

describe("a component of small order", () => {
  test("counts: the equation has no cofactor, as node's", () => {
    const seen = { taken: 0, refused: 0 };
    for (let i = 0; i < 600; i++) {
      const [a, r, text] = [secret(), secret(), bytes(random.below(40))];
      const inKey = random.pick(TORSION);
      const inR = random.below(3) === 0 ? oracle.NEUTRAL : random.pick(TORSION);
      const key = encode(oracle.add(times(a, BASE), inKey));
      const encodedR = encode(oracle.add(times(r, BASE), inR));
      const made = signature(r, encodedR, a, key, text);
      // S·B − k·A = r·B − k·inKey.
      const rest = oracle.add(inR, times(oracle.challenge(encodedR, key, text), inKey));
      const wanted = rest.x === 0n && rest.y === 1n;
      expect(own.verify(key, made, text), hex([key, made, text])).toBe(wanted);
      expect(oracle.nodeVerifies(key, made, text), hex([key, made, text])).toBe(wanted);
      seen[wanted ? "taken" : "refused"]++;
    }
    expect(seen.taken).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(200);
  });
});
