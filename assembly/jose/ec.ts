import { EcKey, isEcPublicKey, prepareEc } from "../crypto/ec/key";
import { verifyEcdsa } from "../crypto/ec/verify";
import { ecPublicKeyInfo } from "../crypto/ec/public_key_info";
import { JsonDocument, Kind } from "../json/document";
import { Alg, Algorithm, ALGORITHMS, CURVES, Crv, Kty } from "./algorithms";
import { Jwk } from "./jwk";
import { memberOf } from "./member";
import { readOctets } from "./octets";

/** The one algorithm of each curve, in the order of {@link Crv}. */
const ALGORITHM_OF: StaticArray<Alg> = [Alg.ES256, Alg.ES384, Alg.ES512];
const BAD_POINT = "Jwks EC [x] and [y] fields have a parse error.";

/** A public key on one of NIST's prime curves (RFC 7518 §6.2.1). */
export class EcJwk extends Jwk {
  private x: StaticArray<u8> = [];
  private y: StaticArray<u8> = [];
  /** Made at the first use: it takes longer than all else about a configuration, and most keys of a large one are rarely used. */
  private prepared: EcKey | null = null;

  constructor(index: i32) {
    super(Kty.Ec, index);
  }

  read(doc: JsonDocument, token: i32, host: bool): string {
    const crvToken = memberOf(doc, token, "crv");
    if (crvToken < 0) return "[crv] field is missing for an EC key";
    if (doc.kind(crvToken) != Kind.String) return "[crv] field is not string for an EC key";
    const name = doc.text(crvToken);
    let crv = 0;
    while (crv < ALGORITHM_OF.length && CURVES[crv] != name) crv++;
    if (crv == ALGORITHM_OF.length) return "[crv] or [alg] field is not supported for an EC key";
    if (this.alg != Alg.None && this.alg != ALGORITHM_OF[crv]) {
      return "[crv] field specified is not compatible with [alg] for an EC key";
    }
    const xToken = memberOf(doc, token, "x");
    if (xToken < 0) return "[x] field is missing for an EC key";
    if (doc.kind(xToken) != Kind.String) return "[x] field is not string for an EC key";
    const yToken = memberOf(doc, token, "y");
    if (yToken < 0) return "[y] field is missing for an EC key";
    if (doc.kind(yToken) != Kind.String) return "[y] field is not string for an EC key";
    const x = readOctets(doc, xToken);
    const y = readOctets(doc, yToken);
    if (x === null || y === null) return "Jwks EC [x] or [y] field is an invalid Base64.";
    this.crv = <Crv>crv;
    this.bits = ALGORITHMS[ALGORITHM_OF[crv]].minimumBits;
    // RFC 7518 §6.2.1.2: exactly as long as a coordinate of the curve.
    const length = (this.bits + 7) >> 3;
    if (x.length != length || y.length != length) return BAD_POINT;
    if (!isEcPublicKey(crv, changetype<usize>(x), changetype<usize>(y))) return BAD_POINT;
    this.x = x;
    this.y = y;
    if (host) this.prepareHost(ecPublicKeyInfo(crv, changetype<usize>(x), changetype<usize>(y)), 2 * length);
    return "";
  }

  verify(algorithm: Algorithm, signature: usize, signatureLength: i32, text: usize, textLength: i32): bool {
    if (this.prepared === null) {
      this.prepared = prepareEc(this.crv, changetype<usize>(this.x), changetype<usize>(this.y));
    }
    const key = this.prepared;
    return key !== null && verifyEcdsa(key, algorithm.hash, signature, signatureLength, text, textLength);
  }
}
