// RSA signatures that no signer makes: each differs in one thing from one that is valid.
import { describe, expect, it } from "vitest";
import { Signer } from "../../support/signers.js";
import { base64url } from "../../support/tokens.js";
import { digestInfo, pkcs1, pss, rawSign } from "./encodings.js";
import { both, judge, usable } from "./judge.js";
import { fromBytes, toBytes } from "./numbers.js";

const signer = Signer.create("RS256");
const LENGTH = 256;
const FAILS = both("jwt_verification_failed");
const textOf = (alg: string, payload: object = {}): string => `${base64url({ alg })}.${base64url({ ...payload })}`;
const judged = (text: string, signature: Buffer) => judge([signer.jwk], `${text}.${signature.toString("base64url")}`);

describe.each([
  ["RS256", "sha256", "sha384"],
  ["RS384", "sha384", "sha512"],
  ["RS512", "sha512", "sha256"],
])("%s", (alg, hash, wrong) => {
  const text = textOf(alg);
  const info = digestInfo(text, { hash });
  const with_ = (message: Buffer) => judged(text, rawSign(signer.privateKey, message));

  it("of the one right encoding is valid", () => expect(with_(pkcs1(info, LENGTH))).toEqual(both("valid")));

  it.each<[string, Buffer]>([
    ["another hash, with its OID", pkcs1(digestInfo(text, { hash: wrong }), LENGTH)],
    ["SHA-1", pkcs1(digestInfo(text, { hash: "sha1" }), LENGTH)],
    ["another hash's OID", pkcs1(digestInfo(text, { hash, oid: wrong }), LENGTH)],
    ["NULL missing", pkcs1(digestInfo(text, { hash, parameters: Buffer.alloc(0) }), LENGTH)],
    ["parameters other than NULL", pkcs1(digestInfo(text, { hash, parameters: Buffer.of(4, 0) }), LENGTH)],
    ["no DigestInfo, only the digest", pkcs1(info.subarray(19), LENGTH)],
    ["padding of 8 bytes, garbage behind (Bleichenbacher 2006)", pkcs1(info, LENGTH, 8)],
    ["padding of 7 bytes", pkcs1(info, LENGTH, 7)],
    ["no padding", pkcs1(info, LENGTH, 0)],
    ["a byte behind the digest", pkcs1(info, LENGTH, undefined, Buffer.of(0))],
    ["block type 2", Buffer.concat([Buffer.of(0, 2), pkcs1(info, LENGTH).subarray(2)])],
    ["block type 0", Buffer.concat([Buffer.of(0, 0), pkcs1(info, LENGTH).subarray(2)])],
    ["a padding byte other than ff", Buffer.from(pkcs1(info, LENGTH)).fill(0xfe, 100, 101)],
  ])("%s", (_, message) => expect(with_(message)).toEqual(FAILS));
});

describe.each([
  ["PS256", "sha256", "sha384", 32],
  ["PS384", "sha384", "sha512", 48],
  ["PS512", "sha512", "sha256", 64],
] as const)("%s", (alg, hash, wrong, size) => {
  const text = textOf(alg);
  const with_ = (message: Buffer) => judged(text, rawSign(signer.privateKey, message));

  it("of a right encoding is valid", () => expect(with_(pss(text, LENGTH, { hash }))).toEqual(both("valid")));

  it.each([
    ["a salt a byte shorter", { hash, saltLength: size - 1 }],
    ["a salt a byte longer", { hash, saltLength: size + 1 }],
    ["no salt", { hash, saltLength: 0 }],
    ["as long a salt as fits", { hash, saltLength: LENGTH - size - 2 }],
    ["another hash", { hash: wrong }],
    ["another hash, with this one's salt length", { hash: wrong, saltLength: size }],
    ["another hash in MGF1", { hash, mgfHash: wrong }],
    ["SHA-1 in MGF1", { hash, mgfHash: "sha1" }],
    ["another trailer", { hash, trailer: 0xcc }],
    ["2 before the salt", { hash, one: 2 }],
    ["0 before the salt", { hash, one: 0 }],
  ])("%s", (_, form) => expect(with_(pss(text, LENGTH, form))).toEqual(FAILS));

  it("PKCS #1 v1.5 is not PSS, nor the other way round", () => {
    expect(with_(pkcs1(digestInfo(text, { hash }), LENGTH))).toEqual(FAILS);
    const other = textOf(alg.replace("P", "R"));
    expect(judged(other, rawSign(signer.privateKey, pss(other, LENGTH, { hash })))).toEqual(FAILS);
  });
});

describe("any RSA", () => {
  const n = fromBytes(Buffer.from(signer.jwk["n"] as string, "base64url"));

  it.each(["RS256", "PS256"])("%s: s of n or more", (alg) => {
    let larger = 0;
    for (let i = 0; larger < 3; i++) {
      const text = textOf(alg, { i });
      const signature = signer.as(alg).signText(text);
      const s = fromBytes(signature) + n;
      if (s >> 2048n !== 0n) continue;
      expect(judged(text, signature)).toEqual(both("valid"));
      expect(judged(text, toBytes(s, LENGTH))).toEqual(FAILS);
      larger++;
    }
    for (const s of [0n, 1n, n - 1n, n, n + 1n]) expect(judged(textOf(alg), toBytes(s, LENGTH))).toEqual(FAILS);
  });

  it("keys that are too weak, or none, are not used", () => {
    const { n: modulus, e } = signer.jwk;
    const bytes = (hex: string) => Buffer.from(hex, "hex").toString("base64url");
    expect(usable({ kty: "RSA", n: modulus!, e: e! })).toBe(1);
    for (const exponent of ["", "00", "01", "0001", "02", "010000", "0100000001"]) {
      expect(usable({ kty: "RSA", n: modulus!, e: bytes(exponent) }), `e ${exponent}`).toBe(0);
    }
    expect(usable(Signer.create("RS256", 1024).jwk)).toBe(0);
    expect(usable(Signer.create("RS256", 2040).jwk)).toBe(0);
    expect(usable({ kty: "RSA", e: e!, n: toBytes(n - 1n, LENGTH).toString("base64url") })).toBe(0);
  });

  it("n with leading zero bytes, which some encoders write", () => {
    const padded = Buffer.concat([Buffer.of(0), toBytes(n, LENGTH)]).toString("base64url");
    const jws = signer.sign({});
    expect(judge([{ ...signer.jwk, n: padded }], jws)).toEqual(both("valid"));
  });
});
