// Keys and tokens made by node's crypto, which is OpenSSL: none of the code under test has a part in them.
import { type KeyObject, generateKeyPairSync, sign } from "node:crypto";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Segment of a compact JWS: an object as JSON, or text or bytes as they are. */
export type Segment = { readonly [name: string]: Json } | string | Uint8Array;

export function base64url(segment: Segment): string {
  const plain = typeof segment === "string" || segment instanceof Uint8Array;
  return Buffer.from(plain ? segment : JSON.stringify(segment)).toString("base64url");
}

export interface SigningKey {
  readonly kid: string;
  /** The public key as a JWK, ready for a set. */
  readonly jwk: { readonly [name: string]: Json };
  /** A compact JWS, RS256 unless the hash is another; `header` defaults to what belongs to the key. */
  sign(payload: Segment, header?: Segment, hash?: string): string;
}

/** A new RSA key pair. */
export function rsaKey(kid: string, bits = 2048): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const jwk = { ...(publicKey.export({ format: "jwk" }) as { n: string; e: string }), kty: "RSA", kid, alg: "RS256" };
  return {
    kid,
    jwk,
    sign: (payload, header = { alg: "RS256", kid }, hash = "sha256") =>
      compact(base64url(header), base64url(payload), privateKey, hash),
  };
}

function compact(header: string, payload: string, key: KeyObject, hash: string): string {
  return `${header}.${payload}.${sign(hash, Buffer.from(`${header}.${payload}`), key).toString("base64url")}`;
}
