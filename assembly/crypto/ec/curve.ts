import { toLimbs } from "./limbs";
import { Modulus } from "./modulus";
import * as parameters from "./parameters";

/** The prime curves of NIST SP 800-186: the index into {@link CURVES}. */
export const enum Curve {
  P256,
  P384,
  P521,
}

function elementLimbs(bytes: usize, length: i32, count: i32, width: i32): StaticArray<u32> {
  const limbs = new StaticArray<u32>(count);
  toLimbs(bytes, length, changetype<usize>(limbs), count, width);
  return limbs;
}

/** What the arithmetic of a curve needs. The parameters are big-endian, `bytes` long. */
export class EcCurve {
  /** Length of a coordinate and of each half of a signature (RFC 7518 §3.4, §6.2.1.2). */
  readonly bytes: i32;
  /** Half of the digits of a scalar in signed digits, one more than it has bits; rounded up. */
  readonly half: i32;
  /** The prime of the field, and the order of the group. */
  readonly p: Modulus;
  readonly n: Modulus;
  /** Limbs of a field element: p itself, and R and R² modulo p. */
  readonly pLimbs: StaticArray<u32>;
  readonly rLimbs: StaticArray<u32>;
  readonly rrLimbs: StaticArray<u32>;

  constructor(
    readonly id: Curve,
    readonly bits: i32,
    /** Limbs of a field element, and bits of a limb (tools/generate-ec.mjs). */
    readonly limbs: i32,
    readonly width: i32,
    readonly prime: usize,
    order: usize,
    readonly b: usize,
    readonly gx: usize,
    readonly gy: usize,
    r: usize,
    rr: usize,
  ) {
    const bytes = (bits + 7) >> 3;
    this.bytes = bytes;
    this.half = (bits + 2) >> 1;
    this.p = new Modulus(prime, bytes, bits);
    this.n = new Modulus(order, bytes, bits);
    this.pLimbs = elementLimbs(prime, bytes, limbs, width);
    this.rLimbs = elementLimbs(r, bytes, limbs, width);
    this.rrLimbs = elementLimbs(rr, bytes, limbs, width);
  }
}

export const CURVES: StaticArray<EcCurve> = [
  new EcCurve(
    Curve.P256,
    256,
    9,
    29,
    parameters.P256_P,
    parameters.P256_N,
    parameters.P256_B,
    parameters.P256_GX,
    parameters.P256_GY,
    parameters.P256_R,
    parameters.P256_RR,
  ),
  new EcCurve(
    Curve.P384,
    384,
    14,
    28,
    parameters.P384_P,
    parameters.P384_N,
    parameters.P384_B,
    parameters.P384_GX,
    parameters.P384_GY,
    parameters.P384_R,
    parameters.P384_RR,
  ),
  new EcCurve(
    Curve.P521,
    521,
    19,
    28,
    parameters.P521_P,
    parameters.P521_N,
    parameters.P521_B,
    parameters.P521_GX,
    parameters.P521_GY,
    parameters.P521_R,
    parameters.P521_RR,
  ),
];
