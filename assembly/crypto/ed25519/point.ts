/**
 * Points of −x² + y² = 1 + d·x²·y² over GF(2^255 − 19), in the coordinates of Hisil, Wong, Carter, Dawson, "Twisted Edwards curves
 * revisited" (2008); names as in ref10. The formulas are complete: they hold for any two points of the curve, equal, opposite or of
 * small order. Each kind is four field elements in a row:
 *
 * - extended: (X, Y, Z, T), x = X/Z, y = Y/Z, T = X·Y/Z;
 * - projective: the same with T not valid, enough for doubling;
 * - completed: (X, Y, Z, T), x = X/Z, y = Y/T: what doubling and addition leave;
 * - cached: (Y + X, Y − X, Z, 2·d·T): what addition takes.
 */
import { add, copyElement, setSmall, subtract } from "./field";
import { multiply, square } from "./multiply";

/** Bytes of a point, of whatever kind. */
export const POINT_SIZE: usize = 160;
/** Where the second, third and fourth element are. */
export const Y: usize = 40;
export const Z: usize = 80;
export const T: usize = 120;

/** 2·d, d = −121665/121666 (RFC 8032 §5.1). */
const D2: usize = memory.data<i32>([
  45281625, 27714825, 36363642, 13898781, 229458, 15978800, 54557047, 27058993, 29715967, 9444199,
]);

const t: usize = memory.data(40, 16);

/** The neutral element (0, 1), extended. */
export function setNeutral(out: usize): void {
  setSmall(out, 0);
  setSmall(out + Y, 1);
  setSmall(out + Z, 1);
  setSmall(out + T, 0);
}

/** out (extended) = −p (extended). */
export function negate(out: usize, p: usize): void {
  setSmall(t, 0);
  subtract(out, t, p);
  copyElement(out + Y, p + Y);
  copyElement(out + Z, p + Z);
  subtract(out + T, t, p + T);
}

/** out (completed) = 2·p (projective). Not in place. */
export function double(out: usize, p: usize): void {
  square(out, p);
  square(out + Z, p + Y);
  square(out + T, p + Z);
  add(out + T, out + T, out + T);
  add(out + Y, p, p + Y);
  square(t, out + Y);
  add(out + Y, out + Z, out);
  subtract(out + Z, out + Z, out);
  subtract(out, t, out + Y);
  subtract(out + T, out + T, out + Z);
}

/** out (completed) = p (extended) + q (cached), or p − q if `minus`. Not in place. */
export function addCached(out: usize, p: usize, q: usize, minus: bool): void {
  const plus = minus ? Y : 0;
  add(out, p + Y, p);
  subtract(out + Y, p + Y, p);
  multiply(out + Z, out, q + plus);
  multiply(out + Y, out + Y, q + (Y - plus));
  subtract(out, out + Z, out + Y);
  add(out + Y, out + Z, out + Y);
  multiply(out + T, q + T, p + T);
  multiply(t, p + Z, q + Z);
  add(t, t, t);
  if (minus) {
    subtract(out + Z, t, out + T);
    add(out + T, t, out + T);
  } else {
    add(out + Z, t, out + T);
    subtract(out + T, t, out + T);
  }
}

/** out (projective) = p (completed). */
export function toProjective(out: usize, p: usize): void {
  multiply(out, p, p + T);
  multiply(out + Y, p + Y, p + Z);
  multiply(out + Z, p + Z, p + T);
}

/** out (extended) = p (completed). */
export function toExtended(out: usize, p: usize): void {
  toProjective(out, p);
  multiply(out + T, p, p + Y);
}

/** out (cached) = p (extended). */
export function toCached(out: usize, p: usize): void {
  add(out, p + Y, p);
  subtract(out + Y, p + Y, p);
  copyElement(out + Z, p + Z);
  multiply(out + T, p + T, D2);
}
