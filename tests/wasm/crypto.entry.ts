// Test-only module: what the crypto tests and the benchmark drive. They write at `input()` and read at `output()`.
import { Hash, digest, hashFunction, hashLength } from "../../assembly/crypto/hash";
import { HmacKey, prepareHmac, verifyHmac } from "../../assembly/crypto/hmac";

const source = heap.alloc(1 << 20);
const target = heap.alloc(1 << 12);
const hmacKeys = new Array<HmacKey>();

export function input(): usize {
  return source;
}

export function output(): usize {
  return target;
}

/** Writes the digest; its length. */
export function hash(h: Hash, text: usize, length: i32): i32 {
  digest(h, text, length, target);
  return hashLength(h);
}

export function begin(h: Hash): void {
  hashFunction(h).begin();
}

export function update(h: Hash, text: usize, length: i32): void {
  hashFunction(h).update(text, length);
}

export function finish(h: Hash): void {
  hashFunction(h).finish(target);
}

/** The number of a new key. */
export function hmacKey(h: Hash, key: usize, length: i32): i32 {
  return hmacKeys.push(prepareHmac(h, key, length)) - 1;
}

export function hmacVerify(key: i32, mac: usize, macLength: i32, text: usize, textLength: i32): bool {
  return verifyHmac(hmacKeys[key], mac, macLength, text, textLength);
}
