// Test-only module: what the crypto tests and the benchmark drive. They write at `input()` and read at `output()`.
import { Hash, digest, hashFunction, hashLength } from "../../assembly/crypto/hash";
import { HmacKey, prepareHmac, verifyHmac } from "../../assembly/crypto/hmac";
import { RsaKey, prepareRsa } from "../../assembly/crypto/rsa";
import { verifyRsaPkcs1 } from "../../assembly/crypto/rsa_pkcs1";
import { verifyRsaPss } from "../../assembly/crypto/rsa_pss";
import { rsaPublic } from "../../assembly/crypto/rsa_public";

const source = heap.alloc(1 << 20);
const target = heap.alloc(1 << 12);
const hmacKeys = new Array<HmacKey>();
const rsaKeys = new Array<RsaKey>();

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

/** The number of a new key, -1 if it is refused. */
export function rsaKey(n: usize, nLength: i32, e: usize, eLength: i32): i32 {
  const key = prepareRsa(n, nLength, e, eLength);
  return key === null ? -1 : rsaKeys.push(key) - 1;
}

/** Writes what the signature was made of; its length, or -1 if it is refused before. */
export function rsaRecover(key: i32, signature: usize, length: i32): i32 {
  const message = rsaPublic(rsaKeys[key], signature, length);
  if (message == 0) return -1;
  memory.copy(target, message, length);
  return length;
}

export function rsaPkcs1(key: i32, h: Hash, signature: usize, length: i32, text: usize, textLength: i32): bool {
  return verifyRsaPkcs1(rsaKeys[key], h, signature, length, text, textLength);
}

export function rsaPss(key: i32, h: Hash, signature: usize, length: i32, text: usize, textLength: i32): bool {
  return verifyRsaPss(rsaKeys[key], h, signature, length, text, textLength);
}
