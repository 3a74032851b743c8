import { HmacKey, prepareHmac, verifyHmac } from "../crypto/hmac";
import { JsonDocument, Kind } from "../json/document";
import { Alg, Algorithm, ALGORITHMS, Kty } from "./algorithms";
import { Jwk } from "./jwk";
import { memberOf } from "./member";
import { readOctets } from "./octets";

/** A shared secret (RFC 7518 §6.4). */
export class OctJwk extends Jwk {
  /** By hash; null where the secret is too short, or not meant for it. */
  private readonly prepared: StaticArray<HmacKey | null> = new StaticArray<HmacKey | null>(3);

  constructor(index: i32) {
    super(Kty.Oct, index);
  }

  read(doc: JsonDocument, token: i32, host: bool): string {
    const kToken = memberOf(doc, token, "k");
    if (kToken < 0) return "[k] field is missing for an HMAC key";
    if (doc.kind(kToken) != Kind.String) return "[k] field is not string for an HMAC key";
    const k = readOctets(doc, kToken);
    if (k === null) return "Jwks Oct key is an invalid Base64";
    this.bits = k.length * 8;
    // A shorter one can be found by trying (RFC 7518 §3.2).
    const minimum = ALGORITHMS[this.alg == Alg.None ? Alg.HS256 : this.alg].minimumBits;
    if (this.bits < minimum) return "[k] has " + this.bits.toString() + " bits, fewer than " + minimum.toString();
    for (let alg: i32 = Alg.HS256; alg <= Alg.HS512; alg++) {
      const hash = ALGORITHMS[alg].hash;
      if (this.serves(<Alg>alg)) this.prepared[hash] = prepareHmac(hash, changetype<usize>(k), k.length);
    }
    return "";
  }

  verify(algorithm: Algorithm, signature: usize, signatureLength: i32, text: usize, textLength: i32): bool {
    const key = unchecked(this.prepared[algorithm.hash]);
    return key !== null && verifyHmac(key, signature, signatureLength, text, textLength);
  }
}
