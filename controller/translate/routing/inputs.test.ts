// What is kept of routes and listeners is made anew for every argument that is another, be it one that a translation never changes alone.
import { describe, expect, test } from "vitest";
import { GATEWAY, route, service, topologyOf } from "../../../tests/support/routing.js";
import { domainsOf } from "./domains.js";
import { type RenderRefusal, routeStatuses } from "./status.js";
import type { ListenerTopology } from "./topology.js";
import { type PolicyView, renderVirtualHosts } from "./virtualhosts.js";

const at = (name: string, path: string) =>
  route(name, `rules: [{ matches: [{ path: { value: ${path} } }], backendRefs: [{ name: s, port: 80 }] }]`);
const half = route("half", "rules: [{ retry: {} }, {}]");
const topology = topologyOf(GATEWAY + at("one", "/") + at("two", "/longer") + half + service("s"));
const [listener] = topology.gateways[0]!.listeners as [ListenerTopology];
const [one, two] = topology.routes;
const view: PolicyView = {
  policyHash: () => "hash",
  defaultPolicyHash: () => "hash",
  mutableHeaders: () => new Set(),
};

describe("domains of a listener", () => {
  const own = { ...listener, attached: [{ route: one!, hostnames: ["a.example.com"] }] };
  const other = { ...listener, id: "default/gw/other", hostname: "*.example.com" };
  const names = (listeners: readonly ListenerTopology[], elsewhere: readonly string[]) =>
    domainsOf(own, listeners, elsewhere).map(({ name }) => name);

  test("hostnames that are served elsewhere", () => {
    expect(names([own], [])).toEqual(["*", "a.example.com"]);
    expect(names([own], ["*.example.com"])).toEqual(["*"]);
    expect(names([own], ["*.example.org"])).toEqual(["*", "a.example.com"]);
  });

  test("the other listeners of the port", () => {
    expect(names([own], [])).toEqual(["*", "a.example.com"]);
    expect(names([own, other], [])).toEqual(["*"]);
    expect(names([own], [])).toEqual(["*", "a.example.com"]);
  });
});

test("the same routes of a domain, by other hostnames", () => {
  const served = (hostname: string): unknown => {
    const attached = [
      { route: one!, hostnames: ["a.example.com"] },
      { route: two!, hostnames: [hostname] },
    ];
    const { virtualHosts } = renderVirtualHosts([{ ...listener, attached }], view);
    const host = virtualHosts.find(({ name }) => name === "a.example.com") as unknown as { routes: { name: string }[] };
    return host.routes.map(({ name }) => name).filter((name) => name.startsWith("httproute/"));
  };
  // Of one hostname the longer path comes first, but not from a less specific one.
  expect(served("a.example.com")).toEqual(["httproute/default/two/0/0#hash", "httproute/default/one/0/0#hash"]);
  expect(served("*.example.com")).toEqual(["httproute/default/one/0/0#hash"]);
});

test("one route is in several domains", () => {
  const hostnames = ["a.example.com", "b.example.com"];
  const { virtualHosts } = renderVirtualHosts([{ ...listener, attached: [{ route: one!, hostnames }] }], view);
  expect(virtualHosts.map(({ name, domains }) => [name, domains])).toEqual(
    ["*", ...hostnames].map((name) => [name, [name]]),
  );
});

describe("a route's status", () => {
  const refusal: RenderRefusal = {
    ...{ route: "default/one", listener: listener.id },
    ...{ ruleIndex: 0, field: "spec.rules[0]", message: "unsafe" },
  };
  const conditions = (...refusals: RenderRefusal[]) =>
    routeStatuses(topology, refusals)
      .get("default/one")!
      .parents[0]!.conditions.map(({ type, status, message }) => `${type} ${status} ${message}`);

  test("of another rule", () => {
    const accepted = (ruleIndex: number) =>
      routeStatuses(topology, [{ ...refusal, route: "default/half", ruleIndex }])
        .get("default/half")!
        .parents[0]!.conditions.find(({ type }) => type === "Accepted")!.status;
    // The first one is refused by itself.
    expect([accepted(0), accepted(1), accepted(0)]).toEqual(["True", "False", "True"]);
  });

  test.each<[name: string, change: Partial<RenderRefusal>, now: string]>([
    ["none of it any more", { route: "default/two" }, "Accepted True "],
    ["on another listener", { listener: "default/gw/other" }, "Accepted True "],
    [
      "of another field",
      { field: "spec.rules[0].matches" },
      "Accepted False answered with 500: spec.rules[0].matches: unsafe",
    ],
    ["of another message", { message: "bad" }, "Accepted False answered with 500: spec.rules[0]: bad"],
  ])("%s", (_name, change, now) => {
    expect(conditions(refusal)[0]).toBe("Accepted False answered with 500: spec.rules[0]: unsafe");
    expect(conditions({ ...refusal, ...change })[0]).toBe(now);
  });
});
