import { Curve } from "../../../assembly/crypto/ec/curve";
import { EcKey, prepareEc } from "../../../assembly/crypto/ec/key";
import { ecPublicKeyInfo } from "../../../assembly/crypto/ec/public_key_info";
import { ecdsaSignatureToDer, MAXIMUM_DER_SIGNATURE } from "../../../assembly/crypto/ec/signature_der";
import { verifyEcdsa } from "../../../assembly/crypto/ec/verify";
import { Hash } from "../../../assembly/crypto/hash";
import { decodeBase64Url } from "../../../assembly/jose/base64url";
import { Bytes, toHex } from "../json/bytes";

function base64url(text: string): Bytes {
  const encoded = Bytes.text(text);
  const p = heap.alloc(encoded.length);
  return new Bytes(p, decodeBase64Url(encoded.pointer, encoded.length, p));
}

function isValid(key: EcKey | null, h: Hash, text: string, signature: Bytes): bool {
  if (key === null) return false;
  const bytes = Bytes.text(text);
  return verifyEcdsa(key, h, signature.pointer, signature.length, bytes.pointer, bytes.length);
}

/** Verifies a compact JWS. */
function isValidJws(key: EcKey | null, h: Hash, jws: string): bool {
  const dot = jws.lastIndexOf(".");
  return isValid(key, h, jws.substring(0, dot), base64url(jws.substring(dot + 1)));
}

function prepare(curve: Curve, x: Bytes, y: Bytes): EcKey | null {
  return prepareEc(curve, x.pointer, y.pointer);
}

// RFC 7515 A.3.
const P256_X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const P256_Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const ES256 =
  "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

describe("verifyEcdsa", () => {
  it("ES256: RFC 7515 A.3", () => {
    const key = prepare(Curve.P256, base64url(P256_X), base64url(P256_Y));
    expect(isValidJws(key, Hash.Sha256, ES256)).toBe(true);
    expect(isValidJws(key, Hash.Sha256, ES256.replace("eyJpc3M", "eyJpc3N"))).toBe(false);
    expect(isValidJws(key, Hash.Sha256, ES256.replace("DtEhU3", "DtEhU4"))).toBe(false);
    expect(isValidJws(key, Hash.Sha512, ES256)).toBe(false);
  });

  it("ES384: RFC 6979 A.2.6", () => {
    const key = prepare(
      Curve.P384,
      Bytes.hex("ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"),
      Bytes.hex("8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720"),
    );
    const signature = Bytes.hex(
      "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46" +
        "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    );
    expect(isValid(key, Hash.Sha384, "sample", signature)).toBe(true);
    expect(isValid(key, Hash.Sha384, "simple", signature)).toBe(false);
    expect(isValid(key, Hash.Sha384, "sample", new Bytes(signature.pointer, 95))).toBe(false);
  });

  it("ES512: RFC 7515 A.4, RFC 7520 §4.3", () => {
    const key = prepare(
      Curve.P521,
      base64url("AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk"),
      base64url("ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"),
    );
    const jws =
      "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_" +
      "7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
    expect(isValidJws(key, Hash.Sha512, jws)).toBe(true);
    expect(isValidJws(key, Hash.Sha512, jws.replace("UGF5", "UGF6"))).toBe(false);
    const cookbook = prepare(
      Curve.P521,
      base64url("AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt"),
      base64url("AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"),
    );
    const danger =
      "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm" +
      "9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcm" +
      "XigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kq" +
      "aluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDq" +
      "oRuBomu9xQ2";
    expect(isValidJws(cookbook, Hash.Sha512, danger)).toBe(true);
    expect(isValidJws(key, Hash.Sha512, danger)).toBe(false);
    expect(isValidJws(cookbook, Hash.Sha512, jws)).toBe(false);
  });
});

describe("prepareEc", () => {
  it("refuses what is no point", () => {
    expect(prepare(Curve.P256, base64url(P256_Y), base64url(P256_X)) === null).toBe(true);
    expect(prepare(Curve.P256, Bytes.hex("00".repeat(32)), Bytes.hex("00".repeat(32))) === null).toBe(true);
    expect(prepare(Curve.P256, Bytes.hex("ff".repeat(32)), base64url(P256_Y)) === null).toBe(true);
  });
});

describe("DER", () => {
  it("SubjectPublicKeyInfo", () => {
    const der = ecPublicKeyInfo(Curve.P256, base64url(P256_X).pointer, base64url(P256_Y).pointer);
    expect(toHex(changetype<usize>(der), der.length)).toBe(
      "3059301306072a8648ce3d020106082a8648ce3d030107034200047fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445" +
        "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad",
    );
  });

  it("Ecdsa-Sig-Value", () => {
    const out = heap.alloc(MAXIMUM_DER_SIGNATURE);
    const signature = Bytes.hex("00".repeat(31) + "7f" + "80" + "00".repeat(31));
    expect(toHex(out, ecdsaSignatureToDer(signature.pointer, 64, out))).toBe("302602017f02210080" + "00".repeat(31));
    expect(ecdsaSignatureToDer(Bytes.hex("ff".repeat(132)).pointer, 132, out)).toBe(MAXIMUM_DER_SIGNATURE);
    expect(ecdsaSignatureToDer(signature.pointer, 63, out)).toBe(0);
  });
});
