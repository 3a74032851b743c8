// What the host's verify_signature is given, against node's exports.
import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Ec } from "./ec.harness.js";
import { REFERENCES } from "./ec.reference.js";

vi.setConfig({ testTimeout: 120_000 });

/** DER's INTEGER of an unsigned number, in BigInt. */
function integer(bytes: Uint8Array): Buffer {
  let hex = BigInt(`0x${Buffer.from(bytes).toString("hex")}`).toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  if (Number.parseInt(hex.slice(0, 2), 16) > 0x7f) hex = `00${hex}`;
  return Buffer.concat([Buffer.from([2, hex.length / 2]), Buffer.from(hex, "hex")]);
}

function sequence(...elements: Buffer[]): Buffer {
  const content = Buffer.concat(elements);
  return Buffer.concat([
    Buffer.from(content.length < 0x80 ? [0x30, content.length] : [0x30, 0x81, content.length]),
    content,
  ]);
}

describe.each(REFERENCES)("$crv", (curve) => {
  const { crv, bytes, hash } = curve;
  let ec: Ec;
  beforeAll(async () => {
    ec = await Ec.load(curve);
  }, 120_000);

  test("public keys are node's SubjectPublicKeyInfo", () => {
    for (let i = 0; i < 300; i++) {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: crv });
      const { x, y } = publicKey.export({ format: "jwk" });
      const info = ec.publicKeyInfo(Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url"));
      expect(info.toString("hex")).toBe(publicKey.export({ type: "spki", format: "der" }).toString("hex"));
      expect(createPublicKey({ key: info, type: "spki", format: "der" }).equals(publicKey)).toBe(true);
    }
  });

  test("signatures are what node takes as DER", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: crv });
    for (let i = 0; i < 300; i++) {
      const text = Buffer.from(`text ${i}`);
      const signature = sign(hash, text, { key: privateKey, dsaEncoding: "ieee-p1363" });
      const der = ec.signatureToDer(signature);
      expect(der.toString("hex")).toBe(
        sequence(integer(signature.subarray(0, bytes)), integer(signature.subarray(bytes))).toString("hex"),
      );
      expect(verify(hash, text, { key: publicKey, dsaEncoding: "der" }, der)).toBe(true);
    }
  });

  test("numbers of every length, with and without their top bit, and zero", () => {
    const number = (length: number, first: number): Buffer =>
      Buffer.concat([
        Buffer.alloc(bytes - length),
        Buffer.alloc(Math.min(length, 1), first),
        Buffer.alloc(Math.max(length - 1, 0), 0xa5),
      ]);
    for (let length = 0; length <= bytes; length++)
      for (const first of [0x01, 0x7f, 0x80, 0xff])
        for (const [r, s] of [
          [number(length, first), number(bytes, 0xff)],
          [number(1, 1), number(length, first)],
        ] as const)
          expect(ec.signatureToDer(Buffer.concat([r, s])).toString("hex")).toBe(
            sequence(integer(r), integer(s)).toString("hex"),
          );
  });

  test("no other length is a signature", () => {
    for (let length = 0; length < 200; length++)
      expect(ec.signatureToDer(Buffer.alloc(length, 1)).length > 0, `${length}`).toBe([64, 96, 132].includes(length));
  });
});
