import { addScaled, ELEMENT, elementSize, invert, isZero, mul, one, sqr } from "./field";

/**
 * Points of the curve in use, y² = x³ - 3x + b: in Jacobian coordinates, (X / Z², Y / Z³), or affine, x and y one behind the other.
 * A Jacobian point has room for three elements and a word that says whether it is the point at infinity; an affine one never is.
 */

export const POINT: usize = 256;
export const Y: usize = ELEMENT;
export const Z: usize = 2 * ELEMENT;
const INFINITE: usize = 3 * ELEMENT;

const t0: usize = memory.data(80, 8);
const t1: usize = memory.data(80, 8);
const t2: usize = memory.data(80, 8);
const t3: usize = memory.data(80, 8);

export function isInfinite(p: usize): bool {
  return load<u32>(p, INFINITE) != 0;
}

export function setInfinite(p: usize): void {
  store<u32>(p, 1, INFINITE);
}

/** p = the affine point q, or -q if `sign` is -1. */
export function setAffine(p: usize, q: usize, sign: i64): void {
  memory.copy(p, q, elementSize);
  // y - 2y; a copy would do for 1.
  addScaled(p + Y, q + elementSize, q + elementSize, sign - 1);
  memory.copy(p + Z, one, elementSize);
  store<u32>(p, 0, INFINITE);
}

/**
 * p = 2p. There is no point of order two to consider: the groups have prime order.
 * (hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-3.html, dbl-2001-b, with α negated and 2YZ as a product)
 */
export function double(p: usize): void {
  if (isInfinite(p)) return;
  sqr(t0, p + Z); // δ
  sqr(t1, p + Y); // γ
  mul(t2, p, t1); // β
  addScaled(t3, t0, p, -1);
  addScaled(t0, t0, p, 1);
  mul(t3, t3, t0);
  addScaled(t3, t3, t3, 2); // -α = 3 (δ - X) (δ + X)
  addScaled(t0, p + Y, p + Y, 1);
  mul(p + Z, t0, p + Z);
  sqr(t0, t3);
  addScaled(p, t0, t2, -8); // X' = α² - 8β
  addScaled(t2, p, t2, -4);
  mul(t2, t3, t2);
  sqr(t1, t1);
  addScaled(p + Y, t2, t1, -8); // Y' = α (4β - X') - 8γ²
}

/**
 * p = p + q, or p - q if `sign` is -1, for an affine q: whatever p is, also infinity, q or -q.
 * (the same source, madd, with r negated and H instead of 2H)
 */
export function addAffine(p: usize, q: usize, sign: i64): void {
  if (isInfinite(p)) {
    setAffine(p, q, sign);
    return;
  }
  sqr(t0, p + Z);
  mul(t1, q, t0);
  addScaled(t1, t1, p, -1); // H = x Z² - X
  mul(t0, t0, p + Z);
  mul(t0, t0, q + elementSize);
  addScaled(t0, p + Y, t0, -sign); // -r = Y - y Z³
  if (isZero(t1)) {
    if (isZero(t0)) double(p);
    else setInfinite(p);
    return;
  }
  mul(p + Z, p + Z, t1);
  sqr(t2, t1);
  mul(t1, t1, t2); // H³
  mul(t2, p, t2); // V = X H²
  sqr(t3, t0);
  addScaled(t3, t3, t1, -1);
  addScaled(p, t3, t2, -2); // X' = r² - H³ - 2V
  addScaled(t2, p, t2, -1);
  mul(t0, t0, t2);
  mul(t1, p + Y, t1);
  addScaled(p + Y, t0, t1, -1); // Y' = r (V - X') - Y H³
}

/** Writes the point (X, Y, Z), given 1 / Z, as the affine point `out`. */
export function toAffine(out: usize, x: usize, y: usize, inverse: usize): void {
  sqr(t0, inverse);
  mul(out, x, t0);
  mul(t0, t0, inverse);
  mul(out + elementSize, y, t0);
}

/** Writes p, not infinity, as the affine point `out`. */
export function normalise(out: usize, p: usize): void {
  invert(t1, p + Z);
  toAffine(out, p, p + Y, t1);
}
