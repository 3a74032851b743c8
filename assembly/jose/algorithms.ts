import { Hash } from "../crypto/hash";

/** JWS algorithms (RFC 7518 §3.1, RFC 8037 §3.1): the index into {@link ALGORITHMS}. */
export const enum Alg {
  None = -1,
  RS256 = 0,
  RS384 = 1,
  RS512 = 2,
  PS256 = 3,
  PS384 = 4,
  PS512 = 5,
  ES256 = 6,
  ES384 = 7,
  ES512 = 8,
  HS256 = 9,
  HS384 = 10,
  HS512 = 11,
  EdDSA = 12,
}

/** Key types (RFC 7518 §6.1, RFC 8037 §2). */
export const enum Kty {
  Rsa,
  Ec,
  Oct,
  Okp,
}

/** Curves (RFC 7518 §6.2.1.1, RFC 8037 §2); the index into {@link CURVES}. */
export const enum Crv {
  None = -1,
  P256 = 0,
  P384 = 1,
  P521 = 2,
  Ed25519 = 3,
}

/** How a signature is checked. */
export const enum Scheme {
  /** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2). */
  RsaPkcs1,
  /** RSASSA-PSS (RFC 8017 §8.1) with MGF1 and a salt as long as the hash (RFC 7518 §3.5). */
  RsaPss,
  Ecdsa,
  Hmac,
  Ed25519,
}

/** Who checks a signature when the configuration leaves it open (`nativeCrypto: auto`): docs/decisions/0010. */
export const enum Implementation {
  /** The host's `verify_signature`, which was measured to be the faster one. */
  Host,
  Own,
}

export class Algorithm {
  /** The name's five bytes as a little-endian number. */
  readonly code: u64;

  constructor(
    readonly name: string,
    readonly kty: Kty,
    readonly crv: Crv,
    readonly scheme: Scheme,
    /** Of the text; EdDSA hashes on its own account. */
    readonly hash: Hash,
    /** Smallest key in bits: of the modulus, the curve, or the secret (RFC 7518 §3.2: as long as the hash). */
    readonly minimumBits: i32,
    readonly preferred: Implementation,
  ) {
    let code: u64 = 0;
    for (let i = name.length - 1; i >= 0; i--) code = (code << 8) | name.charCodeAt(i);
    this.code = code;
  }
}

/** Every algorithm known; a token naming any other is "not supported". The order is that of {@link Alg}. */
// prettier-ignore
export const ALGORITHMS: StaticArray<Algorithm> = [
  new Algorithm("RS256", Kty.Rsa, Crv.None, Scheme.RsaPkcs1, Hash.Sha256, 2048, Implementation.Host),
  new Algorithm("RS384", Kty.Rsa, Crv.None, Scheme.RsaPkcs1, Hash.Sha384, 2048, Implementation.Host),
  new Algorithm("RS512", Kty.Rsa, Crv.None, Scheme.RsaPkcs1, Hash.Sha512, 2048, Implementation.Host),
  new Algorithm("PS256", Kty.Rsa, Crv.None, Scheme.RsaPss, Hash.Sha256, 2048, Implementation.Own),
  new Algorithm("PS384", Kty.Rsa, Crv.None, Scheme.RsaPss, Hash.Sha384, 2048, Implementation.Own),
  new Algorithm("PS512", Kty.Rsa, Crv.None, Scheme.RsaPss, Hash.Sha512, 2048, Implementation.Own),
  new Algorithm("ES256", Kty.Ec, Crv.P256, Scheme.Ecdsa, Hash.Sha256, 256, Implementation.Host),
  new Algorithm("ES384", Kty.Ec, Crv.P384, Scheme.Ecdsa, Hash.Sha384, 384, Implementation.Own),
  new Algorithm("ES512", Kty.Ec, Crv.P521, Scheme.Ecdsa, Hash.Sha512, 521, Implementation.Own),
  new Algorithm("HS256", Kty.Oct, Crv.None, Scheme.Hmac, Hash.Sha256, 256, Implementation.Own),
  new Algorithm("HS384", Kty.Oct, Crv.None, Scheme.Hmac, Hash.Sha384, 384, Implementation.Own),
  new Algorithm("HS512", Kty.Oct, Crv.None, Scheme.Hmac, Hash.Sha512, 512, Implementation.Own),
  new Algorithm("EdDSA", Kty.Okp, Crv.Ed25519, Scheme.Ed25519, Hash.Sha512, 256, Implementation.Own),
];

/** Names of curves, in the order of {@link Crv}. */
export const CURVES: StaticArray<string> = ["P-256", "P-384", "P-521", "Ed25519"];

/** The algorithm called by the `length` bytes at `name`, to the letter (RFC 7515 §4.1.1); Alg.None if unknown. */
export function algorithmByName(name: usize, length: i32): Alg {
  if (length != 5) return Alg.None;
  const code = (<u64>load<u32>(name)) | ((<u64>load<u8>(name, 4)) << 32);
  for (let i = 0; i < ALGORITHMS.length; i++) if (unchecked(ALGORITHMS[i]).code == code) return <Alg>i;
  return Alg.None;
}
