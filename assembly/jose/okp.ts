import { Ed25519Key, isEd25519PublicKey, prepareEd25519 } from "../crypto/ed25519/key";
import { verifyEd25519 } from "../crypto/ed25519/verify";
import { JsonDocument, Kind } from "../json/document";
import { Algorithm, CURVES, Crv, Kty } from "./algorithms";
import { Jwk } from "./jwk";
import { memberOf } from "./member";
import { readOctets } from "./octets";

const KEY_LENGTH: i32 = 32;

/** A public Ed25519 key (RFC 8037 §2). The host cannot verify with one. */
export class OkpJwk extends Jwk {
  private x: StaticArray<u8> = [];
  /** Made at the first use, as for the other types. */
  private prepared: Ed25519Key | null = null;

  constructor(index: i32) {
    super(Kty.Okp, index);
  }

  read(doc: JsonDocument, token: i32, host: bool): string {
    const crv = memberOf(doc, token, "crv");
    if (crv < 0) return "[crv] field is missing for an OKP key";
    if (doc.kind(crv) != Kind.String) return "[crv] field is not string for an OKP key";
    if (doc.text(crv) != CURVES[Crv.Ed25519]) return "[crv] field is not supported for an OKP key";
    const xToken = memberOf(doc, token, "x");
    if (xToken < 0) return "[x] field is missing for an OKP key";
    if (doc.kind(xToken) != Kind.String) return "[x] field is not string for an OKP key";
    const x = readOctets(doc, xToken);
    if (x === null) return "Jwks OKP [x] field is an invalid Base64.";
    if (x.length != KEY_LENGTH) return "Jwks OKP [x] field is wrong length.";
    if (!isEd25519PublicKey(changetype<usize>(x)))
      return "Jwks OKP [x] field is no point of the curve, or one of small order";
    this.x = x;
    this.crv = Crv.Ed25519;
    this.bits = KEY_LENGTH * 8;
    return "";
  }

  verify(algorithm: Algorithm, signature: usize, signatureLength: i32, text: usize, textLength: i32): bool {
    if (this.prepared === null) this.prepared = prepareEd25519(changetype<usize>(this.x));
    const key = this.prepared;
    return key !== null && verifyEd25519(key, signature, signatureLength, text, textLength);
  }
}
