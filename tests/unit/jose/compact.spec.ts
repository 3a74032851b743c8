import { CompactJws } from "../../../assembly/jose/compact";
import { Bytes, toText } from "../json/bytes";

const jws = new CompactJws();

function split(text: string): bool {
  const bytes = Bytes.text(text);
  return jws.split(bytes.pointer, bytes.length);
}

describe("CompactJws", () => {
  it("splits three segments", () => {
    expect(split("aGVhZGVy.cGF5bG9hZA.c2ln")).toBe(true);
    expect(toText(jws.header, jws.headerLength)).toBe("aGVhZGVy");
    expect(toText(jws.payload, jws.payloadLength)).toBe("cGF5bG9hZA");
    expect(toText(jws.signature, jws.signatureLength)).toBe("c2ln");
    expect(toText(jws.header, jws.signedLength)).toBe("aGVhZGVy.cGF5bG9hZA");
    expect(split("a.b.c")).toBe(true);
    expect(toText(jws.signature, jws.signatureLength)).toBe("c");
  });

  it("refuses everything else", () => {
    const cases: string[] = [
      "",
      ".",
      "..",
      "...",
      "a",
      "a.",
      ".a",
      "a.b",
      "a.b.",
      ".b.c",
      "a..c",
      "..c",
      "a..",
      ".b.",
      ".a.b.c", // Envoy skips empty segments
      "a.b.c.",
      "a..b.c",
      "a.b..c",
      "a.b.c.d",
      "a.b.c.d.e", // JWE
    ];
    for (let i = 0; i < cases.length; i++) expect(split(cases[i])).toBe(false, cases[i]);
  });

  it("does not look behind its length", () => {
    const bytes = Bytes.text("a.b.c.d");
    expect(jws.split(bytes.pointer, 3)).toBe(false);
    expect(jws.split(bytes.pointer, 4)).toBe(false);
    expect(jws.split(bytes.pointer, 5)).toBe(true);
    expect(jws.split(bytes.pointer, 6)).toBe(false);
    expect(jws.split(bytes.pointer, -1)).toBe(false);
  });
});
