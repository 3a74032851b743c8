import { describe, expect, test } from "vitest";
import { GATEWAY, render, route, routeNames, topologyOf } from "../../../tests/support/routing.js";

/** Names of the routes "NAME/RULE/MATCH" in the order Envoy tries them. */
function order(...routes: string[]): string[] {
  const names = routeNames(render(topologyOf(GATEWAY + routes.join(""))));
  return names.map((name) => name.replace("default/", ""));
}

const rule = (match: string) => `{ matches: [${match}] }`;
const one = (name: string, match: string, metadata = "") => route(name, `rules: [${rule(match)}]`, metadata);

describe("precedence (Gateway API, HTTPRouteRule.matches)", () => {
  // Each pair: the first wins although its name is later in the alphabet.
  test.each([
    ["exact before prefix", "{ path: { type: Exact, value: /a } }", "{ path: { value: /a/long/path } }"],
    [
      "exact before regular expression",
      "{ path: { type: Exact, value: /a } }",
      "{ path: { type: RegularExpression, value: /a.* } }",
    ],
    [
      "regular expression before prefix",
      "{ path: { type: RegularExpression, value: .* } }",
      "{ path: { value: /a/long/path } }",
    ],
    ["longer prefix", "{ path: { value: /ab } }", "{ path: { value: /a } }"],
    ["longer prefix before method", "{ path: { value: /ab } }", "{ path: { value: /a }, method: GET }"],
    [
      "longer prefix before any number of headers",
      "{ path: { value: /ab } }",
      "{ path: { value: /a }, headers: [{ name: a, value: b }, { name: c, value: d }] }",
    ],
    ["method", "{ path: { value: /a }, method: GET }", "{ path: { value: /a } }"],
    [
      "method before headers",
      "{ path: { value: /a }, method: GET }",
      "{ path: { value: /a }, headers: [{ name: a, value: b }] }",
    ],
    [
      "more headers",
      "{ path: { value: /a }, headers: [{ name: a, value: b }, { name: c, value: d }] }",
      "{ path: { value: /a }, headers: [{ name: a, value: b }] }",
    ],
    [
      "headers before query parameters",
      "{ path: { value: /a }, headers: [{ name: a, value: b }] }",
      "{ path: { value: /a }, queryParams: [{ name: a, value: b }, { name: c, value: d }] }",
    ],
    [
      "more query parameters",
      "{ path: { value: /a }, queryParams: [{ name: a, value: b }] }",
      "{ path: { value: /a } }",
    ],
    [
      "a header named twice counts once",
      "{ path: { value: /a }, headers: [{ name: a, value: b }, { name: c, value: d }] }",
      "{ path: { value: /a }, headers: [{ name: a, value: b }, { name: A, value: c }] }",
    ],
  ])("%s", (_, winner, loser) => {
    expect(order(one("a", loser), one("b", winner))).toEqual(["b/0/0", "a/0/0", "claimgate/not-found"]);
    expect(order(one("b", winner), one("a", loser))).toEqual(["b/0/0", "a/0/0", "claimgate/not-found"]);
  });

  test("a trailing slash does not count", () => {
    expect(order(one("a", "{ path: { value: /ab } }"), one("b", "{ path: { value: /ab/ } }"))[0]).toBe("a/0/0");
  });

  test("ties: the older, then namespace/name, then the order of rules and matches", () => {
    const match = "{ path: { value: /a } }";
    const at = (time: string) => `creationTimestamp: "${time}"`;
    expect(
      order(
        one("a", match),
        one("b", match, at("2026-02-01T00:00:00Z")),
        one("c", match, at("2025-12-31T23:59:59Z")),
        one("d", match, at("2025-12-31T23:59:59Z")),
        one("z", match, `namespace: aaa, ${at("2025-12-31T23:59:59Z")}`),
      ).slice(0, 5),
    ).toEqual(["aaa/z/0/0", "c/0/0", "d/0/0", "b/0/0", "a/0/0"]);
    expect(order(route("a", `rules: [${rule(`${match}, ${match}`)}, ${rule(match)}]`)).slice(0, 3)).toEqual([
      "a/0/0",
      "a/0/1",
      "a/1/0",
    ]);
  });

  // HTTPRouteRule.matches: "a request to /foo that has both ... " - the documentation's example of two ORed matches.
  test("the specification's example", () => {
    expect(
      order(
        route(
          "example",
          `rules: [{ matches: [{ path: { value: /foo }, headers: [{ name: version, value: v2 }] }, { path: { value: /v2/foo } }] }]`,
        ),
      ),
    ).toEqual(["example/0/1", "example/0/0", "claimgate/not-found"]);
  });
});
