import { JsonDocument, JsonError } from "../../../assembly/json/document";
import { writeJson } from "../../../assembly/json/write";
import { Bytes, toText } from "./bytes";

const doc = new JsonDocument(64, 8);
const out = heap.alloc(512);

function written(text: string, token: i32, capacity: i32 = 512): string {
  const bytes = Bytes.text(text);
  expect(doc.parse(bytes.pointer, bytes.length)).toBe(JsonError.None, text);
  memory.fill(out, 0x23, 512);
  const length = writeJson(doc, token, out, capacity);
  if (capacity < 512) expect(load<u8>(out + <usize>max(capacity, 0))).toBe(0x23, "byte behind the room");
  return toText(out, length);
}

describe("writeJson", () => {
  it("writes compactly and in order", () => {
    const cases: string[][] = [
      [" null ", "null"],
      ["true", "true"],
      ["false", "false"],
      ["-1.50E+2", "-1.50E+2"],
      ['"x"', '"x"'],
      ["[ ]", "[]"],
      ["{ }", "{}"],
      ["[ [ ] , { } , [ [ ] ] ]", "[[],{},[[]]]"],
      [
        '{ "b" : [ 1 , { "c" : { } , "d" : [ ] } ] , "a" : "x" , "" : null }',
        '{"b":[1,{"c":{},"d":[]}],"a":"x","":null}',
      ],
      ['[{"a":{"b":{"c":[1,[2,[3]]]}}},4]', '[{"a":{"b":{"c":[1,[2,[3]]]}}},4]'],
    ];
    for (let i = 0; i < cases.length; i++) expect(written(cases[i][0], 0)).toBe(cases[i][1], cases[i][0]);
  });

  it("writes subtrees", () => {
    const text = '{"a":[1,{"b":[]},"x"],"c":{"d":2}}';
    expect(written(text, 2)).toBe('[1,{"b":[]},"x"]');
    expect(written(text, 4)).toBe('{"b":[]}');
    expect(written(text, 6)).toBe("[]");
    expect(written(text, 7)).toBe('"x"');
    expect(written(text, 9)).toBe('{"d":2}');
    expect(written(text, 11)).toBe("2");
    expect(written(text, 12)).toBe("none");
    expect(written(text, -1)).toBe("none");
  });

  it("makes the escapes that JSON requires and no other", () => {
    // Right column: node's JSON.stringify(JSON.parse(left)).
    const cases: string[][] = [
      ['"\\u0022\\u005c\\/\\b\\f\\n\\r\\t"', '"\\"\\\\/\\b\\f\\n\\r\\t"'],
      ['"\\u0000\\u0001\\u000b\\u001F\\u0020\\u007f"', '"\\u0000\\u0001\\u000b\\u001f \x7f"'],
      ['"\\u00e9\\u20ac\\ud834\\udd1e\\u2028"', '"é€𝄞\u2028"'],
      ['{"\\u0022\\n":"\\\\"}', '{"\\"\\n":"\\\\"}'],
    ];
    for (let i = 0; i < cases.length; i++) expect(written(cases[i][0], 0)).toBe(cases[i][1], cases[i][0]);
  });

  it("answers -1 for every room that is too small", () => {
    const text = '{"a\\n":[1,{"b\\u0001":[]},"x\\"y"],"c":{"d":2.5}}';
    const length = String.UTF8.byteLength(written(text, 0));
    expect(written(text, 0, length)).toBe('{"a\\n":[1,{"b\\u0001":[]},"x\\"y"],"c":{"d":2.5}}');
    for (let n = -1; n < length; n++) expect(written(text, 0, n)).toBe("none");
  });
});
