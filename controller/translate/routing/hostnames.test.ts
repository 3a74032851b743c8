import { describe, expect, test } from "vitest";
import { covering, covers, intersect, parseHostname } from "./hostnames.js";

describe("covers and intersect (Gateway API, HTTPRouteSpec.hostnames)", () => {
  // The examples of the specification's text, and its wildcard rule: one or more labels.
  test.each([
    ["test.example.com", "*.example.com", "test.example.com"],
    ["test.example.com", "test.example.com", "test.example.com"],
    ["test.example.com", "test.example.net", undefined],
    ["test.example.com", "*.example.net", undefined],
    ["*.example.com", "foo.test.example.com", "foo.test.example.com"],
    ["*.example.com", "example.com", undefined],
    ["*.example.com", "*.example.com", "*.example.com"],
    ["*.example.com", "*.test.example.com", "*.test.example.com"],
    ["*.example.com", "*.com", "*.example.com"],
    ["*.example.com", "badexample.com", undefined],
    ["*.example.com", "*.example.net", undefined],
    ["*", "a.example.com", "a.example.com"],
    ["*", "*.example.com", "*.example.com"],
    ["*", "*", "*"],
  ])("%s and %s meet in %s", (a, b, expected) => {
    expect(intersect(a, b)).toBe(expected);
    expect(intersect(b, a)).toBe(expected);
  });

  test("a wildcard never covers its bare suffix", () => {
    expect(covers("*.example.com", ".example.com")).toBe(false);
    expect(covers("*.example.com", "example.com")).toBe(false);
    expect(covers("a.example.com", "*.example.com")).toBe(false);
  });
});

test("covering lists from most to least specific", () => {
  expect(covering("a.b.c")).toEqual(["a.b.c", "*.b.c", "*.c", "*"]);
  expect(covering("*.b.c")).toEqual(["*.b.c", "*.c", "*"]);
  expect(covering("*")).toEqual(["*"]);
});

describe("parseHostname", () => {
  test.each([
    ["A.Example.COM", "a.example.com"],
    ["*.example.com", "*.example.com"],
    ["localhost", "localhost"],
  ])("%s is %s", (text, expected) => expect(parseHostname(text)).toBe(expected));

  test.each(["", "*", "*a.com", "a.*.com", "a.com:80", "a..b", "-a", "a_b", "a.com.", "[::1]", "a b", "é.com", "*."])(
    "%j is none",
    (text) => expect(parseHostname(text)).toBeUndefined(),
  );
});
