// Test-only module: the elliptic curves, what the tests and the benchmark drive. Numbers are big-endian, of the field's length, one
// behind the other; they write at `input()` and read at `output()`.
import { Curve, CURVES } from "../../assembly/crypto/ec/curve";
import { toDigits } from "../../assembly/crypto/ec/digits";
import { addScaled, elementSize, fromBytes, invert, isZero, mul } from "../../assembly/crypto/ec/field";
import { sqr, toBytes, useCurve } from "../../assembly/crypto/ec/field";
import { invert as invertModulo } from "../../assembly/crypto/ec/inverse";
import { EcKey, prepareEc } from "../../assembly/crypto/ec/key";
import { toBytes as limbsToBytes, toLimbs } from "../../assembly/crypto/ec/limbs";
import { WIDTH } from "../../assembly/crypto/ec/modulus";
import { addAffine, double, isInfinite, normalise, setAffine, setInfinite } from "../../assembly/crypto/ec/point";
import { ecPublicKeyInfo } from "../../assembly/crypto/ec/public_key_info";
import { ecdsaSignatureToDer } from "../../assembly/crypto/ec/signature_der";
import { verifyEcdsa, verifyEcdsaDigest } from "../../assembly/crypto/ec/verify";
import { Hash } from "../../assembly/crypto/hash";

const source = heap.alloc(1 << 16);
const target = heap.alloc(1 << 12);
const a = heap.alloc(160);
const b = heap.alloc(160);
const point = heap.alloc(256);
const keys = new Array<EcKey>();

export function input(): usize {
  return source;
}

export function output(): usize {
  return target;
}

/** The number of a new key, or -1. */
export function ecKey(curve: Curve, x: usize, y: usize): i32 {
  const key = prepareEc(curve, x, y);
  return key === null ? -1 : keys.push(key) - 1;
}

export function clearKeys(): void {
  keys.length = 0;
}

export function ecdsaVerify(
  key: i32,
  h: Hash,
  signature: usize,
  signatureLength: i32,
  text: usize,
  textLength: i32,
): bool {
  return verifyEcdsa(keys[key], h, signature, signatureLength, text, textLength);
}

export function ecdsaVerifyDigest(
  key: i32,
  digest: usize,
  digestLength: i32,
  signature: usize,
  signatureLength: i32,
): bool {
  return verifyEcdsaDigest(keys[key], digest, digestLength, signature, signatureLength);
}

/** On elements given as limbs: 0 is x y, 1 is x², 2 is x + k y. */
export function onLimbs(curve: Curve, operation: i32, x: usize, y: usize, k: i32): void {
  useCurve(CURVES[curve]);
  if (operation == 0) mul(target, x, y);
  else if (operation == 1) sqr(target, x);
  else addScaled(target, x, y, k);
}

export function isZeroLimbs(curve: Curve, x: usize): bool {
  useCurve(CURVES[curve]);
  return isZero(x);
}

/** The inverse in the field. */
export function fieldInverse(curve: Curve, x: usize): void {
  useCurve(CURVES[curve]);
  fromBytes(a, x);
  invert(a, a);
  toBytes(target, a);
}

function read(curve: Curve, to: usize, number: usize): void {
  toLimbs(number, CURVES[curve].bytes, to, CURVES[curve].n.count, WIDTH);
}

function write(curve: Curve, number: usize): void {
  limbsToBytes(number, CURVES[curve].n.count, WIDTH, target, CURVES[curve].bytes);
}

/** x y / 2^(30 limbs) modulo the order. */
export function orderProduct(curve: Curve, x: usize, y: usize): void {
  read(curve, a, x);
  read(curve, b, y);
  CURVES[curve].n.multiply(a, a, b);
  write(curve, a);
}

export function orderInverse(curve: Curve, x: usize): void {
  read(curve, a, x);
  invertModulo(a, a, CURVES[curve].n);
  write(curve, a);
}

export function isUnit(curve: Curve, x: usize): bool {
  read(curve, a, x);
  return CURVES[curve].n.isUnit(a);
}

/** Writes the signed digits of a number, a byte each; their number. */
export function digits(curve: Curve, x: usize, width: i32): i32 {
  read(curve, a, x);
  toDigits(target, 2 * CURVES[curve].half, a, CURVES[curve].n.count, width);
  return 2 * CURVES[curve].half;
}

function readPoint(curve: Curve, x: usize): void {
  useCurve(CURVES[curve]);
  fromBytes(a, x);
  fromBytes(a + elementSize, x + <usize>CURVES[curve].bytes);
}

/** Makes the running point the one at `x`, or infinity. */
export function startPoint(curve: Curve, x: usize, infinite: bool): void {
  readPoint(curve, x);
  if (infinite) setInfinite(point);
  else setAffine(point, a, 1);
}

export function doublePoint(): void {
  double(point);
}

/** Adds the point at `x` to the running one, or with `sign` -1 subtracts it. */
export function addPoint(curve: Curve, x: usize, sign: i32): void {
  readPoint(curve, x);
  addAffine(point, a, sign);
}

/** Writes the running point; false for infinity. */
export function writePoint(curve: Curve): bool {
  if (isInfinite(point)) return false;
  normalise(a, point);
  toBytes(target, a);
  toBytes(target + <usize>CURVES[curve].bytes, a + elementSize);
  return true;
}

/** Writes the SubjectPublicKeyInfo; its length. */
export function publicKeyInfo(curve: Curve, x: usize, y: usize): i32 {
  const der = ecPublicKeyInfo(curve, x, y);
  memory.copy(target, changetype<usize>(der), der.length);
  return der.length;
}

/** Writes the signature as DER; its length. */
export function signatureToDer(signature: usize, length: i32): i32 {
  return ecdsaSignatureToDer(signature, length, target);
}
