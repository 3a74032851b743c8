// Keys in every form people write them down, to JWKs: values from RFCs, OpenSSL and the guides; the filter judges them.
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { certificateFor } from "../../../tests/support/certificates.js";
import { clientPair } from "../../../tests/support/pki.js";
import { FilterValidator } from "../../filter/validator.js";
import { CertificateAuthority } from "../../pki/issue.js";
import { packageRoot } from "../../xds/package-root.js";
import type { Validator } from "../validator.js";
import { readKeys } from "./jwks.js";
import type { Origin } from "./keys/candidate.js";

const filter = new FilterValidator(join(packageRoot(), "build", "claimgate.wasm"));
/** Takes every key. */
const anything = { key: () => null } as unknown as Validator;
const NOW = Date.parse("2026-01-01");

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: KeyObject, type: "spki" | "pkcs1" = "spki") => key.export({ format: "pem", type }).toString();
const jwk = (key: KeyObject) => key.export({ format: "jwk" }) as Record<string, unknown>;
const privatePem = (type: "pkcs8" | "pkcs1") => rsa.privateKey.export({ format: "pem", type }).toString();

const set = (text: string, validator: Validator = anything, origin: Origin = "inline", now = NOW) => {
  const keys = readKeys(text, origin, validator, now);
  if ("problem" in keys) throw new Error(keys.problem);
  return keys;
};
const problem = (text: string, validator: Validator = filter, origin: Origin = "inline") => {
  const keys = readKeys(text, origin, validator, NOW);
  return "problem" in keys ? keys.problem : "taken";
};
/** RFC 7468's armour around bytes. */
const armour = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString("base64")}\n-----END ${label}-----\n`;

describe("JWKS and JWK", () => {
  const guides = readFileSync(join(packageRoot(), "tests", "golden", "jwks.json"), "utf8");

  test("the guides' set, with a leading zero byte in n, as it is", () => {
    expect(set(guides, filter)).toEqual({ jwks: JSON.parse(guides), notes: [] });
  });

  test("a JWK alone", () => {
    const key = { ...jwk(rsa.publicKey), kid: "a" };
    expect(set(JSON.stringify(key), filter)).toEqual({ jwks: { keys: [key] }, notes: [] });
  });

  test("without what the filter does not read", () => {
    const key = { ...jwk(rsa.publicKey), kid: "a", use: "sig", key_ops: ["verify"], alg: "RS512" };
    const more = { ...key, x5c: ["MII"], x5t: "x", "x5t#S256": "y", x5u: "https://idp.example", exp: 5 };
    expect(set(JSON.stringify({ keys: [more], other: 1 }), filter).jwks.keys).toEqual([key]);
  });

  test("a bad key is named, the others serve", () => {
    const weak = jwk(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey);
    const good = jwk(rsa.publicKey);
    const keys = [
      { ...good, kid: "good" },
      { ...weak, kid: "weak" },
      { ...good, use: "enc" },
      { ...good, kid: "signs", key_ops: ["sign"] },
      { ...jwk(rsa.privateKey), kid: 'own"ed' },
      { ...good, k: "c2VjcmV0" },
      5,
      null,
      { kty: "RSA", kid: "x".repeat(100) },
    ];
    const { jwks, notes } = set(JSON.stringify({ keys }), filter);
    expect(jwks.keys).toEqual([{ ...good, kid: "good" }]);
    expect(notes).toEqual([
      'keys[1] (kid "weak") is not used: [n] has 1024 bits, fewer than 2048',
      "keys[2] is not used: [use] is not sig",
      'keys[3] (kid "signs") is not used: [key_ops] does not have verify',
      'keys[4] (kid "own\\"ed") is not used: "d" is a private member: publish public keys only',
      'keys[5] is not used: "k" is a private member: publish public keys only',
      "keys[6] is not used: it is not an object",
      "keys[7] is not used: it is not an object",
      `keys[8] (kid "${"x".repeat(64)}…") is not used: [n] field is missing for a RSA key`,
    ]);
  });

  test("of a hundred bad keys, eight are named", () => {
    const keys = [jwk(rsa.publicKey), ...Array.from({ length: 100 }, () => ({ kty: "DSA" }))];
    const { notes } = set(JSON.stringify({ keys }), filter);
    expect(notes).toHaveLength(9);
    expect(notes.at(-1)).toBe("and 92 more");
  });

  test("symmetric keys inline only", () => {
    const text = JSON.stringify({ keys: [{ kty: "oct", k: "c2VjcmV0", alg: "HS256" }, jwk(rsa.publicKey)] });
    expect(set(text).jwks.keys).toHaveLength(2);
    for (const origin of ["configMap", "remote"] as const) {
      const { jwks, notes } = set(text, anything, origin);
      expect(jwks.keys).toEqual([jwk(rsa.publicKey)]);
      expect(notes).toEqual(["keys[0] is not used: a symmetric key (kty oct) is taken inline only"]);
    }
  });

  test.each([
    ["", /^is neither a JWKS nor a JWK nor PEM: it is not JSON, and has no -----BEGIN line$/],
    ["{", /it is not JSON/],
    ["[]", /: not a JSON object$/],
    ['"-----BEGIN PUBLIC KEY-----"', /: not a JSON object$/],
    ["{}", /: it has no "keys" and no "kty"$/],
    ['{"keys":{}}', /"keys" is not a list$/],
    ['{"keys":[]}', /"keys" is empty$/],
    ['{"kty":"RSA"}', /^has no usable key: the key: \[n\] field is missing for a RSA key$/],
    ['{"keys":[{"kty":"RSA"},{}]}', /keys\[0\]: .*; keys\[1\]: \[kty\] is missing in \[keys\]$/],
  ])("%j is refused", (text, words) => expect(problem(text)).toMatch(words));
});

describe("PEM", () => {
  // RFC 8032 §7.1 TEST 1 and RFC 8037 A.2; the generator of P-256 (SEC 2 §2.4.2). Prefixes: RFC 8410 §4, RFC 5480 §2.1.1.
  const ED25519 = "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const X = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
  const Y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
  const P256 = `3059301306072a8648ce3d020106082a8648ce3d03010703420004${X}${Y}`;

  test("Ed25519", () => {
    expect(set(armour("PUBLIC KEY", Buffer.from(ED25519, "hex"))).jwks.keys).toEqual([
      { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    ]);
  });

  test("P-256", () => {
    const [x, y] = [X, Y].map((hex) => Buffer.from(hex, "hex").toString("base64url"));
    expect(set(armour("PUBLIC KEY", Buffer.from(P256, "hex"))).jwks.keys).toEqual([{ kty: "EC", crv: "P-256", x, y }]);
  });

  test("RSA, both forms, taken by the filter", () => {
    for (const type of ["spki", "pkcs1"] as const) {
      expect(set(pem(rsa.publicKey, type), filter).jwks.keys).toEqual([jwk(rsa.publicKey)]);
    }
  });

  test.each(["p256", "p384", "rsa2048", "ed25519"] as const)("a certificate of %s", async (kind) => {
    const { certificate, key } = await certificateFor(["a.test"], kind);
    const keys = set(certificate);
    expect(keys.notes).toEqual([]);
    expect(keys.jwks.keys).toEqual([jwk(createPublicKey(key))]);
  });

  test("several blocks, explanations between, CRLF, folded to one line", () => {
    const text = `first\n${pem(rsa.publicKey)}\nsecond: {\n${pem(p256.publicKey)}`;
    const both = [jwk(rsa.publicKey), jwk(p256.publicKey)];
    expect(set(text).jwks.keys).toEqual(both);
    expect(set(text.replaceAll("\n", "\r\n")).jwks.keys).toEqual(both);
    expect(set(text.replaceAll("\n", " ")).jwks.keys).toEqual(both);
    expect(set(text.replaceAll(/^/gm, "    ")).jwks.keys).toEqual(both);
  });

  test("a bad block is named, the others serve, and nothing is quoted", () => {
    const other = armour("CERTIFICATE REQUEST", Buffer.from("abc"));
    const cut = pem(rsa.publicKey).slice(0, 100);
    const x448 = generateKeyPairSync("x448").publicKey;
    const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey;
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
    const blocks = [privatePem("pkcs8"), privatePem("pkcs1"), other, cut, pem(rsa.publicKey), pem(x448), pem(pss)];
    blocks.push(pem(weak), armour("PUBLIC KEY", Buffer.from("abc")), pem(rsa.publicKey).replace("MII", "M:I"));
    const text = blocks.join("\n");
    const { jwks, notes } = set(text, filter);
    expect(jwks.keys).toEqual([jwk(rsa.publicKey)]);
    expect(notes).toEqual([
      "PEM block 1 is not used: it is a private key: publish public keys only",
      "PEM block 2 is not used: it is a private key: publish public keys only",
      "PEM block 3 is not used: it is none of PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE",
      "PEM block 4 is not used: its END line is missing",
      expect.stringMatching(/^PEM block 6 is not used: \[/),
      "PEM block 7 is not used: keys of its type or on its curve are not supported",
      "PEM block 8 is not used: [n] has 1024 bits, fewer than 2048",
      "PEM block 9 is not used: it cannot be read",
      "and 1 more",
    ]);
  });

  test("a private key alone is refused by name, without a word of it", () => {
    expect(problem(privatePem("pkcs8"))).toBe(
      "has no usable key: PEM block 1: it is a private key: publish public keys only",
    );
    expect(problem("-----BEGIN PUBLIC KEY-----\nM:I\n-----END PUBLIC KEY-----")).toMatch(
      /what is in it is not base64$/,
    );
    expect(problem(armour("PUBLIC KEY", rsa.privateKey.export({ format: "der", type: "pkcs8" })))).toMatch(
      /it cannot be read$/,
    );
  });

  test("an expired certificate serves, and is named", async () => {
    const { certificate } = await certificateFor(["a.test"]);
    const { jwks, notes } = set(certificate, anything, "inline", Date.now() + 86_400_000);
    expect(jwks.keys).toHaveLength(1);
    expect(notes).toEqual([
      expect.stringMatching(/^PEM block 1: its certificate expired on \d{4}-\d\d-\d\d; the key is used all the same$/),
    ]);
    expect(set(certificate, anything, "inline", Date.now()).notes).toEqual([]);
  });

  test("of a chain only the end: a CA does not sign tokens", async () => {
    const ca = await CertificateAuthority.create(1);
    const leaf = await clientPair(ca, "default/gw");
    for (const text of [leaf.certificate + ca.pem.certificate, ca.pem.certificate + leaf.certificate]) {
      const { jwks, notes } = set(text);
      expect(jwks.keys).toEqual([jwk(createPublicKey(leaf.key))]);
      expect(notes).toEqual([
        expect.stringMatching(/^PEM block [12] is not used: it is the certificate of who issued the one in PEM block/),
      ]);
    }
    // Renewed, or given twice: still keys.
    const [a, b] = [await certificateFor(["a.test"]), await certificateFor(["a.test"])];
    expect(set(a.certificate + b.certificate + a.certificate).jwks.keys).toHaveLength(3);
  });
});
