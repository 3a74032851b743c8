import { describe, expect, test } from "vitest";
import {
  type EnvoyRoute,
  GATEWAY,
  render,
  route,
  service,
  topologyOf,
  virtualHosts,
} from "../../../tests/support/routing.js";
import { routeStatuses } from "./status.js";

const BACKEND = "backendRefs: [{ name: s, port: 80 }]";

function translate(spec: string, quarantined: string[] = []) {
  const topology = topologyOf(GATEWAY + service("s") + route("r", spec), { quarantined: new Set(quarantined) });
  const rendered = render(topology);
  const routes = virtualHosts(rendered).get("*")?.routes ?? [];
  const status = routeStatuses(topology, rendered.refusals).get("default/r")!.parents[0]!;
  const condition = (type: string) => status.conditions.find((c) => c.type === type);
  const byName = (name: string): EnvoyRoute | undefined =>
    routes.find((r) => r.name.startsWith(`httproute/default/r/${name}#`));
  return { topology, rendered, routes, condition, byName };
}

describe("what is not implemented closes its rule and is named", () => {
  test.each([
    ["filters: [{ type: RequestHeaderModifier, requestHeaderModifier: {} }]", "spec.rules[1].filters[0]"],
    ["filters: [{ type: RequestMirror }]", "spec.rules[1].filters[0]"],
    ["filters: [{ type: URLRewrite }]", "spec.rules[1].filters[0]"],
    [
      "filters: [{ type: ExtensionRef, extensionRef: { group: a.b, kind: C, name: d } }]",
      "spec.rules[1].filters[0].extensionRef",
    ],
    ["filters: [{ type: ExtensionRef }]", "spec.rules[1].filters[0].extensionRef"],
    [
      "filters: [{ type: ExtensionRef, extensionRef: { group: gateway.solo.io, kind: RouteOption, name: d }, x: 1 }]",
      "spec.rules[1].filters[0].x",
    ],
    ["sessionPersistence: {}", "spec.rules[1].sessionPersistence"],
    ["retry: { attempts: 2 }", "spec.rules[1].retry"],
    ["timeouts: { request: 10 s }", "spec.rules[1].timeouts.request"],
    ["timeouts: { request: 1s, backendRequest: 2s }", "spec.rules[1].timeouts.backendRequest"],
    ["timeouts: { idle: 2s }", "spec.rules[1].timeouts.idle"],
    ["matches: [{ path: { type: RegularExpression, value: '/b/(' } }]", "spec.rules[1].matches[0].path.value"],
  ])("%s", (fields, field) => {
    const { byName, condition } = translate(
      `rules: [{ ${BACKEND} }, { matches: [{ path: { value: /b } }], ${fields}, ${BACKEND} }]`.replace(
        /matches: \[\{ path: \{ value: \/b \} \}\], (matches.*)/,
        "$1",
      ),
    );
    expect(byName("1/0")?.name).toBe("httproute/default/r/1/0#refused");
    expect(byName("1/0")?.directResponse).toEqual({ status: 500 });
    expect(byName("0/0")?.route?.cluster).toBe("default/s/80");
    expect(condition("Accepted")).toMatchObject({ status: "True", reason: "Accepted", observedGeneration: 7 });
    expect(condition("PartiallyInvalid")).toMatchObject({ status: "True", reason: "UnsupportedValue" });
    expect(condition("PartiallyInvalid")!.message).toContain(field);
  });

  test("filters and unknown fields of a backend", () => {
    for (const field of ["filters: [{ type: RequestMirror }]", "fallback: true"]) {
      const { byName, condition } = translate(`rules: [{ backendRefs: [{ name: s, port: 80, ${field} }] }]`);
      expect(byName("0/0")?.directResponse).toEqual({ status: 500 });
      expect(condition("Accepted")).toMatchObject({ status: "False", reason: "UnsupportedValue" });
    }
  });

  test.each(["future: true", "hostnames: [a.com, 'b.com:80']", "hostnames: ['*.*']"])(
    "of the route closes every rule: %s",
    (field) => {
      const { rendered, condition } = translate(
        `${field}, rules: [{ ${BACKEND} }, { matches: [{ method: GET }], ${BACKEND} }]`,
      );
      for (const host of virtualHosts(rendered).values())
        for (const { name, route: action } of host.routes) {
          expect(action).toBeUndefined();
          if (name.startsWith("httproute/")) expect(name).toMatch(/#refused$/);
        }
      expect(condition("Accepted")!.status).toBe("False");
      expect(rendered.clusters.size).toBe(0);
    },
  );
});

test("a regular expression without a prefix closes its route and leaves the neighbours alone", () => {
  const topology = topologyOf(
    GATEWAY +
      service("s") +
      route(
        "a-bad",
        `rules: [{ matches: [{ path: { type: RegularExpression, value: '.*(' } }] }, { ${BACKEND} }]`,
        'creationTimestamp: "2020-01-01T00:00:00Z"',
      ) +
      route("good", `rules: [{ matches: [{ path: { value: /x } }], ${BACKEND} }]`) +
      route("own", `hostnames: [own.com], rules: [{ matches: [{ path: { type: RegularExpression, value: '(' } }] }]`),
  );
  const hosts = virtualHosts(render(topology));
  expect(hosts.get("*")!.routes.map(({ name, directResponse }) => [name, directResponse?.status])).toEqual([
    ["claimgate/path-parameters#open", 400],
    ["httproute/default/good/0/0#open", undefined],
    ["httproute/default/a-bad/1/0#refused", 500],
  ]);
  expect(hosts.get("own.com")!.routes.at(-1)!.directResponse).toEqual({ status: 500 });
});

test("ExtensionRef filters to policies are handed on", () => {
  const { topology, byName } = translate(
    `rules: [{ filters: [{ type: ExtensionRef, extensionRef: { group: gateway.kgateway.dev, kind: TrafficPolicy, name: p } }], ${BACKEND} }]`,
  );
  expect(byName("0/0")?.route?.cluster).toBe("default/s/80");
  expect(topology.routes[0]!.rules[0]!.extensionRefs).toEqual([
    { group: "gateway.kgateway.dev", kind: "TrafficPolicy", namespace: "default", name: "p" },
  ]);
});

describe("timeouts", () => {
  test.each([
    ["", undefined],
    ["timeouts: { request: 1m30s }", "90s"],
    ["timeouts: { request: 1500ms }", "1.5s"],
    ["timeouts: { request: 0s }", "0s"],
    ["timeouts: { request: 10s, backendRequest: 2s }", "2s"],
    ["timeouts: { request: 10s, backendRequest: 10s }", "10s"],
    ["timeouts: { request: 0s, backendRequest: 2s }", "2s"],
    ["timeouts: { request: 10s, backendRequest: 0s }", "10s"],
    ["timeouts: { backendRequest: 3s }", "3s"],
    ["timeouts: {}", undefined],
  ])("%s: %s", (timeouts, expected) => {
    const { byName } = translate(`rules: [{ ${timeouts && `${timeouts},`} ${BACKEND} }]`);
    expect(byName("0/0")?.route).toEqual({
      cluster: "default/s/80",
      ...(expected !== undefined && { timeout: expected }),
    });
  });
});

test("a route without rules takes every path, and answers 500", () => {
  for (const spec of ["hostnames: []", "rules: []", "rules: [{}]", "rules: [{ matches: [] }]"]) {
    const { byName, condition } = translate(spec);
    expect(byName("0/0")).toEqual({
      name: "httproute/default/r/0/0#open",
      match: { prefix: "/" },
      directResponse: { status: 500 },
    });
    expect(condition("Accepted")!.status).toBe("True");
  }
});

test("a quarantined route answers 500 without its expressions, and says so", () => {
  const spec = `rules: [{ matches: [{ path: { type: RegularExpression, value: /a/.+ } }, { path: { type: RegularExpression, value: .+ } }, { path: { value: /b } }], ${BACKEND} }]`;
  const { routes, condition, rendered } = translate(spec, ["default/r"]);
  expect(routes.slice(1).map(({ name, match, directResponse }) => [name, match, directResponse])).toEqual([
    ["httproute/default/r/0/0#refused", { prefix: "/a/" }, { status: 500 }],
    ["httproute/default/r/0/2#refused", { pathSeparatedPrefix: "/b" }, { status: 500 }],
    ["httproute/default/r/0/1#refused", { prefix: "/" }, { status: 500 }],
  ]);
  expect(condition("Accepted")).toMatchObject({ status: "False", reason: "UnsupportedValue" });
  expect(condition("Accepted")!.message).toContain("Envoy refused");
  expect(rendered.clusters.size).toBe(0);
  expect(translate(spec, ["default/other"]).byName("0/0")?.route?.cluster).toBe("default/s/80");
});
