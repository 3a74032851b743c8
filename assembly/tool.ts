// What the command line asks of the filter (`claimgate jws verify`); no host ever calls it. The code that judges requests
// judges here.
import { malloc, beginCallback } from "./host/memory";
import { decodeBase64Url } from "./jose/base64url";
import { Alg } from "./jose/algorithms";
import { Jwk } from "./jose/jwk";
import { decodeJwks } from "./jose/jwks";
import { verifiedBy } from "./jose/verify";
import { JsonDocument, JsonError } from "./json/document";
import { MAX_TOKEN } from "./policy/credential";
import { Reason } from "./policy/reasons";
import { judgeSignature } from "./policy/signature";
import { Token } from "./policy/token";

const MAX_JSON_TOKENS: i32 = 1 << 16;
const MAX_JSON_DEPTH: i32 = 16;

let keys: Jwk[] = [];
let token: Token | null = null;

/**
 * Takes the JWK Set of `length` bytes at `at` (which it rewrites); the number of its keys that can be used. Secrets are taken. `host`:
 * whether the host's code may verify with them.
 */
export function claimgate_jws_keys(at: usize, length: i32, host: bool): i32 {
  const doc = new JsonDocument(MAX_JSON_TOKENS, MAX_JSON_DEPTH);
  keys = doc.parse(at, length) == JsonError.None ? decodeJwks(doc, 0, host, true).keys : [];
  doc.free();
  beginCallback();
  return keys.length;
}

/**
 * Checks the signature of the compact JWS of `length` bytes at `at` (which it rewrites), and frees it. Payloads
 * may be long and are not judged; header and signature are at most MAX_TOKEN characters each. 0, or the Reason.
 */
export function claimgate_jws_verify(at: usize, length: i32): i32 {
  const reason = verify(at, length);
  beginCallback();
  return reason;
}

/** Position in its set of the key that verified the last JWS. */
export function claimgate_jws_key(): i32 {
  return verifiedBy;
}

/** Algorithm of the last JWS: an index into RS256, RS384, RS512, PS…, ES…, HS…, EdDSA. */
export function claimgate_jws_alg(): i32 {
  return token === null ? Alg.None : token!.alg;
}

function verify(at: usize, length: i32): Reason {
  if (token === null) token = new Token();
  const jws = token!;
  if (!jws.jws.split(at, length)) return Reason.JwtBadFormat;
  if (jws.jws.headerLength > MAX_TOKEN || jws.jws.signatureLength > MAX_TOKEN) return Reason.JwtTooLarge;
  const fault = jws.readHeader();
  if (fault != Reason.None) return fault;
  jws.signatureLength = decodeBase64Url(jws.jws.signature, jws.jws.signatureLength, jws.signature);
  if (jws.signatureLength < 0) return Reason.JwtSignatureBadBase64;
  // To see whether it is base64url, and after all else: the text that was signed is overwritten.
  const verdict = judgeSignature(keys, jws);
  const payload = jws.jws.payload;
  if (decodeBase64Url(payload, jws.jws.payloadLength, payload) < 0) return Reason.JwtPayloadBadBase64;
  return verdict;
}
