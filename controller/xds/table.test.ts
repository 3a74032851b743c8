import { expect, test } from "vitest";
import { encodeResource } from "./encode.js";
import { lookupType } from "./protos.js";
import { encodeTable } from "./table.js";
import { ROUTE } from "./types.js";

const host = (name: string, prefix = "/", status = 404) => ({
  name,
  domains: [name],
  routes: [{ name: `r#${"h".repeat(200)}`, match: { prefix }, directResponse: { status } }],
});
const table = (...virtualHosts: object[]) => ({
  name: "t",
  virtualHosts,
  ignorePortInHostMatching: true,
  validateClusters: false,
});

function decoded(bytes: Uint8Array): object {
  const type = lookupType("envoy.config.route.v3.RouteConfiguration");
  return type.toObject(type.decode(bytes), { defaults: true });
}

test.each([
  ["none", table()],
  ["one", table(host("a"))],
  ["some, in order", table(host("b"), host("a"), host("c", "/x".repeat(9000)))],
])("%s: the same message as encoded at once", (_, resource) => {
  const { type_url, value } = encodeTable(resource, "t");
  expect(type_url).toBe(ROUTE);
  expect(decoded(value)).toEqual(decoded(encodeResource(ROUTE, resource).value));
  expect(encodeTable(resource, "t").value).toEqual(value);
});

test("a virtual host that changed is encoded anew", () => {
  const before = encodeTable(table(host("a"), host("b")), "t").value;
  const after = encodeTable(table(host("a"), host("b", "/", 500)), "t").value;
  expect(after).not.toEqual(before);
  expect(decoded(after)).toEqual(decoded(encodeResource(ROUTE, table(host("a"), host("b", "/", 500))).value));
});

test("what does not fit is named with its place in the table", () => {
  const bad = { ...host("b"), domain: ["b"] };
  expect(() => encodeTable(table(host("a"), bad), "t")).toThrow(/^t\.virtualHosts\[1\]\.domain: unknown field/);
});
