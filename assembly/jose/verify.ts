import { Verdict, verifyNative } from "../crypto/native";
import { Alg, ALGORITHMS } from "./algorithms";
import { Jwk } from "./jwk";
import { KeySelector } from "./select";

export const enum Verification {
  Verified,
  /** Some key was tried. */
  Failed,
  /** No key fits `kid` and `alg`. */
  NoKey,
}

const selector = new KeySelector();

/** Position in its set of the key that verified, after the answer Verified. */
export let verifiedBy: i32 = -1;

/** Whether any key of a set that fits `kid` (length 0: none) and `alg` verifies the signature. */
export function verifyWithSet(
  keys: Array<Jwk>,
  alg: Alg,
  kid: usize,
  kidLength: i32,
  signature: usize,
  signatureLength: i32,
  text: usize,
  textLength: i32,
): Verification {
  verifiedBy = -1;
  selector.begin(keys, alg, kid, kidLength);
  for (let key = selector.next(); key !== null; key = selector.next()) {
    if (!verifyWithKey(key, alg, signature, signatureLength, text, textLength)) continue;
    verifiedBy = key.index;
    return Verification.Verified;
  }
  return selector.tried > 0 ? Verification.Failed : Verification.NoKey;
}

/** The host judges where the key was prepared for it; where that comes to nothing, for whatever reason, our own code does. */
function verifyWithKey(key: Jwk, alg: Alg, signature: usize, signatureLength: i32, text: usize, textLength: i32): bool {
  const native = unchecked(key.native[alg]);
  if (native !== null) {
    const verdict = verifyNative(native, signature, signatureLength, text, textLength);
    if (verdict != Verdict.Unavailable) return verdict == Verdict.Valid;
  }
  return key.verify(unchecked(ALGORITHMS[alg]), signature, signatureLength, text, textLength);
}
