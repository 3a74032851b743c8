import { describe, expect, test } from "vitest";
import { literalPrefix, regexProblem, requiredPrefix } from "./regex.js";

// Each verdict was seen from Envoy 1.40.0 (`envoy --mode validate`, with ENVOY_RE2_RUNTIME).
describe("regexProblem agrees with Envoy", () => {
  test.each([
    "/a.*",
    "(abc|def){50}",
    "\\Qa.b\\E",
    "\\pN",
    "\\p{Greek}",
    "[[:word:]]",
    "(?P<n>a)",
    "(?<n>a)",
    "(?i)a",
    "a{,5}",
    "\\z",
    "\\x{ff}",
  ])("takes %s", (pattern) => expect(regexProblem(pattern)).toBeUndefined());

  test.each([
    "",
    "((a{100}){100}){10}",
    "x{1001}",
    "(?=a)",
    "a**",
    "\\1",
    "\\Z",
    "[a",
    "\\x{10FFFF}",
    "[a-\\d]",
    "a|*",
    "\\pX",
  ])("refuses %j", (pattern) => expect(regexProblem(pattern)).toBeTypeOf("string"));

  test("refuses what would take Envoy long to compile, and bytes it would read as others", () => {
    expect(regexProblem("(abc|def){1000}")).toBe("a regular expression that is too large");
    expect(regexProblem("a".repeat(5000))).toContain("more than 4096");
    expect(regexProblem("caf[é]")).toContain("ASCII");
    expect(regexProblem("a\nb")).toContain("ASCII");
  });
});

test.each([
  ["/admin/(?=x).*", "/admin/"],
  ["^/admin/[", "/admin/"],
  ["/admins?/(", "/admin"],
  ["/admin{", "/admi"],
  ["/a|/b(", ""],
  ["(?i)/admin(?!", ""],
  [".*(?!x)", ""],
  ["/a\\.b(", "/a"],
])("literalPrefix(%j) is %j", (pattern, expected) => expect(literalPrefix(pattern)).toBe(expected));

test.each([
  ["/api/(v1|v2)/.*", "/api/"],
  ["/a(?:b|(c|d)|e)|/b", ""],
  ["/a|/b", ""],
  ["/a[|)]x", "/a"],
  ["/a[)](b)|/c", ""],
  ["/a[^])](b|c)", "/a"],
  ["/a[[:alpha:])](b|c)", "/a"],
  ["/a\\)(b|c)", "/a"],
  ["/a\\(b|c", ""],
  ["/a\\|b", "/a"],
  ["/a\\Q(\\E|/b", ""],
  ["/users/(?:%40|@)me(?:/.*)?", "/users/"],
])("requiredPrefix(%j) is %j", (pattern, expected) => {
  expect(regexProblem(pattern)).toBeUndefined();
  expect(requiredPrefix(pattern)).toBe(expected);
});
