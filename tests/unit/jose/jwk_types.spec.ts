import { JsonDocument, JsonError } from "../../../assembly/json/document";
import { Alg, Crv, Kty } from "../../../assembly/jose/algorithms";
import { decodeJwks } from "../../../assembly/jose/jwks";
import { Jwk } from "../../../assembly/jose/jwk";
import { Bytes } from "../json/bytes";

const doc = new JsonDocument(4096, 16);
let taken: Jwk | null = null;

/** Why the key is refused; empty if it is not, and then it is in `taken`. */
function refusal(jwk: string, symmetric: bool = true): string {
  const bytes = Bytes.text('{"keys":[' + jwk + "]}");
  expect(doc.parse(bytes.pointer, bytes.length)).toBe(JsonError.None, jwk);
  const set = decodeJwks(doc, 0, true, symmetric);
  taken = set.keys.length == 1 ? set.keys[0] : null;
  return set.refused.length == 1 ? set.refused[0].substr("keys[0]: ".length) : "";
}

// RFC 7515 A.3 and A.4, RFC 8037 A.2.
const P256 = '"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"';
const P521 =
  '"x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",' +
  '"y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"';
const ED25519 = '"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"';
const K256 = "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg";

describe("an EC key", () => {
  it("is taken", () => {
    expect(refusal('{"kty":"EC","crv":"P-256",' + P256 + "}")).toBe("");
    const key = taken;
    if (key !== null) {
      expect<i32>(key.kty).toBe(Kty.Ec);
      expect<i32>(key.crv).toBe(Crv.P256);
      expect(key.bits).toBe(256);
      for (let alg = 0; alg < 13; alg++) expect(key.serves(<Alg>alg)).toBe(alg == Alg.ES256);
    }
    expect(refusal('{"kty":"EC","crv":"P-521","alg":"ES512",' + P521 + "}")).toBe("");
    expect(taken !== null).toBe(true);
  });

  it("is refused in Envoy's words (source/common/jwt/status.cc)", () => {
    const cases: string[][] = [
      ['"crv":"P-256","alg":"RS256",' + P256, "[alg] is not started with [ES] for an EC key"],
      ['"crv":"P-256","alg":"ES256K",' + P256, "[alg] is not started with [ES] for an EC key"],
      [P256, "[crv] field is missing for an EC key"],
      ['"crv":256,' + P256, "[crv] field is not string for an EC key"],
      ['"crv":"secp256k1",' + P256, "[crv] or [alg] field is not supported for an EC key"],
      ['"crv":"Ed25519",' + P256, "[crv] or [alg] field is not supported for an EC key"],
      ['"crv":"P-256","alg":"ES384",' + P256, "[crv] field specified is not compatible with [alg] for an EC key"],
      ['"crv":"P-256","y":"AA"', "[x] field is missing for an EC key"],
      ['"crv":"P-256","x":1,"y":"AA"', "[x] field is not string for an EC key"],
      ['"crv":"P-256","x":"AA"', "[y] field is missing for an EC key"],
      ['"crv":"P-256","x":"AA","y":[]', "[y] field is not string for an EC key"],
      ['"crv":"P-256","x":"A=","y":"AA"', "Jwks EC [x] or [y] field is an invalid Base64."],
      ['"crv":"P-256","x":"AA","y":"A"', "Jwks EC [x] or [y] field is an invalid Base64."],
      ['"crv":"P-256","x":"AA","y":"AA"', "Jwks EC [x] and [y] fields have a parse error."],
      ['"crv":"P-384",' + P256, "Jwks EC [x] and [y] fields have a parse error."],
      ['"crv":"P-256",' + P256.replace("f83O", "f83P"), "Jwks EC [x] and [y] fields have a parse error."],
    ];
    for (let i = 0; i < cases.length; i++) {
      expect(refusal('{"kty":"EC",' + cases[i][0] + "}")).toBe(cases[i][1], cases[i][0]);
    }
  });
});

describe("an OKP key", () => {
  it("is taken", () => {
    expect(refusal('{"kty":"OKP","crv":"Ed25519",' + ED25519 + "}")).toBe("");
    const key = taken;
    if (key !== null) {
      expect<i32>(key.crv).toBe(Crv.Ed25519);
      for (let alg = 0; alg < 13; alg++) {
        expect(key.serves(<Alg>alg)).toBe(alg == Alg.EdDSA);
        expect(key.native[alg] === null).toBe(true, "the host has no Ed25519");
      }
    }
    expect(refusal('{"kty":"OKP","crv":"Ed25519","alg":"EdDSA",' + ED25519 + "}")).toBe("");
  });

  it("is refused in Envoy's words", () => {
    const weak = "Jwks OKP [x] field is no point of the curve, or one of small order";
    const cases: string[][] = [
      ['"crv":"Ed25519","alg":"ES256",' + ED25519, "[alg] is not [EdDSA] for an OKP key"],
      [ED25519, "[crv] field is missing for an OKP key"],
      ['"crv":{},' + ED25519, "[crv] field is not string for an OKP key"],
      ['"crv":"X25519",' + ED25519, "[crv] field is not supported for an OKP key"],
      ['"crv":"Ed25519"', "[x] field is missing for an OKP key"],
      ['"crv":"Ed25519","x":0', "[x] field is not string for an OKP key"],
      ['"crv":"Ed25519","x":"+A"', "Jwks OKP [x] field is an invalid Base64."],
      ['"crv":"Ed25519","x":"AA"', "Jwks OKP [x] field is wrong length."],
      ['"crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"', weak], // y = 1, the neutral point
      ['"crv":"Ed25519","x":"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"', weak], // y = 2: not on the curve
    ];
    for (let i = 0; i < cases.length; i++) {
      expect(refusal('{"kty":"OKP",' + cases[i][0] + "}")).toBe(cases[i][1], cases[i][0]);
    }
  });
});

describe("an oct key", () => {
  it("is taken, where secrets may be", () => {
    const key = '{"kty":"oct","k":"' + K256 + '"}';
    expect(refusal(key)).toBe("");
    const jwk = taken;
    if (jwk !== null) {
      expect(jwk.bits).toBe(256);
      for (let alg = 0; alg < 13; alg++) expect(jwk.serves(<Alg>alg)).toBe(alg == Alg.HS256);
    }
    expect(refusal(key, false)).toBe("[kty] oct is refused: a symmetric key is no public key");
  });

  it("is refused in Envoy's words, and if it is shorter than the hash", () => {
    const cases: string[][] = [
      ['"alg":"RS256","k":"' + K256 + '"', "[alg] does not start with [HS] for an HMAC key"],
      ['"alg":"A128KW","k":"' + K256 + '"', "[alg] does not start with [HS] for an HMAC key"],
      ['"alg":"HS256"', "[k] field is missing for an HMAC key"],
      ['"k":null', "[k] field is not string for an HMAC key"],
      ['"k":"' + K256 + '="', "Jwks Oct key is an invalid Base64"],
      ['"k":""', "[k] has 0 bits, fewer than 256"],
      ['"k":"c2VjcmV0"', "[k] has 48 bits, fewer than 256"],
      ['"alg":"HS512","k":"' + K256 + '"', "[k] has 256 bits, fewer than 512"],
      ['"d":"AA","k":"' + K256 + '"', "[d] is a private member: publish public keys only"],
    ];
    for (let i = 0; i < cases.length; i++) {
      expect(refusal('{"kty":"oct",' + cases[i][0] + "}")).toBe(cases[i][1], cases[i][0]);
    }
  });
});
