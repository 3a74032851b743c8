import { digest, Hash, hashLength } from "../hash";
import { EcCurve } from "./curve";
import { addScaled, fromBytes, isZero, mul, sqr, useCurve } from "./field";
import { invert } from "./inverse";
import { EcKey } from "./key";
import { less, toBytes, toLimbs } from "./limbs";
import { WIDTH } from "./modulus";
import { multiplyAdd } from "./multiply";
import { isInfinite, Z } from "./point";

const one: usize = memory.data<u32>([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const hash: usize = memory.data(64, 8); // MAXIMUM_HASH_LENGTH
const r: usize = memory.data(72, 8);
const s: usize = memory.data(72, 8);
const e: usize = memory.data(72, 8);
const xBytes: usize = memory.data(72, 8);
const point: usize = memory.data(256, 8);
const t0: usize = memory.data(80, 8);
const t1: usize = memory.data(80, 8);

/** Whether X / Z² is the number below p at `x`. */
function hasX(p: usize, x: usize): bool {
  fromBytes(t0, x);
  sqr(t1, p + Z);
  mul(t0, t0, t1);
  addScaled(t0, t0, p, -1);
  return isZero(t0);
}

/** Whether the x coordinate of p is r modulo n, for r below n, given both ways: x may also be r + n, as n is below the prime. */
function hasXModuloN(curve: EcCurve, p: usize, rBytes: usize): bool {
  if (hasX(p, rBytes)) return true;
  curve.n.add(s, r);
  if (!less(s, curve.p.pointer, curve.p.count)) return false;
  toBytes(s, curve.n.count, WIDTH, xBytes, curve.bytes);
  return hasX(p, xBytes);
}

/** Whether the signature is one of the digest: the part of {@link verifyEcdsa} behind the hash. */
export function verifyEcdsaDigest(
  key: EcKey,
  hashed: usize,
  hashedLength: i32,
  signature: usize,
  signatureLength: i32,
): bool {
  const curve = key.curve;
  const n = curve.n;
  const bytes = curve.bytes;
  if (signatureLength != 2 * bytes) return false;
  toLimbs(signature, bytes, r, n.count, WIDTH);
  toLimbs(signature + <usize>bytes, bytes, s, n.count, WIDTH);
  if (!n.isUnit(r) || !n.isUnit(s)) return false;
  // The leftmost bits of the digest, as many as n has: whole bytes, or all there are.
  toLimbs(hashed, min(hashedLength, bytes), e, n.count, WIDTH);
  // The inverse of s / R is R / s: Montgomery's products with it are quotients by s.
  n.multiply(s, s, one);
  invert(s, s, n);
  n.multiply(e, e, s);
  n.multiply(s, r, s);
  useCurve(curve);
  multiplyAdd(point, curve, e, s, changetype<usize>(key.table));
  return !isInfinite(point) && hasXModuloN(curve, point, signature);
}

/**
 * Whether the signature, r and s one behind the other as big-endian numbers of the field's length (RFC 7518 §3.4), is one of the
 * text (FIPS 186-5 §6.4.2). Whenever (r, s) is valid, (r, n - s) is too, here as in every verifier: the bytes of a signature, or of a
 * token, identify nothing.
 */
export function verifyEcdsa(
  key: EcKey,
  h: Hash,
  signature: usize,
  signatureLength: i32,
  text: usize,
  textLength: i32,
): bool {
  digest(h, text, textLength, hash);
  return verifyEcdsaDigest(key, hash, hashLength(h), signature, signatureLength);
}
