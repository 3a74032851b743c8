export { malloc } from "../../../assembly/host/memory";
import { Hash } from "../../../assembly/crypto/hash";
import { NativeKey, Verdict, prepareNative, verifyNative } from "../../../assembly/crypto/native";
import { Alg } from "../../../assembly/jose/algorithms";
import { decodeBase64Url } from "../../../assembly/jose/base64url";
import { CompactJws } from "../../../assembly/jose/compact";
import { decodeJwks } from "../../../assembly/jose/jwks";
import { JsonDocument } from "../../../assembly/json/document";
import { Bytes, toHex } from "../json/bytes";
import { foreignCalls, reset, setForeign } from "../mock";
import { GUIDE_JWKS, GUIDE_SPKI, GUIDE_TOKEN, RFC7515_SPKI, RFC7515_TOKEN } from "../jose/keys";

// @ts-ignore: decorator
@external("test", "foreignNameIs")
declare function foreignNameIs(name: string): bool;
// @ts-ignore: decorator
@external("test", "verifySignatures")
declare function verifySignatures(): void;
// @ts-ignore: decorator
@external("test", "verifySignatureArgumentIs")
declare function verifySignatureArgumentIs(hash: string, key: string, signature: string, signed: string): bool;

const RFC_SIGNED = RFC7515_TOKEN.substr(0, RFC7515_TOKEN.lastIndexOf("."));
const signature = heap.alloc(1024);
const jws = new CompactJws();
let token = Bytes.text("");

function derOf(hex: string): StaticArray<u8> {
  const bytes = Bytes.hex(hex);
  const der = new StaticArray<u8>(bytes.length);
  memory.copy(changetype<usize>(der), bytes.pointer, bytes.length);
  return der;
}

/** Splits the token, decodes its signature, and has it verified. */
function verify(key: NativeKey, compact: string): Verdict {
  token = Bytes.text(compact);
  expect(jws.split(token.pointer, token.length)).toBe(true);
  const length = decodeBase64Url(jws.signature, jws.signatureLength, signature);
  return verifyNative(key, signature, length, jws.header, jws.signedLength);
}

let rfcKey = prepareNative(Hash.Sha256, derOf(RFC7515_SPKI), 256, false);

function answer(status: u32, result: string): Verdict {
  setForeign(status, result);
  return verify(rfcKey, RFC7515_TOKEN);
}

describe("verifyNative", () => {
  beforeEach(() => {
    reset();
  });

  it("sends what protobuf encodes", () => {
    expect(answer(0, "\x08\x01")).toBe(Verdict.Valid);
    expect(foreignNameIs("verify_signature")).toBe(true);
    expect(verifySignatureArgumentIs("sha256", RFC7515_SPKI, toHex(signature, 256), RFC_SIGNED)).toBe(true);

    const key = prepareNative(Hash.Sha512, derOf(RFC7515_SPKI), 2, false);
    const texts: string[] = ["x", "y".repeat(127), "z".repeat(128), "t".repeat(16384), "u".repeat(100000)];
    store<u16>(signature, 0x5aff);
    for (let i = 0; i < texts.length; i++) {
      const text = Bytes.text(texts[i]);
      expect(verifyNative(key, signature, 2, text.pointer, text.length)).toBe(Verdict.Valid);
      expect(verifySignatureArgumentIs("sha512", RFC7515_SPKI, "ff5a", texts[i])).toBe(true);
    }
  });

  it("believes nothing but status 0 with result true", () => {
    expect(answer(0, "\x08\x01")).toBe(Verdict.Valid);
    expect(answer(0, "")).toBe(Verdict.Invalid);
    expect(answer(0, "\x08\x00")).toBe(Verdict.Invalid);
    expect(answer(0, "\x08")).toBe(Verdict.Invalid);
    expect(answer(0, "\x12\x02\x08\x01")).toBe(Verdict.Invalid);
    expect(answer(0, "\x12\x26Failed to verify digest. Error code: 0")).toBe(Verdict.Invalid);
    expect(answer(0, "true")).toBe(Verdict.Invalid);
    for (let status: u32 = 1; status <= 12; status++) {
      expect(answer(status, "\x08\x01")).toBe(Verdict.Unavailable, status.toString());
    }
    expect(answer(0xffffffff, "\x08\x01")).toBe(Verdict.Unavailable);
    // A refusal must not be judged by the result before it.
    expect(answer(0, "\x08\x01")).toBe(Verdict.Valid);
    expect(answer(10, "")).toBe(Verdict.Unavailable);
    expect(answer(0, "")).toBe(Verdict.Invalid);
  });

  it("asks only about signatures as long as the modulus", () => {
    setForeign(0, "\x08\x01");
    const lengths: i32[] = [-1, 0, 1, 255, 257, 512, i32.MAX_VALUE];
    for (let i = 0; i < lengths.length; i++) {
      expect(verifyNative(rfcKey, signature, lengths[i], token.pointer, 10)).toBe(Verdict.Invalid);
    }
    expect(verifyNative(rfcKey, signature, 256, token.pointer, -1)).toBe(Verdict.Invalid);
    expect(foreignCalls()).toBe(0);
  });

  it("has no verdict of texts that are too long for a call", () => {
    setForeign(0, "\x08\x01");
    expect(verifyNative(rfcKey, signature, 256, token.pointer, 1 << 17)).toBe(Verdict.Unavailable);
    expect(verifyNative(rfcKey, signature, 256, token.pointer, i32.MAX_VALUE)).toBe(Verdict.Unavailable);
    expect(foreignCalls()).toBe(0);
  });

  it("turns R‖S into DER, and asks about none of another length", () => {
    setForeign(0, "\x08\x01");
    const key = prepareNative(Hash.Sha256, derOf("3000"), 64, true);
    const text = Bytes.text("x");
    memory.fill(signature, 0, 64);
    store<u8>(signature, 1, 31);
    store<u16>(signature, 0x0180, 62);
    expect(verifyNative(key, signature, 64, text.pointer, 1)).toBe(Verdict.Valid);
    expect(verifySignatureArgumentIs("sha256", "3000", "3008020101" + "0203008001", "x")).toBe(true);
    expect(verifyNative(key, signature, 63, text.pointer, 1)).toBe(Verdict.Invalid);
    expect(verifyNative(key, signature, 66, text.pointer, 1)).toBe(Verdict.Invalid);
    expect(verifyNative(prepareNative(Hash.Sha256, derOf("3000"), 6, true), signature, 6, text.pointer, 1)).toBe(
      Verdict.Invalid,
    );
    expect(foreignCalls()).toBe(1);
  });

  it("verifies the example of RFC 7515 A.2 with OpenSSL behind the host call", () => {
    verifySignatures();
    expect(verify(rfcKey, RFC7515_TOKEN)).toBe(Verdict.Valid);
    expect(verify(prepareNative(Hash.Sha384, derOf(RFC7515_SPKI), 256, false), RFC7515_TOKEN)).toBe(Verdict.Invalid);
    expect(verify(prepareNative(Hash.Sha256, derOf(GUIDE_SPKI), 256, false), RFC7515_TOKEN)).toBe(Verdict.Invalid);
    expect(verify(prepareNative(Hash.Sha256, derOf("3000"), 256, false), RFC7515_TOKEN)).toBe(Verdict.Invalid);
    const header = token.pointer;
    for (let i: usize = 0; i < 256; i += 37) {
      store<u8>(signature + i, load<u8>(signature + i) ^ 1);
      expect(verifyNative(rfcKey, signature, 256, header, jws.signedLength)).toBe(Verdict.Invalid);
      store<u8>(signature + i, load<u8>(signature + i) ^ 1);
    }
    store<u8>(header, 0x66, 30);
    expect(verifyNative(rfcKey, signature, 256, header, jws.signedLength)).toBe(Verdict.Invalid);
  });

  it("verifies the guides' token with the guides' key set", () => {
    verifySignatures();
    const doc = new JsonDocument(64, 8);
    const set = Bytes.text(GUIDE_JWKS);
    doc.parse(set.pointer, set.length);
    const native = decodeJwks(doc, 0, true, false).keys[0].native[Alg.RS256];
    expect(native !== null).toBe(true);
    if (native !== null) {
      expect(verify(native, GUIDE_TOKEN)).toBe(Verdict.Valid);
      expect(verify(native, RFC7515_TOKEN)).toBe(Verdict.Invalid);
    }
  });
});
