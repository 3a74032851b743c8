import { EcCurve } from "./curve";
import { ELEMENT, elementSize, fromBytes, invert, mul } from "./field";
import { addAffine, double, normalise, setAffine, toAffine, Y, Z } from "./point";

/**
 * Tables of multiples of a point P, for ./multiply.ts: P, 3P, 5P, … as affine points, and then the same of 2^h P, h being
 * {@link EcCurve.half}. With digits of `bits` bits there are 2^(bits - 2) of each.
 */

/** Bits of the digits that the base point and a key are multiplied by. */
export const BASE_BITS: i32 = 7;
export const KEY_BITS: i32 = 5;

const point: usize = memory.data(256, 8);
const twice: usize = memory.data(160, 8);
const zs: usize = memory.data(2560, 8);
const products: usize = memory.data(2560, 8);
const running: usize = memory.data(80, 8);
const inverse: usize = memory.data(80, 8);

/** Room for 64 affine points of each curve. */
const BASE_TABLES: StaticArray<usize> = [memory.data(4608, 8), memory.data(7168, 8), memory.data(9728, 8)];
const ready: StaticArray<bool> = [false, false, false];

/** Bytes of a table of the curve in use. */
export function tableSize(bits: i32): i32 {
  return (<i32>elementSize) << bits;
}

/** Fills `count` affine points from `out` on: the first is there already. Z's are inverted together (Montgomery's trick). */
function oddMultiples(out: usize, count: i32): void {
  const affine = elementSize << 1;
  setAffine(point, out, 1);
  double(point);
  normalise(twice, point);
  setAffine(point, out, 1);
  const end = ELEMENT * <usize>count;
  memory.copy(products, point + Z, elementSize);
  for (let i = ELEMENT, p = out + affine; i < end; i += ELEMENT, p += affine) {
    // Never equal or opposite: all multiples are below the order.
    addAffine(point, twice, 1);
    memory.copy(p, point, elementSize);
    memory.copy(p + elementSize, point + Y, elementSize);
    memory.copy(zs + i, point + Z, elementSize);
    mul(products + i, products + i - ELEMENT, point + Z);
  }
  invert(running, products + end - ELEMENT);
  for (let i = end - ELEMENT, p = out + affine * <usize>(count - 1); i > 0; i -= ELEMENT, p -= affine) {
    mul(inverse, running, products + i - ELEMENT);
    mul(running, running, zs + i);
    toAffine(p, p, p + elementSize, inverse);
  }
}

/** Fills a table whose first point is there already, of the curve in use. */
export function fillTable(curve: EcCurve, table: usize, bits: i32): void {
  const count = 1 << (bits - 2);
  oddMultiples(table, count);
  const upper = table + (elementSize << 1) * <usize>count;
  setAffine(point, table, 1);
  for (let i = 0; i < curve.half; i++) double(point);
  normalise(upper, point);
  oddMultiples(upper, count);
}

/** The table of the base point of the curve in use, made when it is first asked for. */
export function baseTable(curve: EcCurve): usize {
  const table = BASE_TABLES[curve.id];
  if (!ready[curve.id]) {
    fromBytes(table, curve.gx);
    fromBytes(table + elementSize, curve.gy);
    fillTable(curve, table, BASE_BITS);
    ready[curve.id] = true;
  }
  return table;
}
