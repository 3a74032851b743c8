import { Hash } from "../../../assembly/crypto/hash";
import { Alg, ALGORITHMS, Crv, Kty, Scheme, algorithmByName } from "../../../assembly/jose/algorithms";
import { Bytes } from "../json/bytes";

function byName(name: string): Alg {
  const bytes = Bytes.text(name);
  return algorithmByName(bytes.pointer, bytes.length);
}

describe("algorithms", () => {
  it("knows the names of RFC 7518 §3.1 and RFC 8037", () => {
    const names: string[] = [
      "RS256",
      "RS384",
      "RS512",
      "PS256",
      "PS384",
      "PS512",
      "ES256",
      "ES384",
      "ES512",
      "HS256",
      "HS384",
      "HS512",
      "EdDSA",
    ];
    expect(ALGORITHMS.length).toBe(names.length);
    for (let i = 0; i < names.length; i++) {
      expect(<i32>byName(names[i])).toBe(i, names[i]);
      expect(ALGORITHMS[i].name).toBe(names[i]);
    }
    expect(byName("RS256")).toBe(Alg.RS256);
    expect(byName("EdDSA")).toBe(Alg.EdDSA);
  });

  it("knows no other", () => {
    const names: string[] = [
      "",
      "none",
      "None",
      "NONE",
      "rs256",
      "Rs256",
      "RS1",
      "RS257",
      "RS256 ",
      " RS256",
      "RS25",
      "RS2566",
      "RS256\x00",
      "RSA-OAEP",
      "ES256K",
      "EDDSA",
      "eddsa",
      "Ed25519",
      "HS128",
      "A128KW",
      "dir",
    ];
    for (let i = 0; i < names.length; i++) expect(byName(names[i])).toBe(Alg.None, names[i]);
  });

  it("binds name, key type, curve and hash", () => {
    for (let i = 0; i < 12; i++) {
      const algorithm = ALGORITHMS[i];
      const family = algorithm.name.substr(0, 2);
      const size = algorithm.name.substr(2);
      const hash = size == "256" ? Hash.Sha256 : size == "384" ? Hash.Sha384 : Hash.Sha512;
      expect<i32>(algorithm.hash).toBe(hash, algorithm.name);
      const rsa = family == "RS" ? Scheme.RsaPkcs1 : Scheme.RsaPss;
      const scheme = family == "ES" ? Scheme.Ecdsa : family == "HS" ? Scheme.Hmac : rsa;
      expect<i32>(algorithm.scheme).toBe(scheme, algorithm.name);
      expect(algorithm.kty).toBe(family == "ES" ? Kty.Ec : family == "HS" ? Kty.Oct : Kty.Rsa, algorithm.name);
      if (family != "ES") expect(algorithm.crv).toBe(Crv.None, algorithm.name);
    }
    expect(ALGORITHMS[Alg.ES256].crv).toBe(Crv.P256);
    expect(ALGORITHMS[Alg.ES384].crv).toBe(Crv.P384);
    expect(ALGORITHMS[Alg.ES512].crv).toBe(Crv.P521);
    expect(ALGORITHMS[Alg.ES512].minimumBits).toBe(521);
    expect(ALGORITHMS[Alg.EdDSA].kty).toBe(Kty.Okp);
    expect(ALGORITHMS[Alg.EdDSA].crv).toBe(Crv.Ed25519);
    expect<i32>(ALGORITHMS[Alg.EdDSA].scheme).toBe(Scheme.Ed25519);
    expect(ALGORITHMS[Alg.RS256].minimumBits).toBe(2048);
    expect(ALGORITHMS[Alg.HS384].minimumBits).toBe(384);
  });
});
