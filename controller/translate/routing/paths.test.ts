import { describe, expect, test } from "vitest";
import { exactPath, normalisePath, pathProblem, prefixPath, safePathPrefix } from "./paths.js";

describe("pathProblem", () => {
  test.each([
    "/",
    "/a",
    "/a/",
    "/a.b/~u/-_",
    "/users/@me",
    "/a:b=c,d",
    "/caf%C3%A9",
    "/a%20b",
    "/a...b",
    "/.well-known/x",
  ])("%s can match", (path) => expect(pathProblem(path)).toBeUndefined());
  test.each([
    "",
    "a",
    "/a//b",
    "/a/./b",
    "/a/../b",
    "/..",
    "/.",
    "/a;b",
    "/a%2Fb",
    "/a%2fb",
    "/a%5Cb",
    "/a%00",
    "/%61",
    "/%7Eu",
    "/a?b",
    "/a#b",
    "/é",
    "/a b",
    "/%zz",
  ])("%j can not", (path) => expect(pathProblem(path)).toBeTypeOf("string"));
});

describe("literal matchers", () => {
  test("plain paths stay plain", () => {
    expect(exactPath("/a/b.c-d_e~f")).toEqual({ path: "/a/b.c-d_e~f" });
    expect(exactPath("/a/")).toEqual({ path: "/a/" });
    expect(prefixPath("/a/b/")).toEqual({ pathSeparatedPrefix: "/a/b" });
    expect(prefixPath("/")).toEqual({ prefix: "/" });
  });

  // RFC 3986 §2.1: hex digits are equivalent in either case; backends decode reserved characters too.
  test.each([
    ["/users/@me", ["/users/@me", "/users/%40me"], ["/users/x", "/users/@me/x"]],
    ["/caf%C3%A9", ["/caf%C3%A9", "/caf%c3%a9", "/caf%C3%a9"], ["/caf%C3", "/cafC3A9"]],
    ["/a%40b(c)", ["/a@b(c)", "/a%40b%28c%29"], ["/a@bc"]],
    ["/a%3Bb", ["/a%3Bb", "/a%3bb"], ["/a;b"]],
    ["/a.b@", ["/a.b@"], ["/axb@"]],
  ])("%s matches every spelling", (value, matching, others) => {
    const { regex } = exactPath(value)["safeRegex"] as { regex: string };
    for (const path of matching) expect(path).toMatch(new RegExp(`^(?:${regex})$`));
    for (const path of others) expect(path).not.toMatch(new RegExp(`^(?:${regex})$`));
  });

  test("a prefix with several spellings still ends at a segment", () => {
    const { regex } = prefixPath("/users/@me/")["safeRegex"] as { regex: string };
    for (const path of ["/users/@me", "/users/%40me/", "/users/@me/x"])
      expect(path).toMatch(new RegExp(`^(?:${regex})$`));
    expect("/users/@meow").not.toMatch(new RegExp(`^(?:${regex})$`));
  });
});

test.each([
  ["admin", "/admin"],
  ["/a//b", "/a/b"],
  ["/a/./b/", "/a/b/"],
  ["/a/../b", "/b"],
  ["/a/..", "/"],
  ["/..", "/"],
  ["/%61%2Db", "/a-b"],
  ["", "/"],
])("normalisePath(%j) is %j", (path, expected) => expect(normalisePath(path)).toBe(expected));

test.each([
  ["/a;b", "/a"],
  ["", "/"],
  ["//", "/"],
  ["/a/.x", "/a"],
  ["/a.b", "/a.b"],
  ["/é", "/"],
])("safePathPrefix(%j) is %j", (path, expected) => expect(safePathPrefix(path)).toBe(expected));
