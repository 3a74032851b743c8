import { add, isOdd, isZero, readElement, setSmall, subtract, writeElement } from "./field";
import { multiply, square } from "./multiply";
import { double, POINT_SIZE, T, toProjective, Y, Z } from "./point";
import { invert, powerForRoot } from "./power";

/** Bytes of an encoded point (RFC 8032 §5.1.2): y, little-endian, and in the top bit the lowest bit of x. */
export const ENCODED_SIZE: i32 = 32;

/** d, the curve's constant (RFC 8032 §5.1). */
const D: usize = memory.data<i32>([
  56195235, 13857412, 51736253, 6949390, 114729, 24766616, 60832955, 30306712, 48412415, 21499315,
]);
/** 2^((p − 1) / 4), a square root of −1. */
const ROOT_OF_MINUS_ONE: usize = memory.data<i32>([
  34513072, 25610706, 9377949, 3500415, 12389472, 33281959, 41962654, 31548777, 326685, 11406482,
]);

const u: usize = memory.data(40, 16);
const v: usize = memory.data(40, 16);
const w: usize = memory.data(40, 16);
const bytes: usize = memory.data(32, 8);
const point: usize = memory.data(160, 16);
const completed: usize = memory.data(160, 16);

/**
 * The point that the 32 bytes at `p` encode, extended; false if they encode none (RFC 8032 §5.1.3): y not below the prime, no x on the
 * curve, or x = 0 with its sign bit set.
 */
export function decodePoint(out: usize, p: usize): bool {
  const odd = load<u8>(p, 31) >> 7 != 0;
  const y = out + Y;
  readElement(y, p);
  writeElement(bytes, y);
  store<u8>(bytes, load<u8>(bytes, 31) | ((<u8>odd) << 7), 31);
  if (!sameEncoding(bytes, p)) return false;
  setSmall(out + Z, 1);
  // x² = u/v = (y² − 1) / (d·y² + 1), and x = u·v³·(u·v⁷)^((p − 5) / 8) up to a root of −1, if there is one.
  square(u, y);
  multiply(v, u, D);
  subtract(u, u, out + Z);
  add(v, v, out + Z);
  square(w, v);
  multiply(w, w, v);
  multiply(out, w, u);
  square(w, w);
  multiply(w, w, v);
  multiply(w, w, u);
  powerForRoot(w, w);
  multiply(out, out, w);
  square(w, out);
  multiply(w, w, v);
  subtract(v, w, u);
  if (!isZero(v)) {
    add(v, w, u);
    if (!isZero(v)) return false;
    multiply(out, out, ROOT_OF_MINUS_ONE);
  }
  if (isOdd(out) != odd) {
    if (isZero(out)) return false;
    setSmall(w, 0);
    subtract(out, w, out);
  }
  multiply(out + T, out, y);
  return true;
}

/** Writes the 32 bytes of a point, extended or projective. */
export function encodePoint(out: usize, p: usize): void {
  invert(u, p + Z);
  multiply(v, p, u);
  multiply(u, u, p + Y);
  writeElement(out, u);
  store<u8>(out, load<u8>(out, 31) | ((<u8>isOdd(v)) << 7), 31);
}

/** Whether two encodings are the same 32 bytes. */
export function sameEncoding(a: usize, b: usize): bool {
  const first = (load<u64>(a) ^ load<u64>(b)) | (load<u64>(a, 8) ^ load<u64>(b, 8));
  return (first | (load<u64>(a, 16) ^ load<u64>(b, 16)) | (load<u64>(a, 24) ^ load<u64>(b, 24))) == 0;
}

/** Whether 8·p is the neutral element; p is extended or projective. */
export function hasSmallOrder(p: usize): bool {
  memory.copy(point, p, POINT_SIZE);
  for (let i = 0; i < 3; i++) {
    double(completed, point);
    toProjective(point, completed);
  }
  // Only the neutral element has y = 1, that is Y = Z.
  subtract(u, point + Y, point + Z);
  return isZero(u);
}
