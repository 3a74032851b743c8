import { JsonDocument, JsonError } from "../../../assembly/json/document";
import { Alg, Crv, Kty } from "../../../assembly/jose/algorithms";
import { JwkSet, decodeJwks } from "../../../assembly/jose/jwks";
import { Bytes, toHex, toText } from "../json/bytes";
import {
  GUIDE_JWKS,
  GUIDE_SPKI,
  RFC7515_N,
  RFC7515_SPKI,
  RSA_1024_N,
  RSA_2048_N,
  RSA_2048_SPKI,
  RSA_2056_N,
  RSA_2056_SPKI,
  RSA_3072_N,
  RSA_3072_SPKI,
  RSA_8192_N,
  RSA_8192_SPKI,
} from "./keys";

const doc = new JsonDocument(4096, 16);

function decode(text: string): JwkSet {
  const bytes = Bytes.text(text);
  expect(doc.parse(bytes.pointer, bytes.length)).toBe(JsonError.None, text);
  return decodeJwks(doc, 0, true, true);
}

/** A set of one RSA key: the RFC's, with other members in front. */
function rsaWith(members: string): JwkSet {
  return decode('{"keys":[{' + members + '"kty":"RSA","e":"AQAB","n":"' + RFC7515_N + '"}]}');
}

function rsa(n: string, e: string): JwkSet {
  return decode('{"keys":[{"kty":"RSA","n":"' + n + '","e":"' + e + '"}]}');
}

function expectKey(set: JwkSet, spki: string): void {
  expect(set.error).toBe("");
  expect(set.refused.length).toBe(0);
  expect(set.keys.length).toBe(1);
  if (set.keys.length != 1) return;
  const native = set.keys[0].native;
  // A VerifySignatureArguments begins with the hash and then the key.
  for (let alg = 0; alg <= Alg.RS512; alg++) {
    const key = native[alg];
    if (key !== null) expect(toHex(changetype<usize>(key.front), key.front.length).endsWith(spki)).toBe(true);
  }
}

function expectRefused(set: JwkSet, reason: string): void {
  expect(set.keys.length).toBe(0, reason);
  expect(set.error).toBe("Jwks doesn't have any valid public key (keys[0]: " + reason + ")");
}

const PARSE_ERROR = "Jwks RSA [n] or [e] field is missing or has a parse error";

describe("decodeJwks", () => {
  it("reads the RFC's key", () => {
    const set = rsaWith("");
    expectKey(set, RFC7515_SPKI);
    const key = set.keys[0];
    expect(key.kty).toBe(Kty.Rsa);
    expect(key.crv).toBe(Crv.None);
    expect(key.alg).toBe(Alg.None);
    expect(key.bits).toBe(2048);
    expect(key.kid === null).toBe(true);
    for (let alg = 0; alg < 13; alg++) expect(key.native[alg] !== null).toBe(alg <= Alg.RS512);
  });

  it("reads the guides' key, whose modulus has a leading zero byte", () => {
    const set = decode(GUIDE_JWKS);
    expectKey(set, GUIDE_SPKI);
    const key = set.keys[0];
    expect(key.alg).toBe(Alg.RS256);
    expect(key.bits).toBe(2048);
    const kid = key.kid;
    expect(kid !== null).toBe(true);
    if (kid !== null) expect(toText(changetype<usize>(kid), kid.length)).toBe("solo-public-key-001");
    for (let alg = 0; alg < 13; alg++) expect(key.native[alg] !== null).toBe(alg == Alg.RS256);
  });

  it("reads other sizes and exponents", () => {
    expectKey(rsa(RSA_2048_N, "Aw"), RSA_2048_SPKI);
    expectKey(rsa(RSA_2048_N, "AAM"), RSA_2048_SPKI);
    expectKey(rsa(RSA_2056_N, "AQAB"), RSA_2056_SPKI);
    expectKey(rsa(RSA_3072_N, "AQAB"), RSA_3072_SPKI);
    expectKey(rsa(RSA_8192_N, "AQAB"), RSA_8192_SPKI);
    expect(rsa(RSA_8192_N, "AQAB").keys[0].bits).toBe(8192);
    expect(rsa(RSA_2048_N, "AQABAQ").keys.length).toBe(1);
  });

  it("says what is wrong with a set", () => {
    expect(decode("[]").error).toBe("Jwks is an invalid JSON");
    expect(decode('"keys"').error).toBe("Jwks is an invalid JSON");
    expect(decode("{}").error).toBe("Jwks does not have [keys] field");
    expect(decode('{"Keys":[]}').error).toBe("Jwks does not have [keys] field");
    expect(decode('{"keys":{}}').error).toBe("[keys] in Jwks is not an array");
    expect(decode('{"keys":null}').error).toBe("[keys] in Jwks is not an array");
    expect(decode('{"keys":[]}').error).toBe("Jwks doesn't have any valid public key");
    expect(decodeJwks(doc, -1, true, true).error).toBe("Jwks is an invalid JSON");
  });

  it("says what is wrong with an entry", () => {
    expectRefused(decode('{"keys":[7]}'), "not an object");
    expectRefused(decode('{"keys":[{}]}'), "[kty] is missing in [keys]");
    expectRefused(decode('{"keys":[{"kty":1}]}'), "[kty] is bad in [keys]");
    expectRefused(decode('{"keys":[{"kty":"rsa"}]}'), "[kty] is not supported in [keys]");
    expectRefused(decode('{"keys":[{"kty":"DSA"}]}'), "[kty] is not supported in [keys]");
    expectRefused(decode('{"keys":[{"kty":"RSA","e":"AQAB"}]}'), "[n] field is missing for a RSA key");
    expectRefused(decode('{"keys":[{"kty":"RSA","e":"AQAB","n":1}]}'), "[n] field is not string for a RSA key");
    expectRefused(decode('{"keys":[{"kty":"RSA","n":"AQAB"}]}'), "[e] field is missing for a RSA key");
    expectRefused(decode('{"keys":[{"kty":"RSA","n":"AQAB","e":[]}]}'), "[e] field is not string for a RSA key");
    expectRefused(rsaWith('"kid":7,'), "[kid] field is not a string");
    expectRefused(rsaWith('"alg":256,'), "[alg] field is not a string");
  });

  it("judges modulus and exponent", () => {
    expectRefused(rsa("", "AQAB"), PARSE_ERROR + " ([n])");
    expectRefused(rsa("AA", "AQAB"), PARSE_ERROR + " ([n])");
    expectRefused(rsa(RFC7515_N + "=", "AQAB"), PARSE_ERROR + " ([n])");
    expectRefused(rsa(RFC7515_N + "==", "AQAB"), PARSE_ERROR + " ([n])");
    expectRefused(rsa(" " + RFC7515_N, "AQAB"), PARSE_ERROR + " ([n])");
    expectRefused(rsa(RFC7515_N.replaceAll("-", "+"), "AQAB"), PARSE_ERROR + " ([n])");
    expectRefused(rsa(RFC7515_N.substr(0, 341) + "B", "AQAB"), PARSE_ERROR + " ([n])"); // bits left over
    expectRefused(rsa(RFC7515_N.substr(0, 340) + "oA", "AQAB"), PARSE_ERROR + " ([n])"); // even
    expectRefused(rsa(RSA_1024_N, "AQAB"), "[n] has 1024 bits, fewer than 2048");
    expectRefused(rsa("Af" + RFC7515_N.substr(2), "AQAB"), "[n] has 2041 bits, fewer than 2048");
    expectRefused(rsa("f" + RFC7515_N.substr(1), "AQAB"), "[n] has 2047 bits, fewer than 2048");
    expectRefused(rsa("AAAA" + RSA_1024_N, "AQAB"), "[n] has 1024 bits, fewer than 2048");
    // One byte in front: 8200 bits less what the new byte leaves empty. The tail is that of an odd number.
    expectRefused(rsa("AQAB" + RSA_8192_N, "AQAB"), "[n] has 8209 bits, more than 8192");

    expectRefused(rsa(RFC7515_N, ""), PARSE_ERROR + " ([e])");
    expectRefused(rsa(RFC7515_N, "AA"), PARSE_ERROR + " ([e])");
    expectRefused(rsa(RFC7515_N, "AQ"), PARSE_ERROR + " ([e])"); // 1
    expectRefused(rsa(RFC7515_N, "AAE"), PARSE_ERROR + " ([e])"); // 1
    expectRefused(rsa(RFC7515_N, "BA"), PARSE_ERROR + " ([e])"); // 4
    expectRefused(rsa(RFC7515_N, "AQAA"), PARSE_ERROR + " ([e])"); // even
    expectRefused(rsa(RFC7515_N, "AQAB="), PARSE_ERROR + " ([e])");
    expectRefused(rsa(RFC7515_N, "AQABAQE"), PARSE_ERROR + " ([e])"); // five bytes
  });

  it("refuses what only the owner of a key may have", () => {
    const members: string[] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    for (let i = 0; i < members.length; i++) {
      const set = rsaWith('"' + members[i] + '":"c2VjcmV0",');
      expectRefused(set, "[" + members[i] + "] is a private member: publish public keys only");
    }
    expectRefused(rsaWith('"d":null,'), "[d] is a private member: publish public keys only");
  });

  it("takes keys for verifying only", () => {
    expect(rsaWith('"use":"sig",').error).toBe("");
    expect(rsaWith('"key_ops":["verify"],').error).toBe("");
    expect(rsaWith('"use":"sig","key_ops":["encrypt","verify"],').error).toBe("");
    expectRefused(rsaWith('"use":"enc",'), "[use] is not sig");
    expectRefused(rsaWith('"use":"",'), "[use] is not sig");
    expectRefused(rsaWith('"use":["sig"],'), "[use] is not sig");
    expectRefused(rsaWith('"key_ops":["sign"],'), "[key_ops] does not have verify");
    expectRefused(rsaWith('"key_ops":[],'), "[key_ops] does not have verify");
    expectRefused(rsaWith('"key_ops":"verify",'), "[key_ops] does not have verify");
    expectRefused(rsaWith('"use":"sig","key_ops":[["verify"]],'), "[key_ops] does not have verify");
  });

  it("binds alg to the key", () => {
    const wrong = "[alg] is not started with [RS] or [PS] for an RSA key";
    const bad: string[] = ["ES256", "HS256", "EdDSA", "RSA-OAEP", "rs256", "none", "", "RS999"];
    for (let i = 0; i < bad.length; i++) expectRefused(rsaWith('"alg":"' + bad[i] + '",'), wrong);
    expect(rsaWith('"alg":"PS256",').keys[0].alg).toBe(Alg.PS256);
    expect(rsaWith('"alg":"RS512",').keys[0].alg).toBe(Alg.RS512);
  });

  it("lets the good keys of a set serve", () => {
    const good = '{"kty":"RSA","kid":"\\u0061","e":"AQAB","n":"' + RFC7515_N + '","x5c":["AA=="]}';
    const set = decode('{"keys":[{"kty":"EC","crv":"P-256","x":"","y":""},' + good + ',null,{"kty":"RSA","kid":""}]}');
    expect(set.error).toBe("");
    expect(set.keys.length).toBe(1);
    expect(set.keys[0].index).toBe(1);
    const kid = set.keys[0].kid;
    if (kid !== null) expect(toText(changetype<usize>(kid), kid.length)).toBe("a");
    expect(set.refused.join("; ")).toBe(
      "keys[0]: Jwks EC [x] and [y] fields have a parse error.; keys[2]: not an object; keys[3]: [n] field is missing for a RSA key",
    );
    expect(rsaWith('"kid":"",').keys[0].kid === null).toBe(true);
  });
});
