import { NativeKey } from "../crypto/native";
import { Alg, ALGORITHMS, Crv, Kty } from "./algorithms";

/** A public key of a set, ready for use. */
export class Jwk {
  /** Null if the key has no `kid`, or an empty one. */
  kid: StaticArray<u8> | null = null;
  /** Alg.None: any algorithm of the key type. */
  alg: Alg = Alg.None;
  crv: Crv = Crv.None;
  /** DER SubjectPublicKeyInfo. */
  der: StaticArray<u8> = [];
  /** Of the modulus. */
  bits: i32 = 0;
  /** Calls of the host by algorithm; null where the key does not serve the algorithm. */
  native: StaticArray<NativeKey | null> = new StaticArray<NativeKey | null>(ALGORITHMS.length);

  constructor(
    readonly kty: Kty,
    /** Position in the set's `keys`. */
    readonly index: i32,
  ) {}
}
