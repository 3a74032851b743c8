// Keys and tokens by node's crypto. A pool is a file of tokens, one a line, that differ in `jti`.
import { generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";

const KINDS = {
  RS256: { key: ["rsa", { modulusLength: 2048 }], sign: (data, key) => sign("sha256", data, key) },
  ES256: {
    key: ["ec", { namedCurve: "P-256" }],
    sign: (data, key) => sign("sha256", data, { key, dsaEncoding: "ieee-p1363" }),
  },
  EdDSA: { key: ["ed25519", {}], sign: (data, key) => sign(null, data, key) },
};

/** What the guides' tokens carry. */
const CLAIMS = {
  iss: "solo.io",
  org: "solo.io",
  sub: "alice",
  team: "dev",
  exp: 4102444800,
  llms: { openai: ["gpt-3.5-turbo"] },
};

/** 64 claims that make a token of 3 KB. */
export const MANY_CLAIMS = Object.fromEntries(
  Array.from({ length: 64 - Object.keys(CLAIMS).length - 1 }, (_, i) => [`claim_${i}`, `value ${i} of a claim`]),
);

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export class Issuer {
  #privateKey;
  #alg;

  constructor(alg) {
    const { publicKey, privateKey } = generateKeyPairSync(...KINDS[alg].key);
    this.#privateKey = privateKey;
    this.#alg = alg;
    this.jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", alg, use: "sig" }] };
  }

  token(jti, more = {}) {
    const input = `${encode({ alg: this.#alg, typ: "JWT", kid: "k" })}.${encode({ ...CLAIMS, ...more, jti })}`;
    return `${input}.${KINDS[this.#alg].sign(Buffer.from(input), this.#privateKey).toString("base64url")}`;
  }

  /** Writes `count` different tokens. */
  pool(file, count, more) {
    writeFileSync(file, Array.from({ length: count }, (_, i) => `${this.token(`token-${i}`, more)}\n`).join(""));
  }
}
