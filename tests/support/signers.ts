// Signers of every algorithm on node's crypto, which is OpenSSL, and its judgement of signatures: the expectation of the tests.
import * as crypto from "node:crypto";
import { base64url, type Json, type Segment } from "./tokens.js";

/** Every algorithm, in the order of RFC 7518 §3.1 and RFC 8037 §3.1. */
export const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"],
  "EdDSA",
] as const;

const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };
const PSS = crypto.constants.RSA_PKCS1_PSS_PADDING;

export class Signer {
  private constructor(
    readonly alg: string,
    /** The public key, or the secret, as a JWK without `kid` and `alg`. */
    readonly jwk: { readonly [name: string]: Json },
    readonly privateKey: crypto.KeyObject,
    readonly publicKey: crypto.KeyObject,
  ) {}

  /** With a new key; `bits` of an RSA modulus. */
  static create(alg: string, bits = 2048): Signer {
    if (alg.startsWith("HS")) {
      const secret = crypto.createSecretKey(crypto.randomBytes(Number(alg.slice(2)) / 8));
      return new Signer(alg, secret.export({ format: "jwk" }) as Record<string, Json>, secret, secret);
    }
    return Signer.from(alg, pairFor(alg, bits));
  }

  /** Another algorithm with the same key. */
  as(alg: string): Signer {
    return new Signer(alg, this.jwk, this.privateKey, this.publicKey);
  }

  static from(alg: string, pair: { privateKey: crypto.KeyObject; publicKey: crypto.KeyObject }): Signer {
    const jwk = pair.publicKey.export({ format: "jwk" }) as Record<string, Json>;
    return new Signer(alg, jwk, pair.privateKey, pair.publicKey);
  }

  get hash(): string {
    return `sha${this.alg.slice(2)}`;
  }

  /** The signature of a text, as JWS has it. */
  signText(text: string | Uint8Array): Buffer {
    const bytes = Buffer.from(text);
    if (this.alg === "EdDSA") return crypto.sign(null, bytes, this.privateKey);
    if (this.alg.startsWith("HS")) return crypto.createHmac(this.hash, this.privateKey).update(bytes).digest();
    return crypto.sign(this.hash, bytes, { key: this.privateKey, ...this.#options() });
  }

  /** Whether OpenSSL finds the signature good. */
  verifies(text: string | Uint8Array, signature: Uint8Array): boolean {
    const bytes = Buffer.from(text);
    if (this.alg === "EdDSA") return crypto.verify(null, bytes, this.publicKey, signature);
    if (this.alg.startsWith("HS")) return this.signText(bytes).equals(signature);
    return crypto.verify(this.hash, bytes, { key: this.publicKey, ...this.#options() }, signature);
  }

  /** A compact JWS. */
  sign(payload: Segment, header: Segment = { alg: this.alg }): string {
    const text = `${base64url(header)}.${base64url(payload)}`;
    return `${text}.${this.signText(text).toString("base64url")}`;
  }

  #options(): { padding?: number; saltLength?: number; dsaEncoding?: "ieee-p1363" } {
    if (this.alg.startsWith("PS")) {
      return { padding: PSS, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST };
    }
    return this.alg.startsWith("ES") ? { dsaEncoding: "ieee-p1363" } : {};
  }
}

function pairFor(alg: string, bits: number) {
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return crypto.generateKeyPairSync("ec", { namedCurve });
  if (alg === "EdDSA") return crypto.generateKeyPairSync("ed25519");
  return crypto.generateKeyPairSync("rsa", { modulusLength: bits });
}
