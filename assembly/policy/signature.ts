// Whether one of a set's keys has signed a token.
import { Alg } from "../jose/algorithms";
import { Jwk } from "../jose/jwk";
import { Verification, verifyWithSet } from "../jose/verify";
import { Reason } from "./reasons";
import { Token } from "./token";

const ED25519_SIGNATURE: i32 = 64;

/** None, or why not. Of the token nothing but its header and its signature must have been read. */
export function judgeSignature(keys: Jwk[], token: Token): Reason {
  const alg = token.alg;
  const jws = token.jws;
  const length = token.signatureLength;
  const verification = verifyWithSet(
    keys,
    alg,
    token.kid,
    token.kidLength,
    token.signature,
    length,
    jws.header,
    jws.signedLength,
  );
  if (verification == Verification.Verified) return Reason.None;
  if (verification == Verification.NoKey) return Reason.JwksKidAlgMismatch;
  // Envoy says this of no other algorithm (source/common/jwt/verify.cc).
  if (alg == Alg.EdDSA && length != ED25519_SIGNATURE) return Reason.JwtEd25519SignatureWrongLength;
  return Reason.JwtVerificationFailed;
}
