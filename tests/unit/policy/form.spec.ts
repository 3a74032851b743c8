import { decodeForm, isEncoded, needsDecoding } from "../../../assembly/policy/form";
import { ascii } from "../../../assembly/host/literal";
import { Bytes, toText } from "../json/bytes";

export { malloc } from "../../../assembly/host/memory";

function decoded(text: string): string {
  const bytes = Bytes.text(text);
  const length = decodeForm(bytes.pointer, bytes.pointer + bytes.length, bytes.pointer);
  return toText(bytes.pointer, length);
}

function is(text: string, name: string): bool {
  const bytes = Bytes.text(text);
  return isEncoded(bytes.pointer, bytes.pointer + bytes.length, ascii(name));
}

describe("form encoding", () => {
  it("decodes as WHATWG URL §5.1 does", () => {
    const rows: string[][] = [
      ["", ""],
      ["abc", "abc"],
      ["a%62c", "abc"],
      ["%41%7a%2B%2b%26%25", "Az++&%"],
      ["a+b", "a b"],
      // Not an escape: it stays.
      ["%", "%"],
      ["%4", "%4"],
      ["%zz", "%zz"],
      ["%4g", "%4g"],
      ["%g4", "%g4"],
      ["%%41", "%A"],
      ["%2541", "%41"],
      ["%C3%A9", "é"],
    ];
    for (let i = 0; i < rows.length; i++) expect(decoded(rows[i][0])).toBe(rows[i][1], rows[i][0]);
  });

  it("compares without decoding first", () => {
    expect(is("access_token", "access_token") && is("access%5ftoken", "access_token")).toBe(true);
    expect(is("%61", "a") && is("a+b", "a b") && is("", "")).toBe(true);
    expect(is("access_toke", "access_token") || is("access_tokens", "access_token")).toBe(false);
    expect(is("Access_token", "access_token") || is("%2561", "a") || is("%6", "a")).toBe(false);
  });

  it("knows what needs no decoding", () => {
    const plain = Bytes.text("a-b_c.d~=");
    expect(needsDecoding(plain.pointer, plain.pointer + plain.length)).toBe(false);
    const plus = Bytes.text("ab+");
    expect(needsDecoding(plus.pointer, plus.pointer + plus.length)).toBe(true);
    expect(needsDecoding(plus.pointer, plus.pointer + 2)).toBe(false);
    const escaped = Bytes.text("%");
    expect(needsDecoding(escaped.pointer, escaped.pointer + 1)).toBe(true);
  });
});
