// The group: points against BigInt, above all where the formulas do not hold.
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random.js";
import { Ec } from "./ec.harness.js";
import {
  type Point,
  REFERENCES,
  add,
  mod,
  multiply,
  multiplyBase,
  negate,
  pointWithX,
  toBigInt,
  toBytes,
} from "./ec.reference.js";

// Thousands of operations, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const random = new Random(20261125);

describe.each(REFERENCES)("$crv", (curve) => {
  const { p, n, g, bytes } = curve;
  const scalar = (): bigint => mod(toBigInt(Buffer.from(random.bytes(bytes + 8), "latin1")), n);
  const times = (k: bigint): Point => multiplyBase(curve, k);

  let ec: Ec;
  beforeAll(async () => {
    ec = await Ec.load(curve);
  }, 120_000);

  test("the reference is right about the order", () => {
    expect(times(n - 1n)).toEqual(negate(curve, g));
    expect(add(curve, times(n - 1n), g)).toBeNull();
    const k = scalar();
    expect(multiply(curve, k, g)).toEqual(times(k));
  });

  test("walks of additions and doublings through all cases end where they should", () => {
    // Small multiples of few points: sums meet their negatives, their doubles and infinity all the time.
    const points = [g, times(2n), times(3n), times(n - 5n), times(scalar())];
    const seen = { infinite: 0, doubled: 0, opposite: 0 };
    for (let i = 0; i < 80; i++) {
      let wanted: Point = random.below(4) === 0 ? null : random.pick(points);
      ec.start(wanted);
      for (let step = 0; step < 8; step++) {
        if (random.below(4) === 0) {
          ec.double();
          wanted = add(curve, wanted, wanted);
        } else {
          const sign = random.pick([1, -1] as const);
          const other = random.pick(points);
          const term = sign === 1 ? other : negate(curve, other);
          if (wanted === null) seen.infinite++;
          else if (wanted.x === term!.x) seen[wanted.y === term!.y ? "doubled" : "opposite"]++;
          ec.add(other, sign);
          wanted = add(curve, wanted, term);
        }
        expect(ec.point).toEqual(wanted);
      }
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
  });

  test("P + P, P - P, infinity + P and infinity + infinity", () => {
    for (let i = 0; i < 20; i++) {
      const q = i === 0 ? g : times(scalar());
      // An extended Z: 3q made of doublings and additions, not a fresh point.
      const triple = multiply(curve, 3n, q);
      const start = () => {
        ec.start(q);
        ec.double();
        ec.add(q, 1);
      };
      start();
      ec.add(triple, 1);
      expect(ec.point).toEqual(multiply(curve, 6n, q));
      start();
      ec.add(triple, -1);
      expect(ec.point).toBeNull();
      ec.double();
      expect(ec.point).toBeNull();
      ec.add(q, -1);
      expect(ec.point).toEqual(negate(curve, q));
      start();
      ec.add(negate(curve, triple), -1);
      expect(ec.point).toEqual(multiply(curve, 6n, q));
      start();
      ec.add(negate(curve, triple), 1);
      expect(ec.point).toBeNull();
    }
  });

  describe("keys", () => {
    const whole = 2n ** BigInt(8 * bytes) - 1n;
    const accepts = (x: bigint, y: bigint): boolean => ec.key(toBytes(x, bytes), toBytes(y, bytes)) >= 0;

    test("on the curve are taken, also with the smallest and largest coordinates", () => {
      const points = [g, negate(curve, g), times(2n), times(n - 2n), times(scalar())];
      let x = 0n;
      for (let found = 0; found < 4; x++) {
        for (const near of [x, p - 1n - x, n + x, n - 1n - x]) {
          const point = near < p ? pointWithX(curve, near) : null;
          if (point !== null) found += points.push(point, negate(curve, point)) > 0 ? 1 : 0;
        }
      }
      for (const point of points) expect(accepts(point!.x, point!.y), `${point!.x}`).toBe(true);
    });

    test("not on the curve are refused: each bit of both coordinates, zeros, another curve's, exchanged", () => {
      const { x, y } = times(scalar())!;
      for (let bit = 0n; bit < 8n * BigInt(bytes); bit++) {
        expect(accepts(x ^ (1n << bit), y), `bit ${bit} of x`).toBe(false);
        expect(accepts(x, y ^ (1n << bit)), `bit ${bit} of y`).toBe(false);
      }
      for (const [a, b] of [
        [0n, 0n],
        [0n, y],
        [x, 0n],
        [1n, 1n],
        [y, x],
        [p - 1n, p - 1n],
      ] as const)
        expect(accepts(a, b)).toBe(false);
      // On curves of the same field with another b, among them one without: the invalid curve attack.
      for (const b of [0n, 1n, curve.b - 1n, curve.b + 1n]) {
        const point =
          pointWithX({ ...curve, b }, 5n) ?? pointWithX({ ...curve, b }, 6n) ?? pointWithX({ ...curve, b }, 7n);
        if (point !== null) expect(accepts(point.x, point.y)).toBe(false);
      }
      for (const other of REFERENCES)
        if (other !== curve) expect(accepts(other.g.x & whole, other.g.y & whole)).toBe(false);
    });

    test("with a coordinate of p or more are refused, even if it is one of a point modulo p", () => {
      const accepted: bigint[][] = [];
      let tried = 0;
      for (let x = 0n; tried < 6; x++) {
        const point = pointWithX(curve, x);
        if (point === null || x + p > whole) continue;
        tried++;
        expect(accepts(point.x, point.y)).toBe(true);
        if (accepts(point.x + p, point.y)) accepted.push([x]);
        if (point.y + p <= whole && accepts(point.x, point.y + p)) accepted.push([x, point.y]);
      }
      for (const [x, y] of [
        [p, g.y],
        [g.x, p],
        [whole, g.y],
        [g.x, whole],
        [p, p],
        [whole, whole],
      ] as const)
        if (accepts(x, y)) accepted.push([x, y]);
      expect(accepted).toEqual([]);
    });
  });
});
