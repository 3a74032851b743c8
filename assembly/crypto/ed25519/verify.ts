import { sha512 } from "../sha512";
import { combine } from "./combine";
import { ENCODED_SIZE, encodePoint, hasSmallOrder, sameEncoding } from "./encoding";
import { Ed25519Key } from "./key";
import { isReduced, reduceScalar } from "./scalar";

/** Bytes of a signature: R, a point, then S, a number (RFC 8032 §5.1.6 step 6). */
export const ED25519_SIGNATURE_SIZE: i32 = 64;

const digest: usize = memory.data(64, 8);
const k: usize = memory.data(32, 8);
const point: usize = memory.data(160, 16);
const encoded: usize = memory.data(32, 8);

/**
 * Whether the bytes at `signature` are the key's Ed25519 signature of the `textLength` bytes at `text` (RFC 8032 §5.1.7).
 *
 * The equation is the one without the cofactor, R = S·B − k·A, as in OpenSSL and BoringSSL, and is judged by comparing encodings: an R with
 * another encoding of the same point never passes, nor one that encodes no point. S must be below L, so that nobody makes a second
 * signature of a first one. An R of small order is refused: no signer makes one.
 */
export function verifyEd25519(
  key: Ed25519Key,
  signature: usize,
  signatureLength: i32,
  text: usize,
  textLength: i32,
): bool {
  if (signatureLength != ED25519_SIGNATURE_SIZE || textLength < 0) return false;
  const s = signature + <usize>ENCODED_SIZE;
  if (!isReduced(s)) return false;
  sha512.begin();
  sha512.update(signature, ENCODED_SIZE);
  sha512.update(changetype<usize>(key.encoded), ENCODED_SIZE);
  sha512.update(text, textLength);
  sha512.finish(digest);
  reduceScalar(k, digest);
  combine(point, s, k, changetype<usize>(key.table));
  encodePoint(encoded, point);
  return sameEncoding(encoded, signature) && !hasSmallOrder(point);
}
