import { describe, expect, test } from "vitest";
import type { HTTPRouteMatch } from "../../api/types.js";
import { parseMatch } from "./matches.js";

const parse = (match: unknown) => parseMatch(match as HTTPRouteMatch, 0, "m");

describe("matches", () => {
  test.each<[string, unknown, unknown]>([
    ["nothing", {}, { prefix: "/" }],
    ["an empty path", { path: {} }, { prefix: "/" }],
    ["exact", { path: { type: "Exact", value: "/a/" } }, { path: "/a/" }],
    ["prefix by default", { path: { value: "/a/" } }, { pathSeparatedPrefix: "/a" }],
    [
      "regular expression",
      { path: { type: "RegularExpression", value: "/a/[0-9]+" } },
      { safeRegex: { regex: "/a/[0-9]+" } },
    ],
    ["method", { method: "GET" }, { prefix: "/", headers: [{ name: ":method", stringMatch: { exact: "GET" } }] }],
    [
      "headers: lower case, the first of a name",
      {
        headers: [
          { name: "X-A", value: "1" },
          { name: "x-a", value: "2" },
          { type: "RegularExpression", name: "b", value: "c+" },
        ],
      },
      {
        prefix: "/",
        headers: [
          { name: "x-a", stringMatch: { exact: "1" } },
          { name: "b", stringMatch: { safeRegex: { regex: "c+" } } },
        ],
      },
    ],
    [
      "query parameters: case matters, the first of a name",
      {
        queryParams: [
          { name: "q", value: "1" },
          { name: "Q", value: "2" },
          { name: "q", value: "3" },
        ],
      },
      {
        prefix: "/",
        queryParameters: [
          { name: "q", stringMatch: { exact: "1" } },
          { name: "Q", stringMatch: { exact: "2" } },
        ],
      },
    ],
  ])("%s", (_, match, envoy) => {
    const { match: parsed, refusals } = parse(match);
    expect(refusals).toEqual([]);
    expect(parsed.form.envoy).toEqual(envoy);
  });

  test("only a bare / is unconditional", () => {
    expect(parse({}).match.form.unconditional).toBe(true);
    for (const match of [
      { method: "GET" },
      { path: { value: "/a" } },
      { path: { type: "Exact", value: "/" } },
      { path: { type: "RegularExpression", value: ".*" } },
    ])
      expect(parse(match).match.form.unconditional).toBe(false);
  });
});

describe("what can not be expressed is refused and widened", () => {
  test.each<[string, unknown, string, unknown]>([
    [
      "bad regex below a prefix",
      { path: { type: "RegularExpression", value: "/a/(" } },
      "m.path.value",
      { prefix: "/a/" },
    ],
    ["unknown path type", { path: { type: "Glob", value: "/a/*" } }, "m.path.type", { prefix: "/a" }],
    ["merged slashes", { path: { value: "/a//b" } }, "m.path.value", { pathSeparatedPrefix: "/a/b" }],
    ["no slash", { path: { type: "Exact", value: "a" } }, "m.path.value", { path: "/a" }],
    ["query in a path", { path: { value: "/a?b" } }, "m.path.value", { prefix: "/a" }],
    [
      "bad header regex",
      { headers: [{ type: "RegularExpression", name: "a", value: "(" }] },
      "m.headers[0].value",
      { prefix: "/", headers: [{ name: "a", presentMatch: true }] },
    ],
    ["header name", { headers: [{ name: ":path", value: "/" }] }, "m.headers[0].name", { prefix: "/" }],
    [
      "underscore",
      { headers: [{ name: "x_a", value: "b" }] },
      "m.headers[0].name",
      { prefix: "/", headers: [{ name: "x_a", stringMatch: { exact: "b" } }] },
    ],
    [
      "host",
      { headers: [{ name: "Host", value: "b" }] },
      "m.headers[0].name",
      { prefix: "/", headers: [{ name: "host", stringMatch: { exact: "b" } }] },
    ],
    [
      "bad parameter regex",
      { queryParams: [{ type: "RegularExpression", name: "a", value: "(?=" }] },
      "m.queryParams[0].value",
      { prefix: "/", queryParameters: [{ name: "a", presentMatch: true }] },
    ],
    [
      "CONNECT",
      { method: "CONNECT" },
      "m.method",
      { prefix: "/", headers: [{ name: ":method", stringMatch: { exact: "CONNECT" } }] },
    ],
    ["unknown field", { path: { value: "/a" }, cookies: [] }, "m.cookies", { pathSeparatedPrefix: "/a" }],
    [
      "unknown field of a header",
      { headers: [{ name: "a", value: "b", invert: true }] },
      "m.headers[0].invert",
      { prefix: "/", headers: [{ name: "a", stringMatch: { exact: "b" } }] },
    ],
  ])("%s", (_, match, field, envoy) => {
    const { match: parsed, refusals, closesRoute } = parse(match);
    expect(refusals.map((refusal) => refusal.field)).toEqual([field]);
    expect(parsed.form.envoy).toEqual(envoy);
    expect(closesRoute).toBe(false);
  });

  test.each([".*(", "(", "/(", "/a|/b("])("regex %s names no prefix: the whole route, behind all others", (value) => {
    const { match, closesRoute, refusals } = parse({ path: { type: "RegularExpression", value } });
    expect(refusals).toHaveLength(1);
    expect(closesRoute).toBe(true);
    expect(match.form).toMatchObject({ envoy: { prefix: "/" }, rank: { type: "PathPrefix", length: 0 } });
  });

  test("the closed form has no expression of the author's", () => {
    const { match } = parse({
      path: { type: "RegularExpression", value: "/a/.*" },
      headers: [
        { type: "RegularExpression", name: "h", value: ".+" },
        { name: "i", value: "1" },
      ],
      queryParams: [{ type: "RegularExpression", name: "q", value: ".+" }],
      method: "GET",
    });
    expect(match.closed.envoy).toEqual({
      prefix: "/a/",
      headers: [
        { name: "h", presentMatch: true },
        { name: "i", stringMatch: { exact: "1" } },
        { name: ":method", stringMatch: { exact: "GET" } },
      ],
      queryParameters: [{ name: "q", presentMatch: true }],
    });
  });
});
