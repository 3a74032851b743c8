// The prime curves in BigInt, affine and as plain as can be: what the compiled arithmetic is compared with. Parameters: SEC 2.
import { createECDH } from "node:crypto";

/** `null` is the point at infinity. */
export type Point = { x: bigint; y: bigint } | null;

export interface Reference {
  /** JWK `crv`, OpenSSL's name, and the hash of the JWS algorithm. */
  crv: string;
  openssl: string;
  hash: string;
  bytes: number;
  /** The compiled field: see tools/generate-ec.mjs. */
  limbs: number;
  width: number;
  p: bigint;
  n: bigint;
  g: { x: bigint; y: bigint };
  b: bigint;
}

export const mod = (a: bigint, m: bigint): bigint => ((a % m) + m) % m;

export function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n;
  for (base = mod(base, m); exponent > 0n; exponent >>= 1n, base = (base * base) % m)
    if (exponent & 1n) result = (result * base) % m;
  return result;
}

/** 1 / a by Euclid's algorithm; 0 for 0. */
export function inverse(a: bigint, prime: bigint): bigint {
  let [r0, r1, t0, t1] = [prime, mod(a, prime), 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1];
  }
  return r0 === 1n ? mod(t0, prime) : 0n;
}

export const toBytes = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");

export const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);

function reference(
  names: Pick<Reference, "crv" | "openssl" | "hash" | "bytes" | "limbs" | "width">,
  p: bigint,
  n: bigint,
): Reference {
  const g = multiplyBase({ ...names, n }, 1n)!;
  return { ...names, p, n, g, b: mod(g.y * g.y - g.x ** 3n + 3n * g.x, p) };
}

/** In the order of `Curve` (assembly/crypto/ec/curve.ts). */
export const REFERENCES: Reference[] = [
  reference(
    { crv: "P-256", openssl: "prime256v1", hash: "sha256", bytes: 32, limbs: 9, width: 29 },
    2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ),
  reference(
    { crv: "P-384", openssl: "secp384r1", hash: "sha384", bytes: 48, limbs: 14, width: 28 },
    2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    2n ** 384n - 0x389cb27e0bc8d220a7e5f24db74f58851313e695333ad68dn,
  ),
  reference(
    { crv: "P-521", openssl: "secp521r1", hash: "sha512", bytes: 66, limbs: 19, width: 28 },
    2n ** 521n - 1n,
    2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
  ),
];

export function add(curve: Reference, a: Point, b: Point): Point {
  if (a === null) return b;
  if (b === null) return a;
  const { p } = curve;
  if (a.x === b.x && mod(a.y + b.y, p) === 0n) return null;
  const slope =
    a.x === b.x ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, p) : (b.y - a.y) * inverse(mod(b.x - a.x, p), p);
  const x = mod(slope * slope - a.x - b.x, p);
  return { x, y: mod(slope * (a.x - x) - a.y, p) };
}

export const negate = (curve: Reference, a: Point): Point => a && { x: a.x, y: mod(-a.y, curve.p) };

export function multiply(curve: Reference, scalar: bigint, point: Point): Point {
  let result: Point = null;
  for (let k = mod(scalar, curve.n); k > 0n; k >>= 1n, point = add(curve, point, point))
    if (k & 1n) result = add(curve, result, point);
  return result;
}

/** The same for the base point, by node. */
export function multiplyBase(curve: Pick<Reference, "openssl" | "bytes" | "n">, scalar: bigint): Point {
  const k = mod(scalar, curve.n);
  if (k === 0n) return null;
  const ecdh = createECDH(curve.openssl);
  ecdh.setPrivateKey(toBytes(k, curve.bytes));
  const { bytes } = curve;
  const point = ecdh.getPublicKey();
  return { x: toBigInt(point.subarray(1, 1 + bytes)), y: toBigInt(point.subarray(1 + bytes)) };
}

/** A point with this x coordinate, if there is one: p is 3 modulo 4, so the root is a power. */
export function pointWithX(curve: Reference, x: bigint): Point {
  const { p, b } = curve;
  const square = mod(x ** 3n - 3n * x + b, p);
  const y = power(square, (p + 1n) / 4n, p);
  return mod(y * y, p) === square ? { x, y } : null;
}

/** x and y one behind the other. */
export const pointBytes = (curve: Reference, point: Point): Buffer =>
  Buffer.concat([toBytes(point!.x, curve.bytes), toBytes(point!.y, curve.bytes)]);
