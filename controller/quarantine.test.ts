import { expect, test } from "vitest";
import { parseManifests } from "./source/parse.js";
import { type Contents, contentsOf, Quarantine } from "./quarantine.js";

const contents = (record: Record<string, string>): Contents => new Map(Object.entries(record));
const ROUTE_A = "HTTPRoute n/a";
const ROUTE_B = "HTTPRoute n/b";
const POLICY = "TrafficPolicy n/p";
const AGREED = contents({ [ROUTE_A]: "1", [ROUTE_B]: "1", [POLICY]: "1" });

/** Refuses what was made of `refused` with nothing in quarantine before; `current` is what there is by now. */
function refuse(
  quarantine: Quarantine,
  kind: "routes" | "policies",
  refused: Contents,
  { current = refused, known = new Set<string>() } = {},
): string[] {
  return quarantine.add(AGREED, { contents: refused, known }, current, kind, "words");
}

test("what changed is taken in, of the kind that was refused", () => {
  const changed = contents({ [ROUTE_A]: "1", [ROUTE_B]: "2", [POLICY]: "2" });
  const quarantine = new Quarantine();
  expect(refuse(quarantine, "routes", changed)).toEqual([ROUTE_B]);
  expect(quarantine.list()).toEqual(new Map([[ROUTE_B, "words"]]));
  expect(refuse(new Quarantine(), "policies", changed)).toEqual([POLICY]);
});

test("without an agreement everything of the kind is suspect; without suspects of the kind, all that changed", () => {
  const first = { contents: AGREED, known: new Set<string>() };
  expect(new Quarantine().add(undefined, first, AGREED, "routes", "words")).toEqual([ROUTE_A, ROUTE_B]);
  const policyOnly = contents({ [ROUTE_A]: "1", [ROUTE_B]: "1", [POLICY]: "2" });
  expect(refuse(new Quarantine(), "routes", policyOnly)).toEqual([POLICY]);
  expect(refuse(new Quarantine(), "routes", AGREED)).toEqual([]);
});

test("a second Envoy that refuses the same takes in nobody else", () => {
  const changed = contents({ [ROUTE_A]: "1", [ROUTE_B]: "2", [POLICY]: "2" });
  const quarantine = new Quarantine();
  refuse(quarantine, "routes", changed);
  expect(refuse(quarantine, "routes", changed)).toEqual([]);
  expect([...quarantine.list().keys()]).toEqual([ROUTE_B]);
  // But if it is refused still with the route closed, the policy is what is left.
  expect(refuse(quarantine, "routes", changed, { known: new Set([ROUTE_B]) })).toEqual([POLICY]);
});

test("what was mended while the refusal was on its way stays out", () => {
  const refused = contents({ [ROUTE_A]: "1", [ROUTE_B]: "2", [POLICY]: "1" });
  const current = contents({ [ROUTE_A]: "3", [ROUTE_B]: "3", [POLICY]: "1" });
  expect(refuse(new Quarantine(), "routes", refused, { current })).toEqual([]);
});

test("those taken in together leave together, when one changes or goes; others stay", () => {
  const quarantine = new Quarantine();
  const routes = contents({ [ROUTE_A]: "2", [ROUTE_B]: "2", [POLICY]: "1" });
  refuse(quarantine, "routes", routes);
  const known = new Set([ROUTE_A, ROUTE_B]);
  const all = contents({ [ROUTE_A]: "2", [ROUTE_B]: "2", [POLICY]: "2" });
  refuse(quarantine, "policies", all, { known });
  quarantine.release(all);
  expect([...quarantine.list().keys()]).toEqual([ROUTE_A, ROUTE_B, POLICY]);
  quarantine.release(contents({ [ROUTE_A]: "3", [ROUTE_B]: "2", [POLICY]: "2" }));
  expect([...quarantine.list().keys()]).toEqual([POLICY]);
  quarantine.release(contents({}));
  expect(quarantine.list().size).toBe(0);
});

test("the content is what translation reads: not the status, nor what an API server writes beside it", () => {
  const route = (metadata: string, spec = "hostnames: [a.example]", status = "") =>
    contentsOf(
      parseManifests(
        "a.yaml",
        `{ apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: { name: a${metadata} }, spec: { ${spec} }${status} }`,
      ).resources,
    ).get("HTTPRoute default/a");
  const own = route("");
  expect(own).toBeDefined();
  expect(
    route(", resourceVersion: '7', generation: 3, managedFields: []", undefined, ", status: { parents: [] }"),
  ).toBe(own);
  expect(route("", "hostnames: [b.example]")).not.toBe(own);
  expect(route(", labels: { a: b }")).not.toBe(own);
});
