import { prepareNative } from "../crypto/native";
import { rsaPublicKeyInfo } from "../crypto/spki";
import { JsonDocument, Kind } from "../json/document";
import { Alg, ALGORITHMS, Kty } from "./algorithms";
import { decodeBase64Url } from "./base64url";
import { Jwk } from "./jwk";
import { memberOf } from "./member";

/** Verifying costs the square of it: a larger key would let its owner spend our time. */
const MAXIMUM_BITS: i32 = 8192;
const MAXIMUM_EXPONENT_BYTES: i32 = 4;

const PARSE_ERROR = "Jwks RSA [n] or [e] field is missing or has a parse error";

/** A big-endian number without leading zero bytes: those of `bytes` from `start` on. */
class Magnitude {
  constructor(
    private bytes: StaticArray<u8>,
    private start: i32,
  ) {}

  get pointer(): usize {
    return changetype<usize>(this.bytes) + <usize>this.start;
  }

  get length(): i32 {
    return this.bytes.length - this.start;
  }

  get bits(): i32 {
    return this.length == 0 ? 0 : this.length * 8 - <i32>clz<u32>(this.bytes[this.start]) + 24;
  }

  get odd(): bool {
    return this.length > 0 && (this.bytes[this.bytes.length - 1] & 1) == 1;
  }
}

/**
 * The Base64urlUInt (RFC 7518 §2) at `token`; null if it is no strict base64url. Leading zero bytes, which the RFC forbids, are
 * taken: encoders that write two's complement leave one, also in the keys of the kgateway and Gloo guides.
 */
function readMagnitude(doc: JsonDocument, token: i32): Magnitude | null {
  const length = doc.length(token);
  // What a valid text decodes to; one of another length is refused before anything is written.
  const bytes = new StaticArray<u8>((length >> 2) * 3 + ((length & 3) * 3) / 4);
  if (decodeBase64Url(doc.pointer(token), length, changetype<usize>(bytes)) != bytes.length) return null;
  let start = 0;
  while (start < bytes.length && bytes[start] == 0) start++;
  return new Magnitude(bytes, start);
}

/** Reads modulus and exponent (RFC 7518 §6.3.1) into `key` and prepares its algorithms; answers what is wrong, or "". */
export function readRsaKey(doc: JsonDocument, token: i32, key: Jwk): string {
  const nToken = memberOf(doc, token, "n");
  if (nToken < 0) return "[n] field is missing for a RSA key";
  if (doc.kind(nToken) != Kind.String) return "[n] field is not string for a RSA key";
  const eToken = memberOf(doc, token, "e");
  if (eToken < 0) return "[e] field is missing for a RSA key";
  if (doc.kind(eToken) != Kind.String) return "[e] field is not string for a RSA key";

  const n = readMagnitude(doc, nToken);
  if (n === null || !n.odd) return PARSE_ERROR + " ([n])";
  const minimum = ALGORITHMS[key.alg == Alg.None ? Alg.RS256 : key.alg].minimumBits;
  if (n.bits < minimum) return "[n] has " + n.bits.toString() + " bits, fewer than " + minimum.toString();
  if (n.bits > MAXIMUM_BITS) return "[n] has " + n.bits.toString() + " bits, more than " + MAXIMUM_BITS.toString();
  const e = readMagnitude(doc, eToken);
  // An even exponent has no inverse, and with 1 every message signs itself.
  if (e === null || !e.odd || e.bits < 2 || e.length > MAXIMUM_EXPONENT_BYTES) return PARSE_ERROR + " ([e])";

  key.bits = n.bits;
  key.der = rsaPublicKeyInfo(n.pointer, n.length, e.pointer, e.length);
  for (let alg = 0; alg < ALGORITHMS.length; alg++) {
    const algorithm = ALGORITHMS[alg];
    if (algorithm.kty != Kty.Rsa || !algorithm.verifiable || (key.alg != Alg.None && key.alg != <Alg>alg)) continue;
    key.native[alg] = prepareNative(algorithm.hash, key.der, n.length);
  }
  return "";
}
