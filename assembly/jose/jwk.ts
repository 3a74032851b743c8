import { NativeKey, prepareNative } from "../crypto/native";
import { JsonDocument } from "../json/document";
import { Alg, Algorithm, ALGORITHMS, Crv, Implementation, Kty, Scheme } from "./algorithms";

/** A key of a set, ready for use. Each key type is a class that adds how its own code verifies. */
export class Jwk {
  /** Null if the key has no `kid`, or an empty one. */
  kid: StaticArray<u8> | null = null;
  /** Alg.None: any algorithm of the key type and curve that the key is long enough for. */
  alg: Alg = Alg.None;
  crv: Crv = Crv.None;
  /** Of the modulus, the curve, or the secret. */
  bits: i32 = 0;
  /** Calls of the host by algorithm; null where our own code verifies. */
  native: StaticArray<NativeKey | null> = new StaticArray<NativeKey | null>(ALGORITHMS.length);

  constructor(
    readonly kty: Kty,
    /** Position in the set's `keys`. */
    readonly index: i32,
  ) {}

  /** Whether the key is one for this algorithm (RFC 8725 §3.1: never by the token's word alone). */
  serves(alg: Alg): bool {
    const algorithm = unchecked(ALGORITHMS[alg]);
    if (this.kty != algorithm.kty || this.crv != algorithm.crv || this.bits < algorithm.minimumBits) return false;
    return this.alg == Alg.None || this.alg == alg;
  }

  /**
   * Reads and prepares what the key type adds to the JWK at `token`; answers what is wrong, or "". `alg` must be known by then. `host`:
   * where the host's code is preferred it is prepared too.
   */
  read(doc: JsonDocument, token: i32, host: bool): string {
    return "[kty] is not supported in [keys]";
  }

  /** Prepares the host's code for every algorithm that it is preferred for. */
  protected prepareHost(der: StaticArray<u8>, signatureLength: i32): void {
    for (let alg: i32 = 0; alg < ALGORITHMS.length; alg++) {
      const algorithm = ALGORITHMS[alg];
      if (algorithm.preferred != Implementation.Host || !this.serves(<Alg>alg)) continue;
      this.native[alg] = prepareNative(algorithm.hash, der, signatureLength, algorithm.scheme == Scheme.Ecdsa);
    }
  }

  /** Whether our own code finds the signature good. The key must serve the algorithm. */
  verify(algorithm: Algorithm, signature: usize, signatureLength: i32, text: usize, textLength: i32): bool {
    return false;
  }
}
