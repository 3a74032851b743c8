import { Curve, CURVES, EcCurve } from "./curve";
import { invert as invertModulo } from "./inverse";
import * as limb from "./limbs";
import { WIDTH } from "./modulus";
import { addScaledP256, mulP256, sqrP256 } from "./p256";
import { addScaledP384, mulP384, sqrP384 } from "./p384";
import { addScaledP521, mulP521, sqrP521 } from "./p521";

/**
 * The field of the curve in use. Elements are what tools/generate-ec.mjs describes: signed limbs in Montgomery form, of a range
 * slightly larger than [0, p]. Results may overwrite arguments.
 */

/** Room for an element of the largest field. */
export const ELEMENT: usize = 80;

const plainOne: usize = memory.data<i32>([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const element: usize = memory.data(80, 8);
const number: usize = memory.data(72, 8);
const bytes: usize = memory.data(72, 8);

let curve: EcCurve = CURVES[0];
let id: Curve = Curve.P256;

/** Bytes of an element. */
export let elementSize: usize = 0;

/** The element 1. */
export let one: usize = 0;

/** Makes the functions of this folder work on that curve. */
export function useCurve(to: EcCurve): void {
  curve = to;
  id = to.id;
  elementSize = (<usize>to.limbs) << 2;
  one = changetype<usize>(to.rLimbs);
}

/** r = a b. */
export function mul(r: usize, a: usize, b: usize): void {
  if (id == Curve.P256) mulP256(r, a, b);
  else if (id == Curve.P384) mulP384(r, a, b);
  else mulP521(r, a, b);
}

/** r = a². */
export function sqr(r: usize, a: usize): void {
  if (id == Curve.P256) sqrP256(r, a);
  else if (id == Curve.P384) sqrP384(r, a);
  else sqrP521(r, a);
}

/** r = a + k b, for k from -8 to 8. */
export function addScaled(r: usize, a: usize, b: usize, k: i64): void {
  if (id == Curve.P256) addScaledP256(r, a, b, k);
  else if (id == Curve.P384) addScaledP384(r, a, b, k);
  else addScaledP521(r, a, b, k);
}

/** Whether a is 0 modulo p: for results of {@link addScaled}, which are 0 or p then, each with one form only. */
export function isZero(a: usize): bool {
  return limb.isZero(a, curve.limbs) || limb.equal(a, changetype<usize>(curve.pLimbs), curve.limbs);
}

/** r = the element for a number below p in big-endian bytes of the field's length. */
export function fromBytes(r: usize, from: usize): void {
  limb.toLimbs(from, curve.bytes, r, curve.limbs, curve.width);
  mul(r, r, changetype<usize>(curve.rrLimbs));
}

/** The number below p that a is, in big-endian bytes of the field's length. */
export function toBytes(to: usize, a: usize): void {
  // mp/R with m below R, and next to nothing more: at least 0, at most p.
  mul(element, a, plainOne);
  if (isZero(element)) memory.fill(element, 0, elementSize);
  limb.toBytes(element, curve.limbs, curve.width, to, curve.bytes);
}

/** r = 1 / a; 0 for 0. */
export function invert(r: usize, a: usize): void {
  toBytes(bytes, a);
  limb.toLimbs(bytes, curve.bytes, number, curve.p.count, WIDTH);
  invertModulo(number, number, curve.p);
  limb.toBytes(number, curve.p.count, WIDTH, bytes, curve.bytes);
  fromBytes(r, bytes);
}
