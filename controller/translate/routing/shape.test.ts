import { describe, expect, test } from "vitest";
import {
  type EnvoyRoute,
  GATEWAY,
  render,
  resources,
  route,
  service,
  virtualHosts,
} from "../../../tests/support/routing.js";
import type { Finding } from "../../api/finding.js";
import { ResourceIndex } from "../resources.js";
import { routeStatuses } from "./status.js";
import { buildTopology } from "./topology.js";

const BACKEND = "backendRefs: [{ name: s, port: 80 }]";

/** A route that validation found fault with, beside a sound one for every path under /other. */
function translate(spec: string, findings: Finding[]) {
  const yaml =
    GATEWAY +
    service("s") +
    route("bad", spec) +
    route("good", `rules: [{ matches: [{ path: { value: /other } }], ${BACKEND} }]`);
  const topology = buildTopology(new ResourceIndex(resources(yaml)), {
    findings: new Map([["default/bad", findings]]),
  });
  const rendered = render(topology);
  const routes = [...virtualHosts(rendered).values()].flatMap((host) => host.routes);
  const of = (name: string) => routes.filter((r: EnvoyRoute) => r.name.startsWith(`httproute/default/${name}/`));
  return { bad: of("bad"), good: of("good"), status: routeStatuses(topology, []).get("default/bad")?.parents[0] };
}

describe("a route with findings is closed whatever its shape", () => {
  const somewhere = { path: "spec", message: "is wrong" };
  test.each([
    "rules: 5",
    "rules: [5]",
    "rules: [null]",
    "rules: [{ matches: 5 }]",
    "rules: [{ matches: [5] }]",
    "rules: [{ matches: [null] }]",
    "rules: [{ matches: [{ path: 5 }] }]",
    "rules: [{ matches: [{ path: { value: 5 } }] }]",
    "rules: [{ matches: [{ path: { value: null, type: null }, method: null }] }]",
    "rules: [{ matches: [{ path: { value: /a, type: 7 } }] }]",
    "rules: [{ matches: [{ headers: 5, queryParams: {}, method: [] }] }]",
    "rules: [{ matches: [{ headers: [null, { name: 5, value: 1 }, { name: a, value: 5 }] }] }]",
    "rules: [{ filters: 5, backendRefs: 5, timeouts: 5, name: 5 }]",
    "rules: [{ filters: [null, {}, { type: 5 }], backendRefs: [null, {}, { name: 5 }, { name: s, filters: 5 }], timeouts: { request: 5 } }]",
    // YAML and JSON can have objects that JavaScript cannot turn into text.
    "rules: [{ matches: [{ path: { type: { toString: 1 } } }] }]",
    "rules: [{ backendRefs: [{ name: s, port: { toString: 1 } }, { name: s, group: [{ toString: 1 }], weight: { valueOf: 1, toString: 1 } }] }]",
    "hostnames: a.com, rules: [{}]",
    "hostnames: [5, a.com], rules: [{}]",
  ])("%s", (spec) => {
    const { bad, good, status } = translate(spec, [somewhere]);
    expect(bad.length).toBeGreaterThan(0);
    for (const { name, directResponse } of bad) {
      expect(name).toMatch(/#refused$/);
      expect(directResponse).toEqual({ status: 500 });
    }
    expect(good[0]!.route?.cluster).toBe("default/s/80");
    expect(status!.conditions[0]).toMatchObject({ type: "Accepted", status: "False", reason: "UnsupportedValue" });
    expect(status!.conditions[0]!.message).toContain("spec: is wrong");
  });

  test.each(["[{ path: 5 }]", "[{ path: { value: 5 } }]", "[null]", "[5]", "5", "{}"])(
    "matches: %s takes every path that no other route takes",
    (matches) =>
      expect(translate(`rules: [{ matches: ${matches} }]`, [somewhere]).bad[0]!.match).toEqual({ prefix: "/" }),
  );

  test.each(["hostnames: 5", "hostnames: [5]", "parentRefs: 5", "parentRefs: [null, { name: 5 }]"])(
    "%s: no host, nothing to close",
    (field) => {
      expect(translate(`${field}, rules: [{}]`, [somewhere]).bad).toEqual([]);
    },
  );

  test("a parent that is named is a parent, whatever else is wrong with the reference", () => {
    const spec = "parentRefs: [{ name: gw, namespace: { toString: 1 }, sectionName: [] }], rules: [{}]";
    expect(translate(spec, [somewhere]).bad[0]!.name).toMatch(/#refused$/);
  });

  test("a spec that is none does not stop the others", () => {
    const base = resources(GATEWAY + service("s") + route("good", `rules: [{ ${BACKEND} }]`));
    const httpRoutes = [
      ...base.httpRoutes,
      ...[null, 5, [], undefined].map((spec) => ({ kind: "HTTPRoute", metadata: { name: "bad" }, spec })),
    ];
    const topology = buildTopology(
      new ResourceIndex({ ...base, httpRoutes: httpRoutes as unknown as typeof base.httpRoutes }),
      {
        findings: new Map([["default/bad", [somewhere]]]),
      },
    );
    expect(virtualHosts(render(topology)).get("*")!.routes[1]!.route?.cluster).toBe("default/s/80");
  });
});

test("a finding inside a rule closes that rule only", () => {
  const spec = `rules: [{ ${BACKEND} }, { matches: [{ method: GET }], ${BACKEND} }]`;
  const finding = { path: "spec.rules[1].backendRefs[0].weight", message: "is not a number" };
  const { bad, status } = translate(spec, [finding]);
  expect(bad.map(({ name, directResponse }) => [name, directResponse?.status])).toEqual([
    ["httproute/default/bad/1/0#refused", 500],
    ["httproute/default/bad/0/0#open", undefined],
  ]);
  expect(status!.conditions.map(({ type }) => type)).toEqual(["Accepted", "PartiallyInvalid", "ResolvedRefs"]);
  expect(status!.conditions[1]!.message).toContain("spec.rules[1].backendRefs[0].weight: is not a number");
  // Unless the resource is cut off, or the rule is none that is read.
  for (const all of [
    { ...finding, incomplete: true as const },
    { path: "spec.rules[9]", message: "is wrong" },
  ])
    for (const { name } of translate(spec, [all]).bad) expect(name).toMatch(/#refused$/);
});
