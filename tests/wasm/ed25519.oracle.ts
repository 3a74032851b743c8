// Ed25519 as RFC 8032 writes it down, in BigInts, and node's (OpenSSL's) opinion. Slow, plain, and able to make what no signer makes.
import { createHash, createPublicKey, verify } from "node:crypto";

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

export interface Point {
  x: bigint;
  y: bigint;
}

export const fromBytes = (bytes: Uint8Array): bigint => BigInt("0x" + Buffer.from(bytes).reverse().toString("hex"));

export const toBytes = (x: bigint, length: number): Buffer =>
  Buffer.from(x.toString(16).padStart(2 * length, "0"), "hex").reverse();

/** From 0 to `m` - 1. */
export const modulo = (x: bigint, m: bigint): bigint => ((x % m) + m) % m;

export function power(x: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let base = modulo(x, P), e = exponent; e > 0n; e >>= 1n, base = (base * base) % P)
    if (e & 1n) result = (result * base) % P;
  return result;
}

const divide = (a: bigint, b: bigint): bigint => modulo(a * power(b, P - 2n), P);
const D = divide(-121665n, 121666n);

export const NEUTRAL: Point = { x: 0n, y: 1n };

/** Sums in homogeneous coordinates, as divisions are slow (Bernstein et al., "Twisted Edwards curves", 2008, §6). */
interface Homogeneous extends Point {
  z: bigint;
}

function sum(a: Homogeneous, b: Homogeneous): Homogeneous {
  const z = (a.z * b.z) % P;
  const x = (a.x * b.x) % P;
  const y = (a.y * b.y) % P;
  const t = (((D * x) % P) * y) % P;
  const minus = z * z - t;
  const plus = z * z + t;
  return {
    x: (((z * minus) % P) * ((a.x + a.y) * (b.x + b.y) - x - y)) % P,
    y: (((z * plus) % P) * (x + y)) % P,
    z: (minus * plus) % P,
  };
}

const affine = (a: Homogeneous): Point => ({ x: divide(a.x, a.z), y: divide(a.y, a.z) });

export const add = (a: Point, b: Point): Point => affine(sum({ ...a, z: 1n }, { ...b, z: 1n }));

export const negate = (a: Point): Point => ({ x: modulo(-a.x, P), y: a.y });

export function times(k: bigint, a: Point): Point {
  let result: Homogeneous = { ...NEUTRAL, z: 1n };
  for (let base: Homogeneous = { ...a, z: 1n }, rest = k; rest > 0n; rest >>= 1n, base = sum(base, base))
    if (rest & 1n) result = sum(result, base);
  return affine(result);
}

export const encode = (a: Point): Buffer => toBytes(a.y | ((a.x & 1n) << 255n), 32);

/** The point with this y and lowest bit of x; undefined if there is none. `odd` is left aside if x is 0. */
export function pointWith(y: bigint, odd: boolean): Point | undefined {
  const u = modulo(y * y - 1n, P);
  const v = modulo(D * y * y + 1n, P);
  const square = divide(u, v);
  let x = power(square, (P + 3n) / 8n);
  if ((x * x) % P !== square) x = (x * power(2n, (P - 1n) / 4n)) % P;
  if ((x * x) % P !== square) return undefined;
  if (x !== 0n && ((x & 1n) === 1n) !== odd) x = P - x;
  return { x, y: modulo(y, P) };
}

/** RFC 8032 §5.1.3. */
export function decode(bytes: Uint8Array): Point | undefined {
  const number = fromBytes(bytes);
  const y = number & (2n ** 255n - 1n);
  const odd = number >> 255n === 1n;
  if (y >= P) return undefined;
  const point = pointWith(y, odd);
  return point?.x === 0n && odd ? undefined : point;
}

export const BASE = pointWith(divide(4n, 5n), false) as Point;

/** The eight points whose order divides 8, as multiples of one of order 8. */
export const TORSION: readonly Point[] = (() => {
  for (let y = 2n; ; y++) {
    const point = pointWith(y, false);
    const generator = point && times(L, point);
    if (generator && times(4n, generator).y !== 1n)
      return Array.from({ length: 8 }, (_, i) => times(BigInt(i), generator));
  }
})();

/**
 * Every 32 bytes that a decoder without checks takes for one of these points: y or y + p where that has 255 bits, and for x = 0 both
 * signs (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", 2020, table 1). The canonical ones come first.
 */
export const TORSION_ENCODINGS: readonly Buffer[] = (() => {
  const numbers = TORSION.flatMap(({ x, y }) =>
    [y, y + P]
      .filter((number) => number < 2n ** 255n)
      .flatMap((number) => (x === 0n ? [0n, 1n] : [x & 1n]).map((sign) => number | (sign << 255n))),
  );
  const canonical = TORSION.map(encode);
  const others = numbers.map((number) => toBytes(number, 32));
  return [...canonical, ...others.filter((bytes) => !canonical.some((other) => other.equals(bytes)))];
})();

/** k of RFC 8032 §5.1.7, from the encodings. */
export const challenge = (r: Uint8Array, a: Uint8Array, text: Uint8Array): bigint =>
  fromBytes(createHash("sha512").update(r).update(a).update(text).digest()) % L;

/** What node says about a signature by a key of any 32 bytes. */
export function nodeVerifies(key: Uint8Array, signature: Uint8Array, text: Uint8Array): boolean {
  const x = Buffer.from(key).toString("base64url");
  return verify(null, text, createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } }), signature);
}
