import { describe, expect, it } from "vitest";
import { ManifestError, parseManifests } from "./parse.js";

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n";

function failure(name: string, text: string): string {
  try {
    parseManifests(name, text);
  } catch (error) {
    if (error instanceof ManifestError) return `${error.line}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("parseManifests", () => {
  it("finds every document and where it begins", () => {
    const text = `# a comment\n---\n${CONFIG_MAP}---\n# nothing\n---\napiVersion: v1\nkind: Pod\n...\n---\n${CONFIG_MAP.replace("name: m", "name: other")}`;
    const { resources, documents } = parseManifests("a/b.yaml", text);
    expect(resources.map(({ object, origin }) => [object.metadata, origin])).toEqual([
      [{ name: "m", namespace: "default", generation: 1 }, "a/b.yaml:3"],
      [{ name: "other", namespace: "default", generation: 1 }, "a/b.yaml:14"],
    ]);
    expect(documents.length).toBe(3);
  });

  it("expands lists, even lists of lists", () => {
    const item = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" } };
    const inner = { apiVersion: "v1", kind: "List", items: [item] };
    const json = JSON.stringify({ apiVersion: "v1", kind: "List", metadata: {}, items: [item, inner] }, null, "\t");
    const { resources } = parseManifests("l.json", json);
    expect(resources.map(({ origin }) => origin)).toEqual(["l.json:6", "l.json:17"]);
  });

  it("reads values as kubectl does", () => {
    const data = "data:\n  a: yes\n  b: 'yes'\n  c: on\n  d: north\n  e: 2024-01-01\n";
    const [resource] = parseManifests("v.yaml", CONFIG_MAP + data).resources;
    expect(resource!.object).toMatchObject({ data: { a: true, b: "yes", c: true, d: "north", e: "2024-01-01" } });
    expect(resource!.findings.map(({ path }) => path)).toEqual(["data.a", "data.c"]);
    const merged = parseManifests("m.yaml", `${CONFIG_MAP}data:\n  <<: &d {a: b}\n  c: d\nbinaryData: *d\n`)
      .resources[0];
    expect(merged!.object).toMatchObject({ data: { a: "b", c: "d" }, binaryData: { a: "b" } });
  });

  it("keeps a resource of a kind nobody knows, with what it says", () => {
    const text =
      "apiVersion: gateway.kgateway.dev/v1alpha1\nkind: TrafficPolcy\nmetadata: {name: p}\nspec: {targetRefs: []}\n";
    const [resource] = parseManifests("k.yaml", text).resources;
    expect(resource!.findings[0]).toMatchObject({
      path: "kind",
      message: expect.stringContaining("TrafficPolcy") as string,
    });
    expect(resource!.object).toHaveProperty("spec.targetRefs");
  });

  it.each([
    ["a: [", "1: does not parse: "],
    [`${CONFIG_MAP}kind: Secret\n`, "5: does not parse: Map keys must be unique"],
    [`${CONFIG_MAP}---\njust text\n`, "6: is not a resource: it needs apiVersion, kind and metadata.name"],
    ["- a\n- b\n", "1: is not a resource: it needs apiVersion, kind and metadata.name"],
    ["kind: Gateway\nmetadata: {name: g}\n", "1: is not a resource: it needs apiVersion, kind and metadata.name"],
    ["apiVersion: v1\nkind: [Secret]\nmetadata: {name: g}\n", "1: is not a resource: it needs"],
    ["apiVersion: v1\nkind: ConfigMap\nmetadata:\n", "1: is not a resource: the ConfigMap has no metadata.name"],
    [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5}\n",
      "1: is not a resource: the ConfigMap has no metadata.name",
    ],
    [
      `${CONFIG_MAP}  namespace: {toString: 1}\n`,
      "1: is not a resource: the ConfigMap's metadata.namespace is not a string",
    ],
    ["apiVersion: v1\nkind: List\nitems: {}\n", "1: is not a List: it has no items"],
    [`${CONFIG_MAP}data: !secret x\n`, "5: does not parse: Unresolved tag"],
    [`${CONFIG_MAP}data: &a {b: *a}\n`, "1: does not parse: an alias that has no anchor"],
    [`${CONFIG_MAP}data: *b\n`, "1: does not parse: an alias that has no anchor"],
    [
      `x: &a [1,1]\ny: &b [${"*a,".repeat(99)}]\nz: [${"*b,".repeat(99)}]\n`,
      "1: does not parse: an alias that has no anchor",
    ],
    [`${CONFIG_MAP}? [a]\n: b\n`, "5: does not parse: "],
    [`${CONFIG_MAP}\tx: y\n`, "5: does not parse: "],
  ])("refuses %j", (text, expected) =>
    expect(failure("f.yaml", text).startsWith(expected), failure("f.yaml", text)).toBe(true),
  );

  it("wants JSON in a file that says so", () => {
    expect(failure("f.json", CONFIG_MAP)).toBe("1: is not JSON");
    expect(failure("f.json", '{"kind": "a", "kind": "b"}')).toMatch(/unique/);
  });
});
