// The texts are those of RE2 (re2/testing/parse_test.cc, re2/regexp.cc); tests/wasm/regex.test.ts asks RE2 itself.
import { compileRegex, regexError } from "../../../assembly/regex/regex";
import { bytes, refusal } from "./support";

describe("refusals", () => {
  it("names the operator", () => {
    expect(refusal("*")).toBe("no argument for repetition operator: *");
    expect(refusal("a|*")).toBe("no argument for repetition operator: *");
    expect(refusal("(+)")).toBe("no argument for repetition operator: +");
    expect(refusal("a**")).toBe("bad repetition operator: **");
    expect(refusal("a++")).toBe("bad repetition operator: ++");
    expect(refusal("a*?+")).toBe("bad repetition operator: *?+");
    expect(refusal("a{2}{3}")).toBe("bad repetition operator: {2}{3}");
    expect(refusal("a{1001}")).toBe("invalid repetition size: {1001}");
    expect(refusal("a{2,1}")).toBe("invalid repetition size: {2,1}");
    expect(refusal("a{99999999999999999999}")).toBe("invalid repetition size: {99999999999999999999}");
    expect(refusal("((a{100}){10}){2}")).toBe("invalid repetition size: {2}");
  });

  it("has no look-around, back-references or Perl's other groups", () => {
    expect(refusal("(?=a)")).toBe("invalid perl operator: (?=");
    expect(refusal("(?!a)")).toBe("invalid perl operator: (?!");
    expect(refusal("(?<=a)")).toBe("invalid perl operator: (?<=");
    expect(refusal("(?<!a)")).toBe("invalid perl operator: (?<!");
    expect(refusal("(?>a)")).toBe("invalid perl operator: (?>");
    expect(refusal("(?#a)")).toBe("invalid perl operator: (?#");
    expect(refusal("(?i")).toBe("invalid perl operator: (?i");
    expect(refusal("(?i-)")).toBe("invalid perl operator: (?i-)");
    expect(refusal("(?z)")).toBe("invalid perl operator: (?z");
    expect(refusal("(a)\\1")).toBe("invalid escape sequence: \\1");
    expect(refusal("\\8")).toBe("invalid escape sequence: \\8");
    expect(refusal("\\Z")).toBe("invalid escape sequence: \\Z");
    expect(refusal("\\C")).toBe("invalid escape sequence: \\C");
    expect(refusal("\\é")).toBe("invalid escape sequence: \\é");
    expect(refusal("\\x{110000}")).toBe("invalid escape sequence: \\x{110000");
    expect(refusal("a\\")).toBe("trailing \\");
  });

  it("sees what is not closed or not opened", () => {
    expect(refusal("(a")).toBe("missing ): (a");
    expect(refusal("a)")).toBe("unexpected ): a)");
    expect(refusal("x[a")).toBe("missing ]: [a");
    expect(refusal("[]")).toBe("missing ]: []");
    expect(refusal("[[:alpha:")).toBe("missing ]: [[:alpha:");
  });

  it("knows its classes and names", () => {
    expect(refusal("[z-a]")).toBe("invalid character class range: z-a");
    expect(refusal("[[:foo:]]")).toBe("invalid character class range: [:foo:]");
    expect(refusal("[a-\\d]")).toBe("invalid escape sequence: \\d");
    expect(refusal("\\pX")).toBe("invalid character class range: \\pX");
    expect(refusal("\\p{Grek}")).toBe("invalid character class range: \\p{Grek}");
    expect(refusal("\\p{Lu")).toBe("invalid character class range: \\p{Lu");
    expect(refusal("\\p{Cn}")).toBe("invalid character class range: \\p{Cn}");
    expect(refusal("(?P<n")).toBe("invalid named capture group: (?P<n");
    expect(refusal("(?P<>a)")).toBe("invalid named capture group: (?P<>");
    expect(refusal("(?<a-b>a)")).toBe("invalid named capture group: (?<a-b>");
    expect(refusal("(?P<n>a)(?P<n>b)")).toBe("invalid named capture group: n");
  });

  it("bounds length, depth and size, and stays usable", () => {
    expect(refusal("a".repeat(4096))).toBe("");
    expect(refusal("a".repeat(4097))).toBe("pattern too large - more than 4096 bytes");
    expect(refusal("(".repeat(200) + ")".repeat(200))).toBe("");
    expect(refusal("(".repeat(201) + ")".repeat(201))).toBe("expression nests too deeply");
    expect(refusal("(".repeat(4096))).toBe("expression nests too deeply");
    expect(refusal(".{1,1000}")).toBe("");
    expect(refusal("\\pL{1000}")).toBe("pattern too large - compile failed");
    expect(refusal("(?:\\pL{100}|a){10}b*c{1,9}")).toBe("pattern too large - compile failed");
    expect(refusal("(?:(?:a?){100}){10}".repeat(40))).toBe("pattern too large - compile failed");
    expect(refusal("[\\pL\\pN]".repeat(100))).toBe("pattern too large - compile failed");
    expect(refusal("a")).toBe("");
  });

  it("refuses a pattern that is not UTF-8", () => {
    const broken: string[] = ["ff", "c3", "c0af", "eda080", "f4908080", "61e282", "80"];
    for (let i = 0; i < broken.length; i++) {
      const pattern = bytes(broken[i]);
      expect(compileRegex(changetype<usize>(pattern), pattern.byteLength) === null).toBe(true, broken[i]);
      expect(regexError()).toBe("invalid UTF-8");
    }
  });
});
