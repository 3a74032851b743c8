import { Hash } from "../../../assembly/crypto/hash";
import { RsaKey, prepareRsa } from "../../../assembly/crypto/rsa";
import { verifyRsaPkcs1 } from "../../../assembly/crypto/rsa_pkcs1";
import { verifyRsaPss } from "../../../assembly/crypto/rsa_pss";
import { decodeBase64Url } from "../../../assembly/jose/base64url";
import { CompactJws } from "../../../assembly/jose/compact";
import { Bytes } from "../json/bytes";
import { RFC7515_N, RFC7515_TOKEN, RFC7520_N, RFC7520_TOKEN } from "../jose/keys";

const signature = heap.alloc(256);
const jws = new CompactJws();
let token = Bytes.text("");

/** A key with an exponent of 65537. */
function key(n: string): RsaKey {
  const text = Bytes.text(n);
  const modulus = heap.alloc(256);
  const e = Bytes.hex("010001");
  expect(decodeBase64Url(text.pointer, text.length, modulus)).toBe(256);
  return prepareRsa(modulus, 256, e.pointer, e.length)!;
}

function split(compact: string): void {
  token = Bytes.text(compact);
  expect(jws.split(token.pointer, token.length)).toBe(true);
  expect(decodeBase64Url(jws.signature, jws.signatureLength, signature)).toBe(256);
}

function pkcs1(k: RsaKey, h: Hash): bool {
  return verifyRsaPkcs1(k, h, signature, 256, jws.header, jws.signedLength);
}

function pss(k: RsaKey, h: Hash): bool {
  return verifyRsaPss(k, h, signature, 256, jws.header, jws.signedLength);
}

describe("RSA", () => {
  it("RS256: RFC 7515, appendix A.2", () => {
    const k = key(RFC7515_N);
    split(RFC7515_TOKEN);
    expect(pkcs1(k, Hash.Sha256)).toBe(true);
    expect(pkcs1(k, Hash.Sha384)).toBe(false);
    expect(pss(k, Hash.Sha256)).toBe(false);
    store<u8>(signature, load<u8>(signature, 255) ^ 1, 255);
    expect(pkcs1(k, Hash.Sha256)).toBe(false);
  });

  it("PS384: RFC 7520 §4.2", () => {
    const k = key(RFC7520_N);
    split(RFC7520_TOKEN);
    expect(pss(k, Hash.Sha384)).toBe(true);
    expect(pss(k, Hash.Sha512)).toBe(false);
    expect(pkcs1(k, Hash.Sha384)).toBe(false);
    store<u8>(token.pointer, load<u8>(token.pointer) ^ 1);
    expect(pss(k, Hash.Sha384)).toBe(false);
  });

  it("with another key nothing verifies", () => {
    split(RFC7515_TOKEN);
    expect(pkcs1(key(RFC7520_N), Hash.Sha256)).toBe(false);
    split(RFC7520_TOKEN);
    expect(pss(key(RFC7515_N), Hash.Sha384)).toBe(false);
  });

  it("a modulus with a leading zero byte is the caller's to strip", () => {
    const e = Bytes.hex("010001");
    const n = Bytes.hex("00" + "ff".repeat(256));
    expect(prepareRsa(n.pointer, n.length, e.pointer, e.length) === null).toBe(true);
    expect(prepareRsa(n.pointer + 1, n.length - 1, e.pointer, e.length) === null).toBe(false);
  });
});
