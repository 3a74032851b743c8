// Tokens of every algorithm, three keys each, made by node's crypto and then damaged: our own code, and the host's, and OpenSSL must be
// of one mind about every one of them.
import { afterAll, describe, expect, it } from "vitest";
import { ALGORITHMS, Signer } from "../../support/signers.js";
import { base64url } from "../../support/tokens.js";
import { damages } from "./damage.js";
import { both, judge } from "./judge.js";

const KEYS = 3;
/** RSA keys take long to make: they sign for all six algorithms. */
const RSA = [2048, 3072, 4096].map((bits) => Signer.create("RS256", bits));
const OTHER_RSA = Signer.create("RS256");
const LEAST = 2000;
let judged = 0;

afterAll(() => expect(judged).toBeGreaterThan(LEAST));

function expectJudged(signer: Signer, text: string, signature: Buffer, verdict: string, name: string): void {
  judged++;
  expect(judge([signer.jwk], `${text}.${signature.toString("base64url")}`), name).toEqual(both(verdict));
}

/** What is said of a signature that is not valid. */
function refusal(alg: string, signature: Buffer): string {
  return alg === "EdDSA" && signature.length !== 64 ? "jwt_ed25519_signature_wrong_length" : "jwt_verification_failed";
}

describe.each(ALGORITHMS)("%s", (alg) => {
  it.each(Array.from({ length: KEYS }, (_, i) => i + 1))("key %i", (key) => {
    const isRsa = /^[RP]S/.test(alg);
    const signer = isRsa ? RSA[key - 1]!.as(alg) : Signer.create(alg);
    const other = isRsa ? OTHER_RSA.as(alg) : Signer.create(alg);
    for (const size of [2, 40, 1000]) {
      const payload = { sub: "x".repeat(size) };
      const text = `${base64url({ alg, kid: `k${key}` })}.${base64url(payload)}`;
      const signature = signer.signText(text);
      expect(signer.verifies(text, signature)).toBe(true);
      expectJudged(signer, text, signature, "valid", `${size} bytes`);
    }
    const text = `${base64url({ alg, typ: "JWT" })}.${base64url({ iss: "issuer", sub: "alice" })}`;
    const signature = signer.signText(text);
    expectJudged(signer, text, signature, "valid", "the undamaged one");
    for (const damage of damages(signer, other, text, signature)) {
      expect(signer.verifies(damage.text, damage.signature), `OpenSSL, ${damage.name}`).toBe(false);
      expectJudged(signer, damage.text, damage.signature, refusal(alg, damage.signature), damage.name);
    }
  });
});

describe("many tokens of one key", () => {
  it.each(ALGORITHMS)("%s", (alg) => {
    const signer = /^[RP]S/.test(alg) ? RSA[0]!.as(alg) : Signer.create(alg);
    for (let i = 0; i < 20; i++) {
      const text = `${base64url({ alg })}.${base64url({ i, pad: "y".repeat(i * 7) })}`;
      expectJudged(signer, text, signer.signText(text), "valid", `token ${i}`);
    }
  });
});
