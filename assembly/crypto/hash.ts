import { Sha2 } from "./sha2";
import { sha256 } from "./sha256";
import { sha384, sha512 } from "./sha512";

/** The hash functions of JWS algorithms (RFC 7518 §3.1). */
export const enum Hash {
  Sha256,
  Sha384,
  Sha512,
}

/** Bytes of the longest digest and of the largest block. */
export const MAXIMUM_HASH_LENGTH: i32 = 64;
export const MAXIMUM_BLOCK_SIZE: i32 = 128;

export function hashFunction(h: Hash): Sha2 {
  return h == Hash.Sha256 ? sha256 : h == Hash.Sha384 ? sha384 : sha512;
}

/** Bytes of a digest. */
export function hashLength(h: Hash): i32 {
  return hashFunction(h).length;
}

/** Writes the digest of the `length` bytes at `text` to `out`. */
export function digest(h: Hash, text: usize, length: i32, out: usize): void {
  const hash = hashFunction(h);
  hash.begin();
  hash.update(text, length);
  hash.finish(out);
}
