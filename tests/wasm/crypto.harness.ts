// The filter's own cryptography, compiled by itself.
import { compileEntry, instantiateEntry } from "../support/compile-entry.mjs";

interface Exports {
  memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  hash(hash: number, text: number, length: number): number;
  begin(hash: number): void;
  update(hash: number, text: number, length: number): void;
  finish(hash: number): void;
  hmacKey(hash: number, key: number, length: number): number;
  hmacVerify(key: number, mac: number, macLength: number, text: number, textLength: number): number;
  rsaKey(n: number, nLength: number, e: number, eLength: number): number;
  rsaRecover(key: number, signature: number, length: number): number;
  rsaPkcs1(key: number, hash: number, signature: number, length: number, text: number, textLength: number): number;
  rsaPss(key: number, hash: number, signature: number, length: number, text: number, textLength: number): number;
}

export interface Rsa {
  /** What the signature was made of, or null if it is refused before. */
  recover(signature: Uint8Array): Buffer | null;
  pkcs1(hash: HashName, signature: Uint8Array, text: Uint8Array): boolean;
  pss(hash: HashName, signature: Uint8Array, text: Uint8Array): boolean;
}

/** Node's names; the place in the list is the value of `Hash` (assembly/crypto/hash.ts). */
export const HASHES = ["sha256", "sha384", "sha512"] as const;
export type HashName = (typeof HASHES)[number];
const code = (hash: HashName): number => HASHES.indexOf(hash);

export class Crypto {
  private constructor(readonly exports: Exports) {}

  static async load(): Promise<Crypto> {
    return new Crypto(instantiateEntry(await compileEntry("tests/wasm/crypto.entry.ts")) as unknown as Exports);
  }

  /** Puts byte strings one behind the other; pointer and length of each. */
  private put(...parts: Uint8Array[]): number[] {
    const arguments_: number[] = [];
    let at = this.exports.input();
    for (const part of parts) {
      new Uint8Array(this.exports.memory.buffer).set(part, at);
      arguments_.push(at, part.length);
      at += part.length;
    }
    return arguments_;
  }

  private result(length: number): Buffer {
    return Buffer.from(this.exports.memory.buffer.slice(this.exports.output(), this.exports.output() + length));
  }

  digest(hash: HashName, text: Uint8Array): Buffer {
    const [at, length] = this.put(text) as [number, number];
    return this.result(this.exports.hash(code(hash), at, length));
  }

  /** The digest of a text that comes in parts. */
  digestOfParts(hash: HashName, parts: Uint8Array[]): Buffer {
    this.exports.begin(code(hash));
    for (const part of parts) {
      const [at, length] = this.put(part) as [number, number];
      this.exports.update(code(hash), at, length);
    }
    this.exports.finish(code(hash));
    return this.result(Number(hash.slice(3)) / 8);
  }

  /** Prepares an HMAC key: what verifies with it. */
  hmac(hash: HashName, key: Uint8Array): (mac: Uint8Array, text: Uint8Array) => boolean {
    const [at, length] = this.put(key) as [number, number];
    const handle = this.exports.hmacKey(code(hash), at, length);
    return (mac, text) => {
      const [macAt, macLength, textAt, textLength] = this.put(mac, text) as [number, number, number, number];
      return this.exports.hmacVerify(handle, macAt, macLength, textAt, textLength) !== 0;
    };
  }

  /** Prepares an RSA key; null if it is refused. */
  rsa(n: Uint8Array, e: Uint8Array): Rsa | null {
    const [nAt, nLength, eAt, eLength] = this.put(n, e) as [number, number, number, number];
    const key = this.exports.rsaKey(nAt, nLength, eAt, eLength);
    if (key < 0) return null;
    const verify = (own: Exports["rsaPkcs1"]) => (hash: HashName, signature: Uint8Array, text: Uint8Array) => {
      const [at, length, textAt, textLength] = this.put(signature, text) as [number, number, number, number];
      return own(key, code(hash), at, length, textAt, textLength) !== 0;
    };
    const recover = (signature: Uint8Array): Buffer | null => {
      const [at, length] = this.put(signature) as [number, number];
      const recovered = this.exports.rsaRecover(key, at, length);
      return recovered < 0 ? null : this.result(recovered);
    };
    return { recover, pkcs1: verify(this.exports.rsaPkcs1), pss: verify(this.exports.rsaPss) };
  }
}
