import { RsaKey, prepareRsa } from "../crypto/rsa";
import { verifyRsaPkcs1 } from "../crypto/rsa_pkcs1";
import { verifyRsaPss } from "../crypto/rsa_pss";
import { rsaPublicKeyInfo } from "../crypto/spki";
import { JsonDocument, Kind } from "../json/document";
import { Alg, Algorithm, ALGORITHMS, Kty, Scheme } from "./algorithms";
import { Jwk } from "./jwk";
import { Magnitude, readMagnitude } from "./magnitude";
import { memberOf } from "./member";

/** Verifying costs the square of it: a larger key would let its owner spend our time. */
const MAXIMUM_BITS: i32 = 8192;
const MAXIMUM_EXPONENT_BYTES: i32 = 4;

const PARSE_ERROR = "Jwks RSA [n] or [e] field is missing or has a parse error";

/** A public RSA key (RFC 7518 §6.3.1). */
export class RsaJwk extends Jwk {
  private n: Magnitude | null = null;
  private e: Magnitude | null = null;
  /** Made at the first use: of most keys only the host is ever asked. */
  private prepared: RsaKey | null = null;

  constructor(index: i32) {
    super(Kty.Rsa, index);
  }

  read(doc: JsonDocument, token: i32, host: bool): string {
    const nToken = memberOf(doc, token, "n");
    if (nToken < 0) return "[n] field is missing for a RSA key";
    if (doc.kind(nToken) != Kind.String) return "[n] field is not string for a RSA key";
    const eToken = memberOf(doc, token, "e");
    if (eToken < 0) return "[e] field is missing for a RSA key";
    if (doc.kind(eToken) != Kind.String) return "[e] field is not string for a RSA key";

    const n = readMagnitude(doc, nToken);
    if (n === null || !n.odd) return PARSE_ERROR + " ([n])";
    const minimum = ALGORITHMS[this.alg == Alg.None ? Alg.RS256 : this.alg].minimumBits;
    if (n.bits < minimum) return "[n] has " + n.bits.toString() + " bits, fewer than " + minimum.toString();
    if (n.bits > MAXIMUM_BITS) return "[n] has " + n.bits.toString() + " bits, more than " + MAXIMUM_BITS.toString();
    const e = readMagnitude(doc, eToken);
    // An even exponent has no inverse, and with 1 every message signs itself.
    if (e === null || !e.odd || e.bits < 2 || e.length > MAXIMUM_EXPONENT_BYTES) return PARSE_ERROR + " ([e])";

    this.n = n;
    this.e = e;
    this.bits = n.bits;
    if (host) this.prepareHost(rsaPublicKeyInfo(n.pointer, n.length, e.pointer, e.length), n.length);
    return "";
  }

  verify(algorithm: Algorithm, signature: usize, signatureLength: i32, text: usize, textLength: i32): bool {
    const key = this.ownKey();
    if (key === null) return false;
    return algorithm.scheme == Scheme.RsaPss
      ? verifyRsaPss(key, algorithm.hash, signature, signatureLength, text, textLength)
      : verifyRsaPkcs1(key, algorithm.hash, signature, signatureLength, text, textLength);
  }

  private ownKey(): RsaKey | null {
    const n = this.n;
    const e = this.e;
    if (this.prepared === null && n !== null && e !== null) {
      this.prepared = prepareRsa(n.pointer, n.length, e.pointer, e.length);
    }
    return this.prepared;
  }
}
