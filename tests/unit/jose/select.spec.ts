import { Alg, Crv, Kty } from "../../../assembly/jose/algorithms";
import { Jwk } from "../../../assembly/jose/jwk";
import { KeySelector, MAX_TRIED } from "../../../assembly/jose/select";
import { Bytes } from "../json/bytes";

const selector = new KeySelector();

function key(index: i32, kty: Kty, kid: string, alg: Alg): Jwk {
  const jwk = new Jwk(kty, index);
  jwk.bits = 2048;
  jwk.alg = alg;
  if (kid.length > 0) {
    const bytes = Bytes.text(kid);
    const copy = new StaticArray<u8>(bytes.length);
    memory.copy(changetype<usize>(copy), bytes.pointer, bytes.length);
    jwk.kid = copy;
  }
  return jwk;
}

/** Positions of the keys tried, joined. */
function selected(keys: Jwk[], alg: Alg, kid: string): string {
  const bytes = Bytes.text(kid);
  selector.begin(keys, alg, bytes.pointer, bytes.length);
  let text = "";
  let found = selector.next();
  while (found !== null) {
    text += " " + found.index.toString();
    found = selector.next();
  }
  expect(selector.next() === null).toBe(true);
  expect(selector.tried).toBe(text.split(" ").length - 1);
  return text;
}

describe("KeySelector", () => {
  it("goes by kid where both have one", () => {
    const keys: Jwk[] = [
      key(0, Kty.Rsa, "a", Alg.None),
      key(1, Kty.Rsa, "", Alg.None),
      key(2, Kty.Rsa, "b", Alg.None),
      key(3, Kty.Rsa, "a", Alg.None),
      key(4, Kty.Rsa, "ab", Alg.None),
      key(5, Kty.Rsa, "", Alg.None),
    ];
    expect(selected(keys, Alg.RS256, "a")).toBe(" 0 3 1 5");
    expect(selected(keys, Alg.RS256, "b")).toBe(" 2 1 5");
    expect(selected(keys, Alg.RS256, "ab")).toBe(" 4 1 5");
    expect(selected(keys, Alg.RS256, "c")).toBe(" 1 5");
    expect(selected(keys, Alg.RS256, "A")).toBe(" 1 5");
    expect(selected(keys, Alg.RS256, "")).toBe(" 0 1 2 3 4 5");
  });

  it("binds algorithm, key type and curve", () => {
    const ec = key(3, Kty.Ec, "", Alg.None);
    ec.crv = Crv.P256;
    ec.bits = 256;
    const okp = key(4, Kty.Okp, "", Alg.None);
    okp.crv = Crv.Ed25519;
    okp.bits = 256;
    const short = key(7, Kty.Oct, "", Alg.None);
    short.bits = 384;
    const keys: Jwk[] = [
      key(0, Kty.Rsa, "", Alg.None),
      key(1, Kty.Rsa, "", Alg.RS256),
      key(2, Kty.Rsa, "", Alg.RS384),
      ec,
      okp,
      key(5, Kty.Oct, "", Alg.None),
      key(6, Kty.Rsa, "", Alg.PS256),
      short,
    ];
    expect(selected(keys, Alg.RS256, "x")).toBe(" 0 1");
    expect(selected(keys, Alg.RS384, "")).toBe(" 0 2");
    expect(selected(keys, Alg.RS512, "")).toBe(" 0");
    expect(selected(keys, Alg.PS256, "")).toBe(" 0 6");
    expect(selected(keys, Alg.PS384, "")).toBe(" 0");
    expect(selected(keys, Alg.ES256, "")).toBe(" 3");
    expect(selected(keys, Alg.ES384, "")).toBe("");
    expect(selected(keys, Alg.EdDSA, "")).toBe(" 4");
    expect(selected(keys, Alg.HS384, "")).toBe(" 5 7");
    // Its 384 bits are fewer than the hash has.
    expect(selected(keys, Alg.HS512, "")).toBe(" 5");
    expect(selected(keys, Alg.None, "")).toBe("");
  });

  it("tries no more than eight", () => {
    const keys: Jwk[] = [];
    for (let i = 0; i < 20; i++) keys.push(key(i, Kty.Rsa, i == 19 ? "last" : "", Alg.None));
    expect(MAX_TRIED).toBe(8);
    expect(selected(keys, Alg.RS256, "")).toBe(" 0 1 2 3 4 5 6 7");
    expect(selected(keys, Alg.RS256, "last")).toBe(" 19 0 1 2 3 4 5 6");
    const none: Jwk[] = [];
    expect(selected(none, Alg.RS256, "last")).toBe("");
  });
});
