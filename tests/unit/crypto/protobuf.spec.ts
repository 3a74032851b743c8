import { fieldSize, readBool, varintSize, writeField, writeVarint } from "../../../assembly/crypto/protobuf";
import { Bytes, toHex } from "../json/bytes";

const out = heap.alloc(4096);

function decoded(hex: string): bool {
  const bytes = Bytes.hex(hex);
  return readBool(bytes.pointer, bytes.length, 1);
}

describe("readBool", () => {
  it("is true for a message whose field says so", () => {
    const cases: string[] = [
      "08 01",
      "08 02", // any value but zero
      "08 80 01",
      "08 81 80 80 80 80 80 80 80 80 00", // ten bytes
      "08 ff ff ff ff ff ff ff ff ff 01",
      "88 00 01", // a tag longer than needed
      "08 00 08 01", // the last one counts
      "12 00 08 01",
      "08 01 12 03 61 62 63",
      "12 02 08 00 08 01", // content that looks like a field
      "08 01 12 02 08 00",
      "18 07 08 01", // unknown fields
      "19 0102030405060708 08 01",
      "1d 01020304 08 01",
      "a2 06 01 00 08 01",
      "08 01 0a 01 00", // the number with another wire type
      "08 01 0d 00000000",
    ];
    for (let i = 0; i < cases.length; i++) expect(decoded(cases[i])).toBe(true, cases[i]);
  });

  it("is false for everything else", () => {
    const cases: string[] = [
      "",
      "08 00",
      "08 80 80 00",
      "08 01 08 00",
      "10 01", // field 2
      "12 26 4661696c656420746f2076657269667920646967657374 2e204572726f7220636f64653a2030",
      "12 02 08 01", // in a string
      "0a 01 01", // another wire type
      "0d 01000000",
      "09 0100000000000000",
      "08", // cut off
      "08 81",
      "08 01 08",
      "08 01 12",
      "08 01 12 01",
      "08 01 12 03 61 62",
      "08 01 12 ff ff ff ff 0f",
      "08 01 12 ff ff ff ff ff ff ff ff ff 01",
      "08 01 19 01020304050607",
      "08 01 1d 010203",
      "08 81 80 80 80 80 80 80 80 80 80 00", // eleven bytes
      "08 01 00 01", // field number 0
      "08 01 0b 0c", // groups
      "08 01 0c",
      "08 01 0e",
      "08 01 0f",
      "08 01 ff ff ff ff ff 01 01", // a tag beyond 32 bits
      "01",
      "ff",
    ];
    for (let i = 0; i < cases.length; i++) expect(decoded(cases[i])).toBe(false, cases[i]);
    expect(readBool(0, 0, 1)).toBe(false);
    expect(readBool(out, -1, 1)).toBe(false);
  });
});

describe("writing", () => {
  it("makes varints and fields", () => {
    const values: u32[] = [0, 1, 127, 128, 300, 16383, 16384, 0xffffffff];
    const hex: string[] = ["00", "01", "7f", "8001", "ac02", "ff7f", "808001", "ffffffff0f"];
    for (let i = 0; i < values.length; i++) {
      const length = <i32>(writeVarint(values[i], out) - out);
      expect(toHex(out, length)).toBe(hex[i]);
      expect(varintSize(values[i])).toBe(length);
    }
    const text = Bytes.text("testing");
    const end = writeField(2, text.pointer, 7, out);
    expect(toHex(out, <i32>(end - out))).toBe("120774657374696e67");
    expect(fieldSize(7)).toBe(9);
    expect(fieldSize(128)).toBe(131);
  });
});
