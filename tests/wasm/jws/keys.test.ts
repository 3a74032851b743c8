// Which keys are used, and which of several is asked about a token.
import { describe, expect, it } from "vitest";
import { Signer } from "../../support/signers.js";
import { both, judge, usable } from "./judge.js";

const FAILS = both("jwt_verification_failed");
const MISMATCH = both("jwks_kid_alg_mismatch");
const VALID = both("valid");
const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64url");
const littleEndian = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();

describe("a key that is not used", () => {
  it("of ECDSA: off the curve, of another length, infinity", () => {
    for (const alg of ["ES256", "ES384", "ES512"]) {
      const { jwk } = Signer.create(alg);
      const [x, y] = [jwk["x"], jwk["y"]].map((text) => Buffer.from(text as string, "base64url")) as [Buffer, Buffer];
      const off = (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)));
      const zeros = Buffer.alloc(x.length);
      const field = Buffer.alloc(x.length, 0xff);
      const bad: [Buffer, Buffer][] = [
        ...([[off(x), y], [x, off(y)], [y, x], [zeros, zeros], [x, zeros], [zeros, y], [field, y], [x, field]] as [Buffer, Buffer][]), // prettier-ignore
        [Buffer.concat([Buffer.of(0), x]), y],
        [x, Buffer.concat([Buffer.of(0), y])],
        [x.subarray(1), y],
        [x, y.subarray(0, -1)],
        [Buffer.alloc(0), Buffer.alloc(0)],
      ];
      const keys = bad.map(([a, b]) => ({ ...jwk, x: a.toString("base64url"), y: b.toString("base64url") }));
      expect(usable(jwk, ...keys), alg).toBe(1);
      for (const crv of ["P-256", "P-384", "P-521"]) {
        if (crv !== jwk["crv"]) expect(usable({ ...jwk, crv }), `${alg} on ${crv}`).toBe(0);
      }
    }
  });

  it("of EdDSA: points of small order, other encodings, of another length, on another curve", () => {
    const { jwk } = Signer.create("EdDSA");
    const p = 2n ** 255n - 19n;
    // The eight points of order 1, 2, 4 and 8: y is 1, -1, 0, or ± a square root (RFC 8032 §5.1; "Taming the many EdDSAs", table 1).
    const y8 = BigInt("0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7");
    const small = [1n, p - 1n, 0n, y8, p - y8].flatMap((y) => [y, y + (1n << 255n)]);
    const notCanonical = [p, p + 1n, p + 2n, 2n ** 255n - 1n].flatMap((y) => [y, y + (1n << 255n)]);
    const keys = [...small, ...notCanonical].map((y) => ({ ...jwk, x: littleEndian(y).toString("base64url") }));
    for (const key of keys) expect(usable(key), key.x).toBe(0);
    const x = Buffer.from(jwk["x"] as string, "base64url");
    expect(usable({ ...jwk, x: x.subarray(1).toString("base64url") })).toBe(0);
    expect(usable({ ...jwk, x: Buffer.concat([x, Buffer.of(0)]).toString("base64url") })).toBe(0);
    for (const crv of ["Ed448", "X25519", "ed25519", "P-256"]) expect(usable({ ...jwk, crv })).toBe(0);
    expect(usable(jwk)).toBe(1);
  });

  it("of HMAC: empty, or shorter than the hash", () => {
    const oct = (bytes: number, alg?: string) => ({ kty: "oct", k: base64("5a".repeat(bytes)), ...(alg && { alg }) });
    expect(usable(oct(0), oct(1), oct(31), oct(31, "HS256"), oct(47, "HS384"), oct(63, "HS512"))).toBe(0);
    expect(usable(oct(32), oct(32, "HS256"), oct(48, "HS384"), oct(64, "HS512"), oct(500))).toBe(5);
  });

  it("of HMAC, without alg, serves the hashes it is long enough for", () => {
    const signer = Signer.create("HS384");
    expect(judge([signer.jwk], signer.as("HS256").sign({}))).toEqual(VALID);
    expect(judge([signer.jwk], signer.sign({}))).toEqual(VALID);
    expect(judge([signer.jwk], signer.as("HS512").sign({}))).toEqual(MISMATCH);
  });
});

describe("which key is asked", () => {
  const [a, b] = [Signer.create("ES256"), Signer.create("ES256")];
  const header = (kid?: string) => ({ alg: "ES256", ...(kid === undefined ? {} : { kid }) });

  it("the one with the token's kid, then those without", () => {
    const keys = [
      { ...a.jwk, kid: "a" },
      { ...b.jwk, kid: "b" },
    ];
    expect(judge(keys, b.sign({}, header("b")))).toEqual(VALID);
    expect(judge(keys, b.sign({}, header("a")))).toEqual(FAILS);
    expect(judge(keys, b.sign({}, header("c")))).toEqual(MISMATCH);
    expect(judge(keys, b.sign({}, header()))).toEqual(VALID);
    expect(judge([keys[0]!, b.jwk], b.sign({}, header("c")))).toEqual(VALID);
    expect(judge([keys[0]!, b.jwk], b.sign({}, header("a")))).toEqual(VALID);
  });

  it("duplicates in their order, eight at most", () => {
    const others = Array.from({ length: 8 }, () => ({ ...Signer.create("EdDSA").jwk, kid: "k" }));
    const last = Signer.create("EdDSA");
    const token = last.sign({}, { alg: "EdDSA", kid: "k" });
    const key = { ...last.jwk, kid: "k" };
    expect(judge([...others.slice(0, 7), key], token)).toEqual(VALID);
    expect(judge([...others, key], token)).toEqual(FAILS);
  });

  it("not one for encryption, nor one that may not verify", () => {
    for (const more of [{ use: "enc" }, { key_ops: ["sign"] }, { key_ops: [] }]) {
      expect(usable({ ...a.jwk, ...more })).toBe(0);
      expect(judge([{ ...a.jwk, ...more }, b.jwk], b.sign({}, header()))).toEqual(VALID);
    }
    expect(usable({ ...a.jwk, use: "sig", key_ops: ["verify", "sign"] })).toBe(1);
  });

  it("never a private one", () => {
    for (const alg of ["RS256", "ES256", "EdDSA"]) {
      const signer = Signer.create(alg);
      expect(usable(signer.privateKey.export({ format: "jwk" })), alg).toBe(0);
    }
  });
});
