import { JsonDocument, JsonError } from "../../../assembly/json/document";
import { IntegerStatus, integerStatus, integerValue, writeNumber } from "../../../assembly/json/number";
import { Bytes, toText } from "./bytes";

const doc = new JsonDocument(64, 8);
const out = heap.alloc(512);

function parse(text: string): void {
  const bytes = Bytes.text(text);
  expect(doc.parse(bytes.pointer, bytes.length)).toBe(JsonError.None, text);
}

function written(text: string, capacity: i32 = 512): string {
  parse(text);
  memory.fill(out, 0x23, 512);
  const length = writeNumber(doc, 0, out, capacity);
  for (let i = max(length, 0); i < 512; i++) if (load<u8>(out + <usize>i) != 0x23) return "wrote behind its answer";
  return toText(out, length);
}

function expectInteger(text: string, value: u64): void {
  parse(text);
  expect(integerStatus(doc, 0)).toBe(IntegerStatus.Ok, text);
  expect(integerValue).toBe(value, text);
}

function expectStatus(texts: string[], status: IntegerStatus): void {
  for (let i = 0; i < texts.length; i++) {
    parse(texts[i]);
    expect(integerStatus(doc, 0)).toBe(status, texts[i]);
    expect(integerValue).toBe(0, texts[i]);
  }
}

describe("integerStatus", () => {
  it("is exact", () => {
    expectInteger("0", 0);
    expectInteger("-0", 0);
    expectInteger("-0.000e7", 0);
    expectInteger("0e999999999999", 0);
    expectInteger("1700000000", 1700000000);
    expectInteger("9007199254740993", 9007199254740993);
    expectInteger("9007199254740993.0", 9007199254740993);
    expectInteger("18446744073709551615", u64.MAX_VALUE);
    expectInteger("18446744073709551615.999", u64.MAX_VALUE);
    expectInteger("1844674407370955161.5e1", u64.MAX_VALUE);
    expectInteger("0.00018446744073709551615e23", u64.MAX_VALUE);
    expectInteger("184467440737095516150000e-4", u64.MAX_VALUE);
  });

  it("cuts fractions and follows exponents", () => {
    expectInteger("1.9", 1);
    expectInteger("0.9999", 0);
    expectInteger("1e10", 10000000000);
    expectInteger("1E+3", 1000);
    expectInteger("1.5e3", 1500);
    expectInteger("1.2345e2", 123);
    expectInteger("12345e-2", 123);
    expectInteger("12345e-5", 0);
    expectInteger("12345e-6", 0);
    expectInteger("100e-2", 1);
    expectInteger("0.001e3", 1);
    expectInteger("1e-99999999999999999999", 0);
    expectInteger("0." + "0".repeat(1000) + "7e1001", 7);
    expectInteger("7" + "0".repeat(1000) + "e-1000", 7);
  });

  it("refuses what is no unsigned 64-bit integer", () => {
    expectStatus(
      [
        "-1",
        "-0.5",
        "-1e-400",
        "18446744073709551616",
        "18446744073709551620",
        "18446744073709551616e0",
        "99999999999999999999",
        "100000000000000000000",
        "1e20",
        "1e400",
        "1e99999999999999999999",
        "0.1e4294967298",
      ],
      IntegerStatus.OutOfRange,
    );
    expectStatus(['"1"', "null", "true", "[1]", '{"a":1}', '""'], IntegerStatus.NotNumber);
    expect(integerStatus(doc, -1)).toBe(IntegerStatus.NotNumber);
    expect(integerStatus(doc, 9)).toBe(IntegerStatus.NotNumber);
  });
});

describe("writeNumber", () => {
  it("keeps integers exact", () => {
    const cases: string[][] = [
      ["0", "0"],
      ["-0", "0"],
      ["-0.00", "0"],
      ["0e5", "0"],
      ["1", "1"],
      ["-1", "-1"],
      ["1.0", "1"],
      ["-1.50e1", "-15"],
      ["1e3", "1000"],
      ["100e-2", "1"],
      ["0.5e1", "5"],
      ["120", "120"],
      ["1.20e2", "120"],
      ["9007199254740993", "9007199254740993"],
      ["18446744073709551616", "18446744073709551616"],
      ["-123456789012345678901234567890", "-123456789012345678901234567890"],
      ["1.23456789e20", "123456789000000000000"],
      ["1e329", "1" + "0".repeat(329)],
      ["-1e329", "-1" + "0".repeat(329)],
      ["1e330", "none"],
      ["1e999999999999", "none"],
      ["1".repeat(330), "1".repeat(330)],
      ["1".repeat(331), "none"],
    ];
    for (let i = 0; i < cases.length; i++) expect(written(cases[i][0])).toBe(cases[i][1], cases[i][0]);
  });

  it("prints other numbers as C does", () => {
    // Right column: Python's "%.6f" % float(literal), which rounds correctly.
    const cases: string[][] = [
      ["1.5", "1.500000"],
      ["-1.5", "-1.500000"],
      ["0.1", "0.100000"],
      ["0.3", "0.300000"],
      ["2.5", "2.500000"],
      ["0.0078125", "0.007812"],
      ["0.0234375", "0.023438"],
      ["-0.0078125", "-0.007812"],
      ["0.0000005", "0.000000"],
      ["0.00000049999999999999999", "0.000000"],
      ["1.0000005", "1.000001"],
      ["0.9999994999999", "0.999999"],
      ["0.9999995", "1.000000"],
      ["0.9999999", "1.000000"],
      ["99999999.9999999", "100000000.000000"],
      ["999999999.9999999", "1000000000.000000"],
      ["9999999999999999.5", "10000000000000000.000000"],
      ["9007199254740992.5", "9007199254740992.000000"],
      ["9007199254740993.5", "9007199254740994.000000"],
      ["4503599627370497.5", "4503599627370498.000000"],
      ["4503599627370496.25", "4503599627370496.000000"],
      // Half way between two doubles but for a digit far behind.
      ["4503599627370496.5" + "0".repeat(100) + "1", "4503599627370497.000000"],
      ["12345678901234567890.5", "12345678901234567168.000000"],
      ["1e-1", "0.100000"],
      ["1e-6", "0.000001"],
      ["1.5e-6", "0.000002"],
      ["1e-7", "0.000000"],
      ["1e-8", "0.000000"],
      ["-1e-8", "-0.000000"],
      ["1e-400", "0.000000"],
      ["123456789.123456789e-3", "123456.789123"],
      ["1.7976931348623157e-10", "0.000000"],
      ["3.141592653589793238462643383279502884197", "3.141593"],
      [
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497791.5",
        "179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236903222948165808559332123348274797826204144723168738177180919299881250404026184124858368.000000",
      ],
    ];
    for (let i = 0; i < cases.length; i++) expect(written(cases[i][0])).toBe(cases[i][1], cases[i][0]);
  });

  it("does not write beyond its room", () => {
    const cases: string[] = ["0", "12345", "-12", "1.5", "-1.5", "1234567890.5", "-0.25", "1e300"];
    for (let i = 0; i < cases.length; i++) {
      const length = written(cases[i]).length;
      expect(written(cases[i], length).length).toBe(length, cases[i]);
      for (let n = 0; n < length; n++) expect(written(cases[i], n)).toBe("none", cases[i]);
    }
  });

  it("has no answer for other kinds and beyond the largest double", () => {
    const cases: string[] = ['"1"', "null", "true", "[1]", "{}"];
    for (let i = 0; i < cases.length; i++) expect(written(cases[i])).toBe("none", cases[i]);
    expect(written("9".repeat(330) + ".5")).toBe("none");
    // Half way between the largest double and 2^1024; the table above has the integer before it.
    const half =
      "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";
    expect(written(half + ".5")).toBe("none");
    expect(written(half + ".0")).toBe(half);
    expect(writeNumber(doc, 5, out, 512)).toBe(-1);
  });
});
