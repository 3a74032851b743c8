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

export const enum Crv {
  None,
  P256,
  P384,
  P521,
  Ed25519,
}

export class Algorithm {
  /** The name's five bytes as a little-endian number. */
  readonly code: u64;

  constructor(
    readonly name: string,
    readonly kty: Kty,
    readonly crv: Crv,
    /** The hash as `verify_signature` of the host calls it; empty where the algorithm brings its own. */
    readonly hash: string,
    /** Smallest key in bits: of the modulus, the curve, or the secret (RFC 7518 §3.2: as long as the hash). */
    readonly minimumBits: i32,
    /** Whether signatures can be checked by this build. */
    readonly verifiable: bool,
  ) {
    let code: u64 = 0;
    for (let i = name.length - 1; i >= 0; i--) code = (code << 8) | name.charCodeAt(i);
    this.code = code;
  }
}

/** Every algorithm known; a token naming any other is "not supported". The order is that of {@link Alg}. */
export const ALGORITHMS: StaticArray<Algorithm> = [
  new Algorithm("RS256", Kty.Rsa, Crv.None, "sha256", 2048, true),
  new Algorithm("RS384", Kty.Rsa, Crv.None, "sha384", 2048, true),
  new Algorithm("RS512", Kty.Rsa, Crv.None, "sha512", 2048, true),
  new Algorithm("PS256", Kty.Rsa, Crv.None, "sha256", 2048, false),
  new Algorithm("PS384", Kty.Rsa, Crv.None, "sha384", 2048, false),
  new Algorithm("PS512", Kty.Rsa, Crv.None, "sha512", 2048, false),
  new Algorithm("ES256", Kty.Ec, Crv.P256, "sha256", 256, false),
  new Algorithm("ES384", Kty.Ec, Crv.P384, "sha384", 384, false),
  new Algorithm("ES512", Kty.Ec, Crv.P521, "sha512", 521, false),
  new Algorithm("HS256", Kty.Oct, Crv.None, "sha256", 256, false),
  new Algorithm("HS384", Kty.Oct, Crv.None, "sha384", 384, false),
  new Algorithm("HS512", Kty.Oct, Crv.None, "sha512", 512, false),
  new Algorithm("EdDSA", Kty.Okp, Crv.Ed25519, "", 256, false),
];

/** The algorithm called by the `length` bytes at `name`, to the letter (RFC 7515 §4.1.1); Alg.None if unknown. */
export function algorithmByName(name: usize, length: i32): Alg {
  if (length != 5) return Alg.None;
  const code = (<u64>load<u32>(name)) | ((<u64>load<u8>(name, 4)) << 32);
  for (let i = 0; i < ALGORITHMS.length; i++) if (unchecked(ALGORITHMS[i]).code == code) return <Alg>i;
  return Alg.None;
}
