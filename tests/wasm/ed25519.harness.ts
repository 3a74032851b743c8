// Ed25519 and its arithmetic, compiled by themselves; numbers are BigInts.
import { compileEntry, instantiateEntry } from "../support/compile-entry.mjs";
import { fromBytes, toBytes } from "./ed25519.oracle.js";

interface Exports {
  memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  prepare(): number;
  verify(key: number, signatureLength: number, textLength: number): number;
  field(operation: number): void;
  limbs(squared: number): void;
  reduce(): void;
  reduced(): number;
  naf(width: number): void;
  sum(minus: number): number;
}

/** Operations of the field; the place in the list is the value of `Operation` (ed25519.entry.ts). */
export const OPERATIONS = ["add", "subtract", "multiply", "square", "invert", "powerForRoot"] as const;
export type Operation = (typeof OPERATIONS)[number];

export class Ed25519 {
  private constructor(readonly exports: Exports) {}

  static async load(): Promise<Ed25519> {
    return new Ed25519(instantiateEntry(await compileEntry("tests/wasm/ed25519.entry.ts")) as unknown as Exports);
  }

  private put(...parts: Uint8Array[]): void {
    let at = this.exports.input();
    for (const part of parts) {
      new Uint8Array(this.exports.memory.buffer).set(part, at);
      at += part.length;
    }
  }

  private result(length: number): Buffer {
    return Buffer.from(this.exports.memory.buffer.slice(this.exports.output(), this.exports.output() + length));
  }

  /** What checks signatures of a key; undefined if the key is refused. */
  prepare(key: Uint8Array): ((signature: Uint8Array, text: Uint8Array) => boolean) | undefined {
    this.put(key);
    const handle = this.exports.prepare();
    if (handle < 0) return undefined;
    return (signature, text) => {
      this.put(signature, text);
      return this.exports.verify(handle, signature.length, text.length) !== 0;
    };
  }

  verify(key: Uint8Array, signature: Uint8Array, text: Uint8Array): boolean {
    return this.prepare(key)?.(signature, text) ?? false;
  }

  field(operation: Operation, a: bigint, b = 0n): bigint {
    this.put(toBytes(a, 32), toBytes(b, 32));
    this.exports.field(OPERATIONS.indexOf(operation));
    return fromBytes(this.result(32));
  }

  /** a · b, or a² without `b`, of ten limbs as they are. */
  multiplyLimbs(a: number[], b?: number[]): bigint {
    this.put(Buffer.from(Int32Array.from([...a, ...(b ?? [])]).buffer));
    this.exports.limbs(b === undefined ? 1 : 0);
    return fromBytes(this.result(32));
  }

  /** Modulo L; `x` has up to 512 bits. */
  reduce(x: bigint): bigint {
    this.put(toBytes(x, 64));
    this.exports.reduce();
    return fromBytes(this.result(32));
  }

  isReduced(x: bigint): boolean {
    this.put(toBytes(x, 32));
    return this.exports.reduced() !== 0;
  }

  /** The signed digits of a number of 128 bits. */
  naf(x: bigint, width: number): number[] {
    this.put(toBytes(x, 16));
    this.exports.naf(width);
    return [...new Int8Array(this.result(129))];
  }

  /** a + b or a − b, and 2·a, of encoded points; undefined if one of them is none. */
  sum(a: Uint8Array, b: Uint8Array, minus: boolean): { sum: Buffer; twice: Buffer } | undefined {
    this.put(a, b);
    if (this.exports.sum(minus ? 1 : 0) === 0) return undefined;
    const both = this.result(64);
    return { sum: both.subarray(0, 32), twice: both.subarray(32) };
  }
}
