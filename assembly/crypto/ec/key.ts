import { Curve, CURVES, EcCurve } from "./curve";
import { addScaled, elementSize, fromBytes, isZero, mul, sqr, useCurve } from "./field";
import { fillTable, KEY_BITS, tableSize } from "./table";

const t0: usize = memory.data(80, 8);
const t1: usize = memory.data(80, 8);

/** A public key, ready to verify with. */
export class EcKey {
  constructor(
    readonly curve: EcCurve,
    /** Multiples of the key's point: 1152, 1792 or 2432 bytes. */
    readonly table: StaticArray<u8>,
  ) {}
}

/** Whether y² = x³ - 3x + b. */
function isOnCurve(curve: EcCurve, x: usize, y: usize): bool {
  sqr(t0, x);
  mul(t0, t0, x);
  addScaled(t0, t0, x, -3);
  fromBytes(t1, curve.b);
  addScaled(t0, t0, t1, 1);
  sqr(t1, y);
  addScaled(t0, t0, t1, -1);
  return isZero(t0);
}

/**
 * Prepares the public key with these coordinates: big-endian and of exactly the field's length, 32, 48 or 66 bytes (RFC 7518
 * §6.2.1.2). Null unless both are below p and the point is on the curve; then it is a key, as the groups have prime order and infinity
 * has no coordinates (NIST SP 800-186 D.1.1.2).
 */
export function prepareEc(id: Curve, x: usize, y: usize): EcKey | null {
  const curve = CURVES[id];
  if (memory.compare(x, curve.prime, curve.bytes) >= 0 || memory.compare(y, curve.prime, curve.bytes) >= 0) return null;
  useCurve(curve);
  const table = new StaticArray<u8>(tableSize(KEY_BITS));
  const p = changetype<usize>(table);
  fromBytes(p, x);
  fromBytes(p + elementSize, y);
  if (!isOnCurve(curve, p, p + elementSize)) return null;
  fillTable(curve, p, KEY_BITS);
  return new EcKey(curve, table);
}
