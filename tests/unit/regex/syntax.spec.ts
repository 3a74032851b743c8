// Expected values are from the syntax page of RE2 (github.com/google/re2/wiki/Syntax) and its testdata.
import { matches } from "./support";

/** Checks a pattern on strings, each preceded by + (must match) or - (must not). */
function check(pattern: string, subjects: string[]): void {
  for (let i = 0; i < subjects.length; i++) {
    const wanted = subjects[i].charAt(0) == "+";
    const subject = subjects[i].substring(1);
    expect(matches(pattern, subject)).toBe(wanted, pattern + " on " + subject);
  }
}

describe("literals and escapes", () => {
  it("takes characters as they are", () => {
    check("abc", ["+abc", "-ab", "-abcd", "-Abc"]);
    check("é漢😀", ["+é漢😀", "-é漢"]);
    check("]}-", ["+]}-"]);
    check("a{,2}", ["+a{,2}", "-aa"]);
    check("a{01}", ["+a{01}", "-a"]);
    check("x{", ["+x{"]);
  });

  it("knows C escapes, octal and hexadecimal", () => {
    check("\\a\\f\\t\\n\\r\\v", ["+\x07\f\t\n\r\v"]);
    check("\\101\\x41\\x{41}\\x{0000041}", ["+AAAA"]);
    check("\\0", ["+\0"]);
    check("\\012", ["+\n"]);
    check("\\x{1F600}\\x{10FFFF}", ["+😀\u{10FFFF}"]);
    check("\\.\\*\\\\\\_\\/", ["+.*\\_/"]);
  });

  it("takes what stands between \\Q and \\E as it is", () => {
    check("\\Qa.b*\\E+", ["+a.b*", "+a.b**", "-aab"]);
    check("\\Q\\\\E", ["+\\"]);
    check("a\\Q.(", ["+a.("]);
    check("a\\Q\\E*", ["+", "+aaa"]);
  });
});

describe("classes", () => {
  it("knows ranges, negation and a bracket that comes first", () => {
    check("[a-c]", ["+a", "+c", "-d", "-", "-aa"]);
    check("[^a-c]", ["+d", "+é", "+\n", "-b"]);
    check("[]a]", ["+]", "+a"]);
    check("[^]a]", ["+b", "-]"]);
    check("[a-]", ["+a", "+-", "-b"]);
    check("[-a]", ["+a", "+-"]);
    check("[a\\]\\-z]", ["+]", "+-", "-b"]);
    check("[à-ÿ漢]", ["+é", "+漢", "-e"]);
    check("[\\x{800}-\\x{10FFFF}]", ["+漢", "+😀", "-é"]);
    check("[^\\x00-\\x{10FFFF}]", ["-a", "-"]);
  });

  it("knows Perl and POSIX classes", () => {
    check("\\d\\D\\s\\S\\w\\W", ["+1a b_-", "-aa b_-"]);
    check("\\s", ["+\t", "+\f", "-\v", "-\u00a0"]);
    check("[[:space:]]", ["+\v"]);
    check("[[:alpha:][:digit:]_]+", ["+aZ09_", "-a-"]);
    check("[[:^alpha:]]", ["+1", "+é", "-a"]);
    check("[^[:xdigit:]]", ["+g", "-F"]);
    check("[\\d\\-x]+", ["+1-x"]);
    check("[^\\D]", ["+7", "-a"]);
  });

  it("knows general categories and scripts", () => {
    check("\\pL+", ["+aéß漢", "-a1"]);
    check("\\p{Lu}\\p{Ll}\\P{Lu}", ["+Aa1", "-aaa"]);
    check("\\p{^Lu}", ["+a", "-A"]);
    check("\\P{^Lu}", ["+A", "-a"]);
    check("\\p{Greek}+", ["+αΩ", "-a"]);
    check("[\\p{Han}\\p{Hiragana}]+", ["+漢字かな", "-カ"]);
    check("[^\\pN]", ["+a", "-٣"]);
    check("\\p{Any}", ["+a", "+\n"]);
  });
});

describe("groups and flags", () => {
  it("knows all kinds of groups", () => {
    check("(a)(?:b)(?P<x>c)(?<y_1>d)", ["+abcd"]);
    check("(?:ab|c(d|e))f", ["+abf", "+cdf", "+cef", "-cf"]);
    check("(|a)b", ["+b", "+ab"]);
    check("()", ["+", "-a"]);
  });

  it("limits flags to their group", () => {
    check("(?i)abc", ["+ABC", "+aBc"]);
    check("(?i:a)b", ["+Ab", "-AB"]);
    check("(a(?i)b)c", ["+aBc", "-ABc", "-aBC"]);
    check("(?i)a(?-i:b)c", ["+AbC", "-ABC"]);
    check("a.b", ["-a\nb"]);
    check("(?s)a.b", ["+a\nb"]);
    check("(?s-s:.)", ["-\n"]);
    check("(?imsU-imsU:a.)", ["+ab", "-A\n"]);
    check("(?U)a+", ["+aa"]);
  });

  it("folds case as Unicode does", () => {
    check("(?i)k", ["+K", "+\u212a"]);
    check("(?i)straße", ["+STRAẞE", "-STRASSE"]);
    check("(?i)σ", ["+Σ", "+ς"]);
    check("(?i)[^k]", ["-\u212a", "-K", "+j"]);
    check("(?i)\\w", ["+\u017f"]);
    check("(?i)\\W", ["-\u017f", "+-"]);
    check("(?i)[à-ö]", ["+É", "+é"]);
    check("(?i)\\p{Lu}", ["+a", "+A", "-1"]);
    check("(?i)i", ["-İ", "-ı"]);
  });
});

describe("repetition", () => {
  it("counts", () => {
    check("a*", ["+", "+aaa", "-b"]);
    check("a+", ["-", "+a", "+aaa"]);
    check("a?", ["+", "+a", "-aa"]);
    check("a{2}", ["-a", "+aa", "-aaa"]);
    check("a{2,}", ["-a", "+aa", "+aaaaa"]);
    check("a{2,4}", ["-a", "+aa", "+aaaa", "-aaaaa"]);
    check("a{0}", ["+", "-a"]);
    check("a{0,1}b{0,}", ["+", "+abb", "-aab"]);
    check("(ab){2}c", ["+ababc", "-abc"]);
    check("a*?b+?c??d{1,2}?", ["+bd", "+aabbcdd"]);
  });

  it("ends on empty content", () => {
    check("(a*)*", ["+", "+aaa", "-b"]);
    check("(|a)+", ["+", "+aaa"]);
    check("(?:){5}x", ["+x"]);
    check("(\\b)*a", ["+a"]);
    check("(^)*a", ["+a"]);
  });

  it("applies to the last item, over flags between", () => {
    check("ab*", ["+a", "+abb", "-abab"]);
    check("ab(?i)*", ["+abb"]);
  });
});

describe("assertions", () => {
  it("anchors to the text, or with (?m) to lines", () => {
    check("^a$", ["+a", "-a\n"]);
    check("a$\\n", ["-a\n"]);
    check("(?m)a$\\n^b", ["+a\nb"]);
    check("(?m)a^b", ["-ab"]);
    check("\\Aa\\z", ["+a"]);
    check("(?m)a\\n\\Ab", ["-a\nb"]);
    check("$^", ["+"]);
    check("(?:a|$^)*", ["+", "+aa"]);
  });

  it("finds word boundaries of ASCII words", () => {
    check("\\bfoo\\b bar", ["+foo bar"]);
    check("foo\\bbar", ["-foobar"]);
    check("foo\\Bbar", ["+foobar"]);
    check(".*\\bx\\b.*", ["+a x b", "+x", "+éx", "-ax", "-x_"]);
    check("\\B", ["+", "-a"]);
    check("\\b", ["-"]);
  });
});
