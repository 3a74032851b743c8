// Tokens that must be refused whatever the keys, keys that must not be used, and which key judges which token.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, Signer } from "../../support/signers.js";
import { base64url } from "../../support/tokens.js";
import { both, judge, usable } from "./judge.js";
import { toDer } from "./numbers.js";

const MISMATCH = both("jwks_kid_alg_mismatch");
const FAILS = both("jwt_verification_failed");
const VALID = both("valid");
const signers = Object.fromEntries(ALGORITHMS.map((alg) => [alg, Signer.create(alg)]));
const of = (alg: string): Signer => signers[alg]!;
/** A key of every type. */
const EVERY = ["RS256", "ES256", "ES384", "ES512", "HS512", "EdDSA"].map((alg) => of(alg).jwk);

describe("alg", () => {
  it("none in every letter case, with and without a signature", () => {
    for (let mask = 0; mask < 16; mask++) {
      const alg = [..."none"].map((c, i) => (mask & (1 << i) ? c.toUpperCase() : c)).join("");
      const text = `${base64url({ alg })}.${base64url({})}`;
      expect(judge(EVERY, `${text}.`), alg).toEqual(both("jwt_bad_format"));
      expect(judge(EVERY, `${text}.AAAA`), alg).toEqual(both("jwt_header_alg_unsupported"));
      expect(judge(EVERY, of("RS256").sign({}, { alg })), alg).toEqual(both("jwt_header_alg_unsupported"));
    }
  });

  it.each(["rs256", "ES256K", "Ed25519", "EDDSA", "HS1", "RSA1_5", "", "PS256 ", "A128KW"])("%j is unknown", (alg) =>
    expect(judge(EVERY, of("RS256").sign({}, { alg }))).toEqual(both("jwt_header_alg_unsupported")),
  );

  it.each(["RS256", "ES256", "EdDSA"])("HS256 under what is public of a key for %s", (alg) => {
    const signer = of(alg);
    const text = `${base64url({ alg: "HS256" })}.${base64url({})}`;
    const pem = signer.publicKey.export({ type: "spki", format: "pem" });
    const der = signer.publicKey.export({ type: "spki", format: "der" });
    for (const secret of [pem, pem.toString().trim(), der, JSON.stringify(signer.jwk), ""]) {
      const mac = createHmac("sha256", secret).update(text).digest("base64url");
      expect(judge([signer.jwk], `${text}.${mac}`)).toEqual(MISMATCH);
      expect(judge([signer.jwk, of("HS256").jwk], `${text}.${mac}`)).toEqual(FAILS);
    }
  });

  it("is bound to key type and curve: of a key only what it is for", () => {
    for (const signer of Object.values(signers)) {
      for (const alg of ALGORITHMS) {
        const fits = [/^[RP]S/, /^HS/].some((family) => family.test(alg) && family.test(signer.alg));
        const jws = signer.sign({}, { alg });
        if (alg === signer.alg) expect(judge([signer.jwk], jws), alg).toEqual(VALID);
        else if (!fits) expect(judge([signer.jwk], jws), `${signer.alg} as ${alg}`).toEqual(MISMATCH);
        else expect(judge([signer.jwk], jws).own, `${signer.alg} as ${alg}`).not.toBe("valid");
      }
    }
  });

  it("ES256 on P-384 and ES384 on P-256: the right curve, the wrong alg", () => {
    const pair = { privateKey: of("ES384").privateKey, publicKey: of("ES384").publicKey };
    const jws = Signer.from("ES256", pair).sign({});
    expect(judge([of("ES384").jwk], jws)).toEqual(MISMATCH);
    expect(usable({ ...of("ES384").jwk, alg: "ES256" }, { ...of("ES256").jwk, alg: "ES512" })).toBe(0);
  });

  it("of a key binds it", () => {
    for (const [alg, other] of [
      ["RS256", "RS384"],
      ["RS256", "PS256"],
      ["PS512", "RS512"],
      ["HS256", "HS384"],
    ] as const) {
      const signer = Signer.create(other);
      expect(judge([{ ...signer.jwk, alg: other }], signer.sign({}))).toEqual(VALID);
      expect(judge([{ ...signer.jwk, alg: other }], signer.as(alg).sign({}))).toEqual(MISMATCH);
    }
  });
});

describe("a header", () => {
  const CRIT = both("jwt_header_crit_unsupported");
  it.each<[string, { [name: string]: string | number | boolean | null | string[] }]>([
    ["crit", { crit: ["exp"] }],
    ["crit, empty", { crit: [] }],
    ["crit, no list", { crit: "exp" }],
    ["b64 false, with crit", { b64: false, crit: ["b64"] }],
    ["b64 false", { b64: false }],
    ["b64 of another type", { b64: null }],
  ])("with %s", (_, more) => {
    for (const alg of ["RS256", "HS256"]) {
      expect(judge([of(alg).jwk], of(alg).sign({}, { alg, ...more }))).toEqual(CRIT);
    }
  });

  it("with b64 true, jwk, jku, x5c, x5u: judged by our keys only", () => {
    const stranger = Signer.create("ES256");
    const header = { alg: "ES256", b64: true, jku: "https://evil.example", x5u: "https://evil.example", x5c: ["MII"] };
    expect(judge([of("ES256").jwk], of("ES256").sign({}, { ...header, jwk: stranger.jwk }))).toEqual(VALID);
    expect(judge([of("ES256").jwk], stranger.sign({}, { ...header, jwk: stranger.jwk }))).toEqual(FAILS);
  });
});

describe("base64url", () => {
  const signer = of("ES256");
  const [header, payload, signature] = signer.sign({ sub: "a" }).split(".") as [string, string, string];
  const forms: [string, (segment: string) => string][] = [
    ["padded", (s) => `${s}=`],
    ["with a space", (s) => `${s.slice(0, 4)} ${s.slice(4)}`],
    ["with a newline", (s) => `${s}\n`],
    ["with +", (s) => `+${s.slice(1)}`],
    ["with /", (s) => `/${s.slice(1)}`],
    ["a character more", (s) => s + "A".repeat(((1 - s.length) % 4) + 4)],
  ];
  it.each(forms)("%s", (_, change) => {
    expect(judge([signer.jwk], `${change(header)}.${payload}.${signature}`)).toEqual(both("jwt_header_bad_base64"));
    expect(judge([signer.jwk], `${header}.${payload}.${change(signature)}`)).toEqual(both("jwt_signature_bad_base64"));
    const own = `${header}.${change(payload)}`;
    const resigned = `${own}.${signer.signText(own).toString("base64url")}`;
    expect(judge([signer.jwk], resigned)).toEqual(both("jwt_payload_bad_base64"));
  });

  it("bits left over: several spellings of one signature", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(signature.at(-1)!);
    for (let more = 1; more < 16; more++) {
      const spelling = signature.slice(0, -1) + alphabet[last + more]!;
      expect(Buffer.from(spelling, "base64url").equals(Buffer.from(signature, "base64url"))).toBe(true);
      expect(judge([signer.jwk], `${header}.${payload}.${spelling}`)).toEqual(both("jwt_signature_bad_base64"));
    }
  });
});

describe("a signature", () => {
  it("of ECDSA in DER, as most libraries make it", () => {
    for (const alg of ["ES256", "ES384", "ES512"]) {
      const text = `${base64url({ alg })}.${base64url({})}`;
      const signature = toDer(of(alg).signText(text));
      expect(judge([of(alg).jwk], `${text}.${signature.toString("base64url")}`)).toEqual(FAILS);
    }
  });

  it("of another type's length", () => {
    for (const alg of ALGORITHMS) {
      for (const other of ALGORITHMS) {
        const text = `${base64url({ alg })}.${base64url({})}`;
        const signature = of(other).signText(text);
        const { own, native } = judge([of(alg).jwk], `${text}.${signature.toString("base64url")}`);
        expect(own === "valid", `${alg} by ${other}`).toBe(alg === other);
        expect(native).toBe(own);
      }
    }
  });
});
