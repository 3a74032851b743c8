import { Curve, CURVES, EcCurve } from "./curve";
import { addScaled, elementSize, fromBytes, isZero, mul, sqr, useCurve } from "./field";
import { fillTable, KEY_BITS, tableSize } from "./table";

const t0: usize = memory.data(80, 8);
const t1: usize = memory.data(80, 8);
const point: usize = memory.data(160, 8);

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
 * Whether these coordinates are a public key: big-endian and of exactly the field's length, 32, 48 or 66 bytes (RFC 7518 §6.2.1.2), both
 * below p and the point on the curve. It is a key then, as the groups have prime order and infinity has no coordinates (NIST SP 800-186
 * D.1.1.2). Costs a few multiplications.
 */
export function isEcPublicKey(id: Curve, x: usize, y: usize): bool {
  const curve = CURVES[id];
  if (memory.compare(x, curve.prime, curve.bytes) >= 0) return false;
  if (memory.compare(y, curve.prime, curve.bytes) >= 0) return false;
  useCurve(curve);
  fromBytes(point, x);
  fromBytes(point + elementSize, y);
  return isOnCurve(curve, point, point + elementSize);
}

/** Prepares a public key, about as costly as half a verification; null unless {@link isEcPublicKey}. */
export function prepareEc(id: Curve, x: usize, y: usize): EcKey | null {
  if (!isEcPublicKey(id, x, y)) return null;
  const curve = CURVES[id];
  const table = new StaticArray<u8>(tableSize(KEY_BITS));
  memory.copy(changetype<usize>(table), point, elementSize << 1);
  fillTable(curve, changetype<usize>(table), KEY_BITS);
  return new EcKey(curve, table);
}
