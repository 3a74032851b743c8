// The arithmetic of the fields and of the numbers modulo the orders, against BigInt.
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Ec } from "./ec.harness.js";
import { REFERENCES, inverse, mod, toBigInt } from "./ec.reference.js";

// Thousands of operations, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const random = new Random(20261125);
const randomBits = (bits: number): bigint =>
  toBigInt(Buffer.from(random.bytes(Math.ceil(bits / 8)), "latin1")) & ((1n << BigInt(bits)) - 1n);

describe.each(REFERENCES)("$crv", (curve) => {
  const { p, n, limbs, width } = curve;
  const bits = p.toString(2).length;
  const w = BigInt(width);
  const mask = (1n << w) - 1n;
  const rInverse = inverse(1n << (w * BigInt(limbs)), p);

  /** The only form of a number: all limbs but the top one are unsigned. */
  const toLimbs = (value: bigint): number[] =>
    Array.from({ length: limbs }, (_, i) =>
      Number(i < limbs - 1 ? (value >> (w * BigInt(i))) & mask : value >> (w * BigInt(i))),
    );
  const fromLimbs = (element: number[]): bigint =>
    element.reduce((sum, limb, i) => sum + (BigInt(limb) << (w * BigInt(i))), 0n);
  const isNormal = (element: number[]): boolean =>
    element.slice(0, -1).every((limb) => limb >= 0 && limb <= Number(mask));

  /** Numbers of the range that arithmetic may give: from -p/8 to 9p/8. */
  const low = -p / 8n;
  const high = (9n * p) / 8n;
  const edges = [0n, 1n, 2n, -1n, p - 1n, p, p + 1n, n, p - n, p / 2n, low, high, 2n ** BigInt(bits) - 1n];
  for (let i = 1; i < limbs; i++)
    for (const off of [-1n, 0n, 1n]) edges.push((1n << (w * BigInt(i))) + off, p - (1n << (w * BigInt(i))) + off);
  // Limbs of nothing but ones, and next to a limb of zeros.
  edges.push((1n << (w * BigInt(limbs - 1))) - 1n);
  for (let i = 0; i < limbs - 1; i++) edges.push(mask << (w * BigInt(i)));
  const element = (): bigint =>
    random.below(3) === 0
      ? random.pick(edges)
      : random.below(2) === 0
        ? mod(randomBits(bits + 8), p)
        : low + mod(randomBits(bits + 16), high - low);

  let ec: Ec;
  beforeAll(async () => {
    ec = await Ec.load(curve);
  }, 120_000);

  function check(result: number[], wanted: bigint, slack: bigint, shown: string): void {
    const value = fromLimbs(result);
    if (!isNormal(result) || value < -p / slack || value > p + p / slack || mod(value - wanted, p) !== 0n)
      expect.fail(`${shown}: ${value.toString(16)}, not ${mod(wanted, p).toString(16)}`);
  }

  function checkProduct(x: bigint, y: bigint): void {
    check(ec.onLimbs("mul", toLimbs(x), toLimbs(y)), x * y * rInverse, 8n, `${x} * ${y}`);
  }

  test("products, of every pair of edges and of random elements, are right and in range", () => {
    for (const x of edges) for (const y of edges) checkProduct(x, y);
    for (let i = 0; i < 5000; i++) checkProduct(element(), element());
  });

  test("squares are", () => {
    const square = (x: bigint) => check(ec.onLimbs("sqr", toLimbs(x), []), x * x * rInverse, 8n, `${x}²`);
    edges.forEach(square);
    for (let i = 0; i < 5000; i++) square(element());
  });

  test("sums with any factor are, and in the narrower range", () => {
    const sum = (x: bigint, y: bigint, k: number) =>
      check(ec.onLimbs("addScaled", toLimbs(x), toLimbs(y), k), x + BigInt(k) * y, 128n, `${x} + ${k} * ${y}`);
    for (const x of edges) for (const y of edges) for (const k of [-8, -1, 1, 8]) sum(x, y, k);
    for (let i = 0; i < 5000; i++) sum(element(), element(), random.below(17) - 8);
  });

  test("zero is told in both its forms, and nothing else is zero", () => {
    for (const x of edges) expect(ec.isZeroLimbs(toLimbs(x)), `${x}`).toBe(x === 0n || x === p);
    for (let i = 0; i < 1000; i++) {
      const x = element();
      expect(ec.isZeroLimbs(ec.onLimbs("addScaled", toLimbs(x), toLimbs(x), -1))).toBe(true);
    }
  });

  test("inverses in the field and modulo the order", () => {
    for (const [operation, modulus] of [
      ["fieldInverse", p],
      ["orderInverse", n],
    ] as const) {
      const numbers = [0n, 1n, 2n, 3n, modulus - 1n, modulus - 2n, modulus / 2n, modulus / 2n + 1n];
      for (let i = 0; i < bits; i += 7) numbers.push(mod(1n << BigInt(i), modulus), mod(-(1n << BigInt(i)), modulus));
      for (let i = 0; i < 300; i++)
        numbers.push(mod(randomBits(bits + 8), modulus), randomBits(1 + random.below(bits - 1)));
      for (const x of numbers) expect(ec.number(operation, x), `1 / ${x}`).toBe(inverse(x, modulus));
    }
  });

  test("products modulo the order, the first factor being anything of the field's length", () => {
    const orderR = inverse(1n << BigInt(30 * Math.ceil(bits / 30)), n);
    const whole = 2n ** BigInt(8 * curve.bytes) - 1n;
    const firsts = [
      0n,
      1n,
      n - 1n,
      n,
      n + 1n,
      p,
      whole,
      ...Array.from({ length: 300 }, () => randomBits(8 * curve.bytes)),
    ];
    const seconds = [0n, 1n, n - 1n, n / 2n, ...Array.from({ length: 20 }, () => mod(randomBits(bits + 8), n))];
    for (const x of firsts)
      for (const y of seconds) expect(ec.number("orderProduct", x, y), `${x} * ${y}`).toBe(mod(x * y * orderR, n));
  });

  test("a unit is above zero and below the order", () => {
    for (const x of [1n, 2n, n - 1n, n - 2n, 1n << BigInt(bits - 2)]) expect(ec.isUnit(x), `${x}`).toBe(true);
    for (const x of [0n, n, n + 1n, p, 2n ** BigInt(8 * curve.bytes) - 1n]) expect(ec.isUnit(x), `${x}`).toBe(false);
  });

  test("digits are odd or zero, far apart, and add up", () => {
    const numbers = [0n, 1n, 2n, n - 1n, n - 2n, n / 2n, (1n << BigInt(bits - 1)) - 1n, 1n << BigInt(bits - 1)];
    for (let i = 0; i < 500; i++) numbers.push(mod(randomBits(bits + 8), n), randomBits(1 + random.below(bits - 1)));
    for (const width of [5, 7])
      for (const x of numbers) {
        const digits = ec.digits(x, width);
        expect(digits.reduceRight((sum, digit) => 2n * sum + BigInt(digit), 0n)).toBe(x);
        const places = digits.flatMap((digit, i) => (digit === 0 ? [] : [i]));
        expect(places.every((i) => digits[i]! % 2 !== 0 && Math.abs(digits[i]!) < 2 ** (width - 1))).toBe(true);
        expect(places.every((place, i) => i === 0 || place - places[i - 1]! >= width)).toBe(true);
      }
  });
});
