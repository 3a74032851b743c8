import { Regex, compileRegex } from "../../../assembly/regex/regex";
import { bytes, cost, matches, matchesBytes } from "./support";

// Unicode Standard, table 3-7: truncated, overlong, surrogates, above U+10FFFF, stray continuation, never valid.
const BROKEN: string[] = [
  "c3",
  "e282",
  "f09f98",
  "c0af",
  "c1bf",
  "e080af",
  "f08080af",
  "eda080",
  "edbfbf",
  "f4908080",
  "80",
  "fe",
  "ff",
  "f5808080",
];
const COSTLY: string[] = ["(a|a)*b", "(a*)*b", "(a?){20}a{20}", "(x+x+)+y", "(a+)+b", "(?:.*a){5}b", "(a|aa)+$b"];

describe("whole-string matching", () => {
  it("never accepts a part", () => {
    expect(matches("de.", "dev")).toBe(true);
    expect(matches("de.", "deve")).toBe(false);
    expect(matches("de.", "adev")).toBe(false);
    expect(matches("dev[0-1]@solo\\.io", "dev0@solo.io")).toBe(true);
    expect(matches("dev[0-1]@solo\\.io", "dev2@solo.io")).toBe(false);
    expect(matches("dev[0-1]@solo\\.io", "dev0@soloxio")).toBe(false);
    expect(matches("dev[0-1]@solo\\.io", "dev0@solo.io.evil.example")).toBe(false);
    expect(matches("a|b", "ab")).toBe(false);
  });

  it("tries every alternative, not just the first that fits", () => {
    expect(matches("^(a|ab)$", "ab")).toBe(true);
    expect(matches("a|ab|abc", "abc")).toBe(true);
    expect(matches("(a|ab)(c|bcd)(d*)", "abcd")).toBe(true);
    expect(matches("a*?", "aaa")).toBe(true);
  });

  it("matches the empty string with the empty pattern", () => {
    expect(matches("", "")).toBe(true);
    expect(matches("", "a")).toBe(false);
    expect(matches("", "\0")).toBe(false);
    expect(matches("|a", "")).toBe(true);
  });

  it("sees bytes behind a NUL", () => {
    expect(matches("admin", "admin\0")).toBe(false);
    expect(matches("a.b", "a\0b")).toBe(true);
  });
});

describe("subjects that are not UTF-8", () => {
  it("match nothing, not even what means anything", () => {
    const patterns: string[] = [".*", "(?s).*", "[^a]*", "\\W*", "\\PL*", "\\p{Any}*", "(?i)[^k]*"];
    for (let p = 0; p < patterns.length; p++) {
      for (let i = 0; i < BROKEN.length; i++) {
        expect(matchesBytes(patterns[p], bytes(BROKEN[i]))).toBe(false, patterns[p] + " on " + BROKEN[i]);
        expect(matchesBytes(patterns[p], bytes("2d" + BROKEN[i] + "2d"))).toBe(
          false,
          patterns[p] + " around " + BROKEN[i],
        );
      }
      expect(matchesBytes(patterns[p], bytes("2dc3b72d"))).toBe(true, patterns[p]);
    }
  });

  it("takes the edges of each length", () => {
    const edges: string[] = ["7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080", "f48fbfbf"];
    for (let i = 0; i < edges.length; i++) expect(matchesBytes(".", bytes(edges[i]))).toBe(true, edges[i]);
  });
});

describe("cost", () => {
  it("grows no faster than the subject", () => {
    for (let i = 0; i < COSTLY.length; i++) {
      const fill = COSTLY[i].includes("x") ? "x" : "a";
      const short = cost(COSTLY[i], fill.repeat(1000));
      const long = cost(COSTLY[i], fill.repeat(10000));
      expect(<f64>long).toBeLessThan(<f64>(short * 11 + 1000), COSTLY[i]);
    }
  });

  it("is the size of the program for a byte at most", () => {
    expect(<f64>cost("(a?){20}a{20}", "a".repeat(40))).toBeLessThan(41 * 2 * 61);
    expect(matches("(a?){20}a{20}", "a".repeat(40))).toBe(true);
    expect(matches("(a?){20}a{20}", "a".repeat(41))).toBe(false);
  });

  it("is no recursion: 100 000 bytes", () => {
    expect(matches("(?:a*)*(?:b|c)*", "a".repeat(100000))).toBe(true);
    expect(matches("(a*)*b", "a".repeat(100000))).toBe(false);
  });
});

describe("many expressions at once", () => {
  it("keep apart what they share memory for", () => {
    const all: Regex[] = [];
    for (let i = 0; i < 500; i++) {
      // Every tenth is too large for a table and simulates.
      const pattern = String.UTF8.encode("user-" + i.toString() + (i % 10 == 0 ? "\\pL{0,9}" : "x?"));
      all.push(compileRegex(changetype<usize>(pattern), pattern.byteLength)!);
    }
    let wrong = 0;
    for (let i = 0; i < 500; i++) {
      const subject = String.UTF8.encode("user-" + i.toString());
      for (let k = 0; k < 500; k += 7) {
        const got = all[k].matches(changetype<usize>(subject), subject.byteLength);
        if (got != (k == i)) wrong++;
      }
    }
    expect(wrong).toBe(0);
    expect(all[1].isTable).toBe(true);
    expect(all[10].isTable).toBe(false);
    expect(all[1].size).toBeLessThan(1024);
  });

  it("match without allocating from the second time on", () => {
    const pattern = String.UTF8.encode("[a-z]+@(?:.*\\.)?example\\.com");
    const compiled = compileRegex(changetype<usize>(pattern), pattern.byteLength)!;
    const subject = String.UTF8.encode("someone@a.b.example.com");
    const before = memory.size();
    let accepted = <i32>compiled.matches(changetype<usize>(subject), subject.byteLength);
    const probe = heap.alloc(16);
    heap.free(probe);
    for (let i = 1; i < 10000; i++) accepted += <i32>compiled.matches(changetype<usize>(subject), subject.byteLength);
    const again = heap.alloc(16);
    heap.free(again);
    expect(accepted).toBe(10000);
    expect(memory.size()).toBe(before);
    expect(again).toBe(probe);
  });
});
