import { EcCurve } from "./curve";
import { toDigits } from "./digits";
import { elementSize } from "./field";
import { addAffine, double, setInfinite } from "./point";
import { BASE_BITS, baseTable, KEY_BITS } from "./table";

const baseDigits: usize = memory.data(528, 8);
const keyDigits: usize = memory.data(528, 8);

/** p = p + d P, `table` having the odd multiples of P. */
// @ts-ignore: decorator
@inline
function addMultiple(p: usize, table: usize, d: i32): void {
  if (d > 0) addAffine(p, table + elementSize * <usize>(d - 1), 1);
  else if (d < 0) addAffine(p, table + elementSize * <usize>(-d - 1), -1);
}

/**
 * p = u G + v Q: G the base point, `keyTable` the table of Q, u and v below the order, all of the curve in use. Both scalars are cut in
 * two halves, whose digits go together, so that half the doublings do (Straus; the tables have 2^h G and 2^h Q).
 */
export function multiplyAdd(p: usize, curve: EcCurve, u: usize, v: usize, keyTable: usize): void {
  const half = curve.half;
  const base = baseTable(curve);
  const baseUpper = base + (elementSize << (BASE_BITS - 1));
  const keyUpper = keyTable + (elementSize << (KEY_BITS - 1));
  toDigits(baseDigits, 2 * half, u, curve.n.count, BASE_BITS);
  toDigits(keyDigits, 2 * half, v, curve.n.count, KEY_BITS);
  setInfinite(p);
  for (let i = half - 1; i >= 0; i--) {
    double(p);
    addMultiple(p, base, load<i8>(baseDigits + <usize>i));
    addMultiple(p, baseUpper, load<i8>(baseDigits + <usize>(i + half)));
    addMultiple(p, keyTable, load<i8>(keyDigits + <usize>i));
    addMultiple(p, keyUpper, load<i8>(keyDigits + <usize>(i + half)));
  }
}
