import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Ed25519, OPERATIONS, type Operation } from "./ed25519.harness.js";
import * as oracle from "./ed25519.oracle.js";

// Thousands of operations, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const { P, L } = oracle;
let own: Ed25519;
beforeAll(async () => {
  own = await Ed25519.load();
}, 120_000);

const random = new Random(20261126);
const number = (bits: number): bigint =>
  oracle.fromBytes(Buffer.from(random.bytes(Math.ceil(bits / 8)), "latin1")) & (2n ** BigInt(bits) - 1n);

describe("the field", () => {
  const expected: Record<Operation, (a: bigint, b: bigint) => bigint> = {
    add: (a, b) => a + b,
    subtract: (a, b) => a - b,
    multiply: (a, b) => a * b,
    square: (a) => a * a,
    invert: (a) => oracle.power(a, P - 2n),
    powerForRoot: (a) => oracle.power(a, (P - 5n) / 8n),
  };
  const edges = [0n, 1n, 2n, 18n, 19n, 20n, 38n, P - 20n, P - 19n, P - 2n, P - 1n, P, P + 1n, P + 17n, P + 18n];
  edges.push((P - 1n) / 2n, (P + 1n) / 2n, 2n ** 254n, 2n ** 254n - 1n, 2n ** 128n, 2n ** 128n - 1n);
  // One limb full, all others empty, and the other way round.
  for (const place of [0, 26, 51, 77, 102, 128, 153, 179, 204, 230]) {
    const limb = (2n ** 25n - 1n) << BigInt(place);
    edges.push(limb, 2n ** 255n - 1n - limb);
  }

  test.each(OPERATIONS)("%s is that of integers modulo p, on edges and at random", (operation) => {
    const check = (a: bigint, b: bigint): void => {
      const wanted = oracle.modulo(expected[operation](a, b), P);
      expect(own.field(operation, a, b), `${operation} ${a} ${b}`).toBe(wanted);
    };
    for (const a of edges) for (const b of edges) check(a, b);
    for (let i = 0; i < 1000; i++) check(number(255), number(255));
  });

  test("products of limbs as large as they may get, of either sign", () => {
    const place = (i: number): bigint => BigInt(Math.ceil(25.5 * i));
    const value = (limbs: number[]): bigint => limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << place(i)), 0n);
    const bound = (i: number): number => Math.floor(1.65 * 2 ** (i % 2 === 0 ? 26 : 25));
    const signs = [
      () => 1,
      () => -1,
      (i: number) => (i % 2 === 0 ? 1 : -1),
      () => random.pick([-1, 0, 1]),
      () => random.below(2001) / 1000 - 1,
    ];
    const limbs = (sign: (i: number) => number): number[] =>
      Array.from({ length: 10 }, (_, i) => Math.trunc(sign(i) * bound(i)));
    for (let i = 0; i < 3000; i++) {
      const a = limbs(random.pick(signs));
      const b = limbs(random.pick(signs));
      expect(own.multiplyLimbs(a, b), `${a} · ${b}`).toBe(oracle.modulo(value(a) * value(b), P));
      expect(own.multiplyLimbs(a), `${a} squared`).toBe(oracle.modulo(value(a) ** 2n, P));
    }
  });
});

describe("numbers modulo L", () => {
  const top = 2n ** 512n - 1n;
  const near = (x: bigint): bigint[] => [-2n, -1n, 0n, 1n, 2n].map((distance) => x + distance);

  test("are reduced from 512 bits", () => {
    const edges = [0n, 1n, top, top - 1n, ...near((top / L) * L).filter((x) => x <= top)];
    for (let shift = 0n; shift < 260n; shift += 4n) edges.push(...near(L << shift), ...near(1n << (252n + shift)));
    for (let i = 0; i < 3000; i++)
      edges.push(number(512), near(L * number(1 + random.below(259)) + 2n)[random.below(5)]!);
    for (const x of edges) if (x <= top) expect(own.reduce(x), `${x}`).toBe(x % L);
  });

  test("are told from others", () => {
    const edges = [...near(L), ...near(2n * L), ...near(2n ** 252n), ...near(2n ** 128n), ...near(2n ** 64n), 0n];
    edges.push(L + 2n ** 64n, L - 2n ** 64n, L + 2n ** 128n, L - 2n ** 192n, L + 2n ** 192n, 2n ** 256n - 1n);
    for (let i = 0; i < 1000; i++) edges.push(number(256), number(253));
    for (const x of edges) expect(own.isReduced(x), `${x}`).toBe(x < L);
  });

  test.each([5, 7])("have a non-adjacent form of width %i", (width) => {
    const edges = [0n, 1n, 2n ** 127n, 2n ** 128n - 1n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 128n - 2n ** 64n];
    for (let i = 0; i < 2000; i++) edges.push(number(128), number(1 + random.below(128)));
    for (const x of edges) {
      const digits = own.naf(x, width);
      expect(digits.reduce((sum, digit, i) => sum + (BigInt(digit) << BigInt(i)), 0n)).toBe(x);
      const places = digits.flatMap((digit, i) => (digit === 0 ? [] : [i]));
      for (const i of places) expect(Math.abs(digits[i]! % 2)).toBe(1);
      for (const i of places) expect(Math.abs(digits[i]!)).toBeLessThan(2 ** (width - 1));
      places.forEach((place, i) => i > 0 && expect(place - places[i - 1]!).toBeGreaterThanOrEqual(width));
    }
  });
});

describe("points", () => {
  test("are decoded where RFC 8032 does, added, subtracted and doubled", () => {
    // Those with x = 0 and the sign of x set among them: as keys they are refused for their order already.
    const small = oracle.TORSION_ENCODINGS;
    const seen = { points: 0, none: 0 };
    for (let i = 0; i < 400; i++) {
      const pick = (): Buffer => (random.below(4) === 0 ? random.pick(small) : oracle.toBytes(number(256), 32));
      const [first, second] = [pick(), random.below(8) === 0 ? undefined : pick()];
      const [a, b] = [oracle.decode(first), oracle.decode(second ?? first)];
      const minus = random.below(2) === 1;
      const result = own.sum(first, second ?? first, minus);
      if (a === undefined || b === undefined) {
        expect(result).toBeUndefined();
        seen.none++;
        continue;
      }
      seen.points++;
      const wanted = oracle.encode(oracle.add(a, minus ? oracle.negate(b) : b));
      expect(result?.sum.toString("hex")).toBe(wanted.toString("hex"));
      expect(result?.twice.toString("hex")).toBe(oracle.encode(oracle.add(a, a)).toString("hex"));
    }
    expect(seen.points).toBeGreaterThan(100);
    expect(seen.none).toBeGreaterThan(100);
  });

  test("of small order add up among themselves", () => {
    for (const a of oracle.TORSION)
      for (const b of oracle.TORSION)
        for (const minus of [false, true]) {
          const wanted = oracle.encode(oracle.add(a, minus ? oracle.negate(b) : b));
          const result = own.sum(oracle.encode(a), oracle.encode(b), minus);
          expect(result?.sum.toString("hex")).toBe(wanted.toString("hex"));
        }
  });
});
