import { decodeBase64Url, encodeBase64 } from "../../../assembly/jose/base64url";
import { Bytes, toHex, toText } from "../json/bytes";

const out = heap.alloc(4096);

function decoded(text: string): string {
  const bytes = Bytes.text(text);
  const length = decodeBase64Url(bytes.pointer, bytes.length, out);
  return length < 0 ? "refused" : "=" + toHex(out, length);
}

function encoded(hex: string): string {
  const bytes = Bytes.hex(hex);
  return toText(out, encodeBase64(bytes.pointer, bytes.length, out));
}

describe("decodeBase64Url", () => {
  it("decodes RFC 4648 §10 without its padding", () => {
    const cases: string[][] = [
      ["", "="],
      ["Zg", "=66"],
      ["Zm8", "=666f"],
      ["Zm9v", "=666f6f"],
      ["Zm9vYg", "=666f6f62"],
      ["Zm9vYmE", "=666f6f6261"],
      ["Zm9vYmFy", "=666f6f626172"],
      ["-_-_", "=fbffbf"],
      ["AA", "=00"],
      ["__8", "=ffff"],
      // RFC 7515, appendix C.
      ["A-z_4ME", "=03ecffe0c1"],
    ];
    for (let i = 0; i < cases.length; i++) expect(decoded(cases[i][0])).toBe(cases[i][1], cases[i][0]);
  });

  it("refuses every other spelling", () => {
    const cases: string[] = [
      "A", // a lone character holds six bits
      "AAAAA",
      "Zg==", // padding
      "Zm8=",
      "Zm9v=",
      "Zm9vYg==",
      "=",
      "====",
      "+_+_", // the other alphabet
      "Zm/v",
      "Zm+v",
      "Zm+",
      " Zm8", // white space
      "Zm8 ",
      "Zm\n8",
      "Zm9v\n",
      "Zm9\tYmFy",
      "Zh", // bits left over
      "Zn",
      "Zv",
      "Zm9",
      "Zm-",
      "__9",
      "A_",
      "Zm9vYh",
      "Zm9vYmF",
      "Zm.v", // foreign bytes
      "Zm,v",
      "Zm\x00v",
      "Zmév",
      "Z\x80",
      "Zm\x7fv",
    ];
    for (let i = 0; i < cases.length; i++) expect(decoded(cases[i])).toBe("refused", cases[i]);
    expect(decodeBase64Url(out, -1, out)).toBe(-1);
    expect(decodeBase64Url(out, -4, out)).toBe(-1);
  });

  it("refuses each of the other 192 bytes at each place", () => {
    const p = heap.alloc(8);
    let refused = 0;
    for (let place: usize = 0; place < 7; place++) {
      for (let c = 0; c < 256; c++) {
        memory.fill(p, 0x41, 8);
        store<u8>(p + place, <u8>c);
        if (decodeBase64Url(p, 7, out) < 0) refused++;
      }
    }
    // The last of seven characters has two spare bits: three of four values are refused there.
    expect(refused).toBe(6 * 192 + 192 + 48);
  });

  it("decodes in place and writes nothing behind", () => {
    const bytes = Bytes.text("Zm9vYmFyZm9vYmE");
    expect(decodeBase64Url(bytes.pointer, bytes.length, bytes.pointer)).toBe(11);
    expect(toText(bytes.pointer, 11)).toBe("foobarfooba");
    memory.fill(out, 0x23, 16);
    expect(decodeBase64Url(Bytes.text("Zm9vYmE").pointer, 7, out)).toBe(5);
    expect(load<u8>(out, 5)).toBe(0x23);
  });
});

describe("encodeBase64", () => {
  it("encodes RFC 4648 §10", () => {
    const cases: string[][] = [
      ["", ""],
      ["66", "Zg=="],
      ["666f", "Zm8="],
      ["666f6f", "Zm9v"],
      ["666f6f62", "Zm9vYg=="],
      ["666f6f6261", "Zm9vYmE="],
      ["666f6f626172", "Zm9vYmFy"],
      ["fbffbf", "+/+/"],
      ["00", "AA=="],
    ];
    for (let i = 0; i < cases.length; i++) expect(encoded(cases[i][0])).toBe(cases[i][1], cases[i][0]);
  });

  it("encodes each byte value", () => {
    const p = heap.alloc(256);
    for (let i: u32 = 0; i < 256; i++) store<u8>(p + i, <u8>i);
    // node: Buffer.from([...Array(256).keys()]).toString("base64")
    expect(toText(out, encodeBase64(p, 256, out))).toBe(
      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/w==",
    );
  });
});
