import { JsonDocument, JsonError, Kind } from "../../../assembly/json/document";
import { Bytes } from "./bytes";

const doc = new JsonDocument(4096, 8);

function parse(text: string): JsonError {
  const bytes = Bytes.text(text);
  return doc.parse(bytes.pointer, bytes.length);
}

function parseHex(hex: string): JsonError {
  const bytes = Bytes.hex(hex);
  return doc.parse(bytes.pointer, bytes.length);
}

function member(object: i32, name: string): i32 {
  const bytes = Bytes.text(name);
  return doc.member(object, bytes.pointer, bytes.length);
}

function expectAll(texts: string[], error: JsonError): void {
  for (let i = 0; i < texts.length; i++) expect(parse(texts[i])).toBe(error, texts[i]);
}

/** `count` members named by a counter. */
function wideObject(count: i32): string {
  let text = "{";
  for (let i = 0; i < count; i++) text += (i > 0 ? "," : "") + '"n' + i.toString() + '":' + i.toString();
  return text + "}";
}

// Cases named after JSONTestSuite (Nicolas Seriot, "Parsing JSON is a Minefield"): y_ accepted, n_ refused, i_ our choice.
describe("syntax", () => {
  it("accepts every form of RFC 8259", () => {
    expectAll(
      [
        "null",
        "true",
        "false",
        '""',
        "0",
        "-0",
        "-1",
        "20e1",
        "0e+1",
        "1E-2",
        "123.456e78",
        "[]",
        "{}",
        " [ ] ",
        "\t\r\n{\t}\r\n ",
        "[[]   ]",
        '{"a":[],"b":{"c":[{}]}}',
        '{"":0}',
        '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
        '"\\u0000"',
        '"\\uD801\\udc37"',
        '"\\uFFFF"',
        '"\\u2028"',
        '"/* no comment */"',
        '"\x7f"',
        '"€𝄞"',
        '[1,null,true,"x",{"y":[2]}]',
        '{"a":1,"A":2,"a ":3}',
        "-123123e100000",
        "123123123123123123123123123123",
      ],
      JsonError.None,
    );
  });

  it("refuses everything else", () => {
    expectAll(
      [
        "",
        " ",
        "[",
        "]",
        "{",
        "}",
        "[}",
        "{]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1,,2]",
        "[1 2]",
        "[1]]",
        "[]a",
        "1 2",
        "{}{}",
        '{"a"',
        '{"a":',
        '{"a":1',
        '{"a":1,',
        '{"a":1,}',
        '{"a" 1}',
        '{"a"::1}',
        '{"a":1 "b":2}',
        "{,}",
        "{1:1}",
        "{a:1}",
        "{'a':1}",
        "{null:1}",
        '{"a":1,,"b":2}',
        "nul",
        "nulll",
        "tru",
        "True",
        "TRUE",
        "fals",
        "falsE",
        "NaN",
        "Infinity",
        "-Infinity",
        "undefined",
        "+1",
        "-",
        "--1",
        "01",
        "-01",
        "00",
        ".5",
        "-.5",
        "1.",
        "1.e1",
        "1.5e",
        "1e",
        "1e+",
        "1e+-1",
        "1e1.5",
        "0x1",
        "1_000",
        "1a",
        "- 1",
        '"',
        '"a',
        '"\\',
        '"\\"',
        '"\\a"',
        '"\\x41"',
        '"\\U0041"',
        '"\\u"',
        '"\\u12"',
        '"\\u123"',
        '"\\u123g"',
        '"\\u 123"',
        '"\\u+123"',
        '"\\ud800\\u12"',
        '"\n"',
        '"\t"',
        '"\x1f"',
        '"\x00"',
        "'a'",
        "`a`",
        "[1] // comment",
        "/**/1",
        "#1",
        "\f1",
        "\v1",
        "\u00a01",
        "\ufeff1",
        "\u20281",
        "[\x001]",
        "1\x00",
        "[\u2060]",
        "*",
        ":",
        ",",
      ],
      JsonError.Syntax,
    );
  });

  it("is not misled by what lies behind the text", () => {
    const bytes = Bytes.text('"abcdefghijkl"true');
    for (let n = 0; n < 14; n++) expect(doc.parse(bytes.pointer, n)).toBe(JsonError.Syntax);
    expect(doc.parse(bytes.pointer, 14)).toBe(JsonError.None);
    expect(doc.parse(bytes.pointer + 14, 3)).toBe(JsonError.Syntax);
    expect(doc.parse(bytes.pointer + 14, 4)).toBe(JsonError.None);
    expect(doc.parse(bytes.pointer + 14, -1)).toBe(JsonError.Syntax);
  });
});

describe("text", () => {
  it("refuses bytes that are not UTF-8", () => {
    const bad: string[] = [
      "80", // lone continuation
      "bf",
      "c0 af", // overlong /
      "c1 bf",
      "c3", // cut off
      "c3 28",
      "e0 80 af", // overlong
      "e0 9f bf",
      "e2 82",
      "e2 28 a1",
      "ed a0 80", // surrogates
      "ed bf bf",
      "f0 80 80 af", // overlong
      "f0 8f bf bf",
      "f0 9d 84",
      "f4 90 80 80", // beyond U+10FFFF
      "f5 80 80 80",
      "f8 88 80 80 80",
      "fe",
      "ff",
    ];
    for (let i = 0; i < bad.length; i++) {
      expect(parseHex("22" + bad[i] + "22")).toBe(JsonError.Utf8, bad[i]);
      expect(parseHex("22 61 62 63 64 65 66 67" + bad[i] + "22")).toBe(JsonError.Utf8, bad[i]);
      expect(parseHex("7b 22" + bad[i] + "22 3a 31 7d")).toBe(JsonError.Utf8, bad[i]);
    }
    expect(parseHex("ef bb bf 31")).toBe(JsonError.Syntax, "byte order mark");
  });

  it("accepts the first and the last character of each length", () => {
    expect(parseHex("22 7f c280 dfbf e0a080 ed9fbf ee8080 efbfbf f0908080 f48fbfbf 22")).toBe(JsonError.None);
    expect(doc.length(0)).toBe(25);
  });

  it("refuses surrogates that are no pair", () => {
    expectAll(
      [
        '"\\ud800"',
        '"\\udc00"',
        '"\\ud800x"',
        '"\\ud800\\n"',
        '"\\ud800\\ud800"',
        '"\\udc00\\ud800"',
        '"\\uDbFf\\u0041"',
      ],
      JsonError.Utf8,
    );
  });

  it("unescapes in place", () => {
    expect(parse('["\\u0041\\u00e9\\u20AC\\ud834\\udd1e", "\\"\\\\\\/\\b\\f\\n\\r\\t", "plain", "a\\u0000b"]')).toBe(0);
    expect(doc.text(1)).toBe("Aé€𝄞");
    expect(doc.length(1)).toBe(10);
    expect(doc.text(2)).toBe('"\\/\b\f\n\r\t');
    expect(doc.text(3)).toBe("plain");
    expect(doc.length(4)).toBe(3);
    expect(load<u8>(doc.pointer(4), 1)).toBe(0);
  });

  it("moves long text behind an escape", () => {
    const tail = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-é-0123456789";
    for (let i = 0; i < 20; i++) {
      const head = "0123456789abcdefghijklmnop".substr(0, i);
      expect(parse('"' + head + "\\n" + tail + "\\u0021" + tail + '"')).toBe(0);
      expect(doc.text(0)).toBe(head + "\n" + tail + "!" + tail);
    }
  });
});

describe("names", () => {
  it("refuses duplicates at any level, compared after unescaping", () => {
    expectAll(
      [
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":2}',
        '{"\\u0061\\/":1,"a/":2}',
        '{"":1,"":2}',
        '[{"x":{"b":1,"c":[],"b":2}}]',
        '{"a":{"a":1},"b":0,"a":2}',
        '{"é":1,"\\u00e9":2}',
        '{"\\ud834\\udd1e":1,"𝄞":2}',
      ],
      JsonError.Duplicate,
    );
    expect(parse(wideObject(1000).replace('"n999"', '"n0"'))).toBe(JsonError.Duplicate);
  });

  it("refuses one in objects of any size, wherever it is", () => {
    for (let count = 2; count < 20; count++) {
      for (let second = 1; second < count; second++) {
        for (let first = 0; first < second; first++) {
          const text = wideObject(count).replace('"n' + second.toString() + '"', '"n' + first.toString() + '"');
          expect(parse(text)).toBe(JsonError.Duplicate);
        }
      }
    }
  });

  it("allows the same name in different objects", () => {
    expectAll(['{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', '{"x":{"a":1},"y":{"a":1}}'], JsonError.None);
  });

  it("finds members of small and large objects", () => {
    for (let count = 0; count < 20; count++) {
      expect(parse(wideObject(count))).toBe(0);
      expect(doc.count(0)).toBe(count);
      for (let i = 0; i < count; i++) {
        const value = member(0, "n" + i.toString());
        expect(value).toBe(2 + 2 * i);
        expect(doc.text(value)).toBe(i.toString());
      }
      expect(member(0, "n" + count.toString())).toBe(-1);
      expect(member(0, "")).toBe(-1);
    }
    expect(parse('{"a":{"b":1}}')).toBe(0);
    expect(member(0, "b")).toBe(-1);
    expect(member(2, "b")).toBe(4);
    expect(parse("[1]")).toBe(0);
    expect(member(0, "a")).toBe(-1);
    expect(member(1, "a")).toBe(-1);
  });

  it("forgets the names of the document before", () => {
    expect(parse(wideObject(300))).toBe(0);
    expect(parse(wideObject(12))).toBe(0);
    expect(member(0, "n11")).toBe(24);
    expect(member(0, "n12")).toBe(-1);
  });
});

describe("limits", () => {
  it("counts depth", () => {
    expect(parse("[[[[[[[[1]]]]]]]]")).toBe(JsonError.None);
    expect(parse("[[[[[[[[[1]]]]]]]]]")).toBe(JsonError.Depth);
    expect(parse('[[[[[[[{"a":{}}]]]]]]]')).toBe(JsonError.Depth);
    expect(parse("[[[[[[[[]]]]]]],[[[[[[[]]]]]]]]")).toBe(JsonError.None);
    expect(parse("[".repeat(100000))).toBe(JsonError.Depth);
  });

  it("counts tokens, and grows up to its limit", () => {
    expect(parse("[" + "1,".repeat(4094) + "1]")).toBe(JsonError.None);
    expect(doc.count(0)).toBe(4095);
    expect(doc.next(0)).toBe(4096);
    expect(parse("[" + "1,".repeat(4095) + "1]")).toBe(JsonError.Tokens);
    expect(parse(wideObject(2047))).toBe(JsonError.None);
    expect(parse(wideObject(2048))).toBe(JsonError.Tokens);
    const small = new JsonDocument(3, 3);
    const bytes = Bytes.text("[1,2,3]");
    expect(small.parse(bytes.pointer, bytes.length)).toBe(JsonError.Tokens);
    const odd = new JsonDocument(300, 3);
    const wide = Bytes.text("[" + "1,".repeat(298) + "1]");
    expect(odd.parse(wide.pointer, wide.length)).toBe(JsonError.None);
    expect(odd.count(0)).toBe(299);
  });
});

describe("tokens", () => {
  it("tells kinds, counts and order", () => {
    expect(parse('{"a":[1,-2.5e3,[]],"b":{},"c":true,"d":false,"e":null,"f":"x"}')).toBe(0);
    const kinds: i32[] = [6, 4, 5, 3, 3, 5, 4, 6, 4, 2, 4, 1, 4, 0, 4, 4];
    for (let i = 0; i < kinds.length; i++) expect(<i32>doc.kind(i)).toBe(kinds[i]);
    expect(doc.count(0)).toBe(6);
    expect(doc.next(0)).toBe(16);
    expect(doc.count(2)).toBe(3);
    expect(doc.next(2)).toBe(6);
    expect(doc.next(1)).toBe(2);
    expect(doc.text(4)).toBe("-2.5e3");
    expect(doc.text(9)).toBe("true");
    expect(doc.text(11)).toBe("false");
    expect(doc.enclosing(5)).toBe(2);
    expect(doc.enclosing(2)).toBe(0);
    expect(doc.enclosing(0)).toBe(-1);
    expect(doc.enclosing(1)).toBe(-1);
    expect(doc.pointer(2)).toBe(0);
    expect(doc.length(2)).toBe(0);
  });

  it("answers for tokens that do not exist", () => {
    expect(parse("[1")).toBe(JsonError.Syntax);
    const missing: i32[] = [-1, 0, 1, 255, 1 << 30, i32.MIN_VALUE, i32.MAX_VALUE];
    for (let i = 0; i < missing.length; i++) {
      expect(doc.kind(missing[i])).toBe(Kind.Null);
      expect(doc.pointer(missing[i])).toBe(0);
      expect(doc.length(missing[i])).toBe(0);
      expect(doc.count(missing[i])).toBe(0);
      expect(doc.enclosing(missing[i])).toBe(-1);
      expect(doc.text(missing[i])).toBe("");
      expect(member(missing[i], "a")).toBe(-1);
      expect(doc.equals(missing[i], 0, 0)).toBe(false);
    }
  });

  it("compares strings", () => {
    expect(parse('["ab", 12, "", "a\\u0062"]')).toBe(0);
    const ab = Bytes.text("ab");
    expect(doc.equals(1, ab.pointer, 2)).toBe(true);
    expect(doc.equals(1, ab.pointer, 1)).toBe(false);
    expect(doc.equals(2, Bytes.text("12").pointer, 2)).toBe(false);
    expect(doc.equals(3, ab.pointer, 0)).toBe(true);
    expect(doc.equals(4, ab.pointer, 2)).toBe(true);
  });
});
