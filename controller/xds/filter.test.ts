import { expect, test } from "vitest";
import { filterMetadata, filterOf } from "./filter.js";

const OURS = { path: "/ours.wasm", sha256: "ab".repeat(32) };

function node(metadata: Readonly<Record<string, string>>) {
  const fields = Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, { stringValue: text }]));
  return { id: "ns/http", metadata: { fields } };
}

test("an Envoy that says nothing has the controller's file", () => {
  expect(filterOf({ id: "ns/http" }, OURS)).toEqual({ path: "/ours.wasm" });
  expect(filterOf(node({ other: "x" }), OURS)).toEqual({ path: "/ours.wasm" });
  expect(filterOf(null, OURS)).toEqual({ path: "/ours.wasm" });
});

test("an Envoy with the same filter has it where it says", () => {
  expect(filterOf(node(filterMetadata({ ...OURS, path: "/theirs.wasm" })), OURS)).toEqual({ path: "/theirs.wasm" });
});

test("another filter is a problem, which names both", () => {
  const theirs = node(filterMetadata({ path: "/theirs.wasm", sha256: "cd".repeat(32) }));
  expect(filterOf(theirs, OURS)).toEqual({
    problem: "it has filter cdcdcdcdcdcd, and this controller abababababab: give both the same version",
  });
  expect(filterOf(theirs, { path: OURS.path })).toEqual({ path: "/theirs.wasm" });
});

test.each([
  { path: "relative.wasm" },
  { path: "" },
  { path: `/${"x".repeat(4096)}` },
  { path: "/a\0b" },
  { sha256: "" },
  { sha256: "AB".repeat(32) },
  { sha256: `${"ab".repeat(32)}\n` },
])("half a statement is a problem: %j", (part) => {
  expect(filterOf(node(filterMetadata({ ...OURS, ...part })), OURS)).toHaveProperty("problem");
});
