import { describe, expect, it } from "vitest";
import { customResourceDefinitions } from "./crds.js";

type Node = { readonly [field: string]: unknown };

/** Every schema at or below one, with its path. */
function schemasIn(schema: Node, path: string): [string, Node][] {
  const {
    properties = {},
    items,
    additionalProperties,
  } = schema as {
    properties?: Record<string, Node>;
    items?: Node;
    additionalProperties?: Node;
  };
  const children: [string, Node | undefined][] = [
    ...Object.entries(properties).map(([name, child]): [string, Node] => [`${path}.${name}`, child]),
    [`${path}[]`, items],
    [`${path}.*`, additionalProperties],
  ];
  const below = children.flatMap(([at, child]) => (child === undefined ? [] : schemasIn(child, at)));
  return [[path, schema], ...below];
}

describe.each(customResourceDefinitions().map((crd) => [crd.metadata!.name!, crd] as const))("%s", (_, crd) => {
  const [version] = crd.spec.versions;
  const schemas = schemasIn(version!.schema!.openAPIV3Schema as unknown as Node, crd.spec.names.kind);

  it("describes every field in a sentence", () => {
    const silent = schemas.filter(([path]) => !path.endsWith(".metadata"));
    expect(silent.filter(([, schema]) => !/^.*\.$/.test(String(schema["description"]))).map(([path]) => path)).toEqual(
      [],
    );
  });

  it("has rules of CEL only", () => {
    const rules = schemas.flatMap(([, schema]) => (schema["x-kubernetes-validations"] as object[] | undefined) ?? []);
    // An Upstream is read as upstream's schema lets it in.
    if (crd.spec.names.kind !== "Upstream") expect(rules.length).toBeGreaterThan(2);
    for (const rule of rules) expect(Object.keys(rule).sort()).toEqual(["message", "rule"]);
  });

  it("bears the label that tells it from another's", () => {
    expect(crd.metadata!.labels).toMatchObject({ "app.kubernetes.io/part-of": "claimgate" });
  });
});

it("names the kinds as upstream does", () => {
  expect(customResourceDefinitions().map(({ metadata, spec }) => [metadata!.name, spec.versions[0]!.name])).toEqual([
    ["gatewayextensions.gateway.kgateway.dev", "v1alpha1"],
    ["trafficpolicies.gateway.kgateway.dev", "v1alpha1"],
    ["virtualhostoptions.gateway.solo.io", "v1"],
    ["routeoptions.gateway.solo.io", "v1"],
    ["upstreams.gloo.solo.io", "v1"],
  ]);
});
