import { expect, test } from "vitest";
import { deliveryTo, filterMetadata } from "./filter.js";

const FILE = { path: "/ours.wasm", sha256: "ab".repeat(32) };
const OURS = { path: FILE.path, program: { sha256: FILE.sha256, bytes: Buffer.from("ours") } };

function node(metadata: Readonly<Record<string, string>>) {
  const fields = Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, { stringValue: text }]));
  return { id: "ns/http", metadata: { fields } };
}

test("an Envoy that says nothing has the controller's file", () => {
  for (const said of [{ id: "ns/http" }, node({ other: "x" }), null])
    expect(deliveryTo(said, OURS)).toEqual({ code: { path: "/ours.wasm" } });
});

test("an Envoy with the same filter has it where it says", () => {
  const theirs = node(filterMetadata({ ...FILE, path: "/theirs.wasm" }));
  expect(deliveryTo(theirs, OURS)).toEqual({ code: { path: "/theirs.wasm" } });
});

test("with another filter it is sent ours, and both are named", () => {
  const theirs = node(filterMetadata({ path: "/theirs.wasm", sha256: "cd".repeat(32) }));
  expect(deliveryTo(theirs, OURS)).toEqual({
    code: { bytes: OURS.program.bytes },
    reason: "its image has filter cdcdcdcdcdcd, and this controller abababababab",
  });
  expect(deliveryTo(theirs, { path: OURS.path })).toEqual({ code: { path: "/theirs.wasm" } });
});

test.each([
  { path: "relative.wasm" },
  { path: "" },
  { path: `/${"x".repeat(4096)}` },
  { path: "/a\0b" },
  { sha256: "" },
  { sha256: "AB".repeat(32) },
  { sha256: `${"ab".repeat(32)}\n` },
])("half a statement is none: %j", (part) => {
  expect(deliveryTo(node(filterMetadata({ ...FILE, ...part })), OURS)).toMatchObject({
    code: { bytes: OURS.program.bytes },
    reason: expect.stringContaining("its node.metadata has no "),
  });
});
