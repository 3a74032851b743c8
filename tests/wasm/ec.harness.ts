// The elliptic curves of the filter, compiled by themselves.
import { compileEntry, instantiateEntry } from "../support/compile-entry.mjs";
import { type Point, type Reference, REFERENCES, pointBytes, toBigInt, toBytes } from "./ec.reference.js";

interface Exports {
  memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  ecKey(curve: number, x: number, y: number): number;
  clearKeys(): void;
  ecdsaVerify(key: number, h: number, signature: number, length: number, text: number, textLength: number): number;
  ecdsaVerifyDigest(key: number, digest: number, digestLength: number, signature: number, length: number): number;
  onLimbs(curve: number, operation: number, x: number, y: number, k: number): void;
  isZeroLimbs(curve: number, x: number): number;
  fieldInverse(curve: number, x: number): void;
  orderProduct(curve: number, x: number, y: number): void;
  orderInverse(curve: number, x: number): void;
  isUnit(curve: number, x: number): number;
  digits(curve: number, x: number, width: number): number;
  startPoint(curve: number, x: number, infinite: number): void;
  doublePoint(): void;
  addPoint(curve: number, x: number, sign: number): void;
  writePoint(curve: number): number;
  publicKeyInfo(curve: number, x: number, y: number): number;
  signatureToDer(signature: number, length: number): number;
}

const HASHES = ["sha256", "sha384", "sha512"];

let compiled: Promise<WebAssembly.Module> | undefined;

/** One curve of an instance of its own. */
export class Ec {
  readonly id: number;

  private constructor(
    readonly exports: Exports,
    readonly curve: Reference,
  ) {
    this.id = REFERENCES.indexOf(curve);
  }

  static async load(curve: Reference): Promise<Ec> {
    const module = await (compiled ??= compileEntry("tests/wasm/ec.entry.ts"));
    return new Ec(instantiateEntry(module) as unknown as Exports, curve);
  }

  /** Another curve of the same instance. */
  on(curve: Reference): Ec {
    return new Ec(this.exports, curve);
  }

  /** Puts byte strings one behind the other; the address of each. */
  private put(...parts: Uint8Array[]): number[] {
    let end = this.exports.input();
    return parts.map((part) => {
      const at = end;
      new Uint8Array(this.exports.memory.buffer).set(part, at);
      end += part.length;
      return at;
    });
  }

  private result(length: number): Buffer {
    const at = this.exports.output();
    return Buffer.from(this.exports.memory.buffer.slice(at, at + length));
  }

  /** A key's handle, or -1. */
  key(x: Uint8Array, y: Uint8Array): number {
    const [atX, atY] = this.put(x, y) as [number, number];
    return this.exports.ecKey(this.id, atX, atY);
  }

  verify(key: number, hash: string, signature: Uint8Array, text: Uint8Array): boolean {
    const [at, textAt] = this.put(signature, text) as [number, number];
    return this.exports.ecdsaVerify(key, HASHES.indexOf(hash), at, signature.length, textAt, text.length) !== 0;
  }

  verifyDigest(key: number, digest: Uint8Array, signature: Uint8Array): boolean {
    const [digestAt, at] = this.put(digest, signature) as [number, number];
    return this.exports.ecdsaVerifyDigest(key, digestAt, digest.length, at, signature.length) !== 0;
  }

  publicKeyInfo(x: Uint8Array, y: Uint8Array): Buffer {
    const [atX, atY] = this.put(x, y) as [number, number];
    return this.result(this.exports.publicKeyInfo(this.id, atX, atY));
  }

  signatureToDer(signature: Uint8Array): Buffer {
    return this.result(this.exports.signatureToDer(this.put(signature)[0]!, signature.length));
  }

  private element(limbs: readonly number[]): Uint8Array {
    return new Uint8Array(Int32Array.from({ length: 20 }, (_, i) => limbs[i] ?? 0).buffer);
  }

  /** x y / R, x² / R or x + k y of elements given as limbs, as limbs. */
  onLimbs(operation: "mul" | "sqr" | "addScaled", x: readonly number[], y: readonly number[], k = 0): number[] {
    const [atX, atY] = this.put(this.element(x), this.element(y)) as [number, number];
    this.exports.onLimbs(this.id, ["mul", "sqr", "addScaled"].indexOf(operation), atX, atY, k);
    return [
      ...new Int32Array(this.exports.memory.buffer.slice(this.exports.output(), this.exports.output() + 80)),
    ].slice(0, this.curve.limbs);
  }

  isZeroLimbs(x: readonly number[]): boolean {
    return this.exports.isZeroLimbs(this.id, this.put(this.element(x))[0]!) !== 0;
  }

  /** On numbers; the result is one too. */
  number(operation: "fieldInverse" | "orderInverse" | "orderProduct", x: bigint, y = 0n): bigint {
    const { bytes } = this.curve;
    const [atX, atY] = this.put(toBytes(x, bytes), toBytes(y, bytes)) as [number, number];
    this.exports[operation](this.id, atX, atY);
    return toBigInt(this.result(bytes));
  }

  isUnit(x: bigint): boolean {
    return this.exports.isUnit(this.id, this.put(toBytes(x, this.curve.bytes))[0]!) !== 0;
  }

  digits(x: bigint, width: number): number[] {
    const count = this.exports.digits(this.id, this.put(toBytes(x, this.curve.bytes))[0]!, width);
    return [...new Int8Array(this.result(count))];
  }

  start(point: Point): void {
    const bytes = pointBytes(this.curve, point ?? this.curve.g);
    this.exports.startPoint(this.id, this.put(bytes)[0]!, point === null ? 1 : 0);
  }

  double(): void {
    this.exports.doublePoint();
  }

  add(point: Point, sign: 1 | -1): void {
    this.exports.addPoint(this.id, this.put(pointBytes(this.curve, point))[0]!, sign);
  }

  /** The running point. */
  get point(): Point {
    if (this.exports.writePoint(this.id) === 0) return null;
    const { bytes } = this.curve;
    const both = this.result(2 * bytes);
    return { x: toBigInt(both.subarray(0, bytes)), y: toBigInt(both.subarray(bytes)) };
  }
}
