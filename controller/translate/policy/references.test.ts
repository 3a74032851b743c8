import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { resources } from "../../../tests/support/routing.js";
import type { Gateway, HTTPRoute, KubernetesObject } from "../../api/types.js";
import { ResourceIndex } from "../resources.js";
import { selectable, targetRefsOf } from "./references.js";
import { type Targets, resolveTargets } from "./targets.js";

const object = (kind: string, name: string, more = {}): KubernetesObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind,
  metadata: { name, namespace: "n", ...more },
});

const OBJECTS = selectable(
  new ResourceIndex({
    ...resources(""),
    gateways: [object("Gateway", "g")] as Gateway[],
    httpRoutes: [
      object("HTTPRoute", "a", { labels: { app: "a" } }),
      object("HTTPRoute", "b", { labels: null }),
      object("HTTPRoute", "away", { namespace: "other", labels: { app: "a" } }),
    ] as HTTPRoute[],
  }),
);

/** "KIND NAME" of what a policy with this spec names. */
function named(spec: string, sound = false): string[] {
  const policy = { ...object("TrafficPolicy", "p"), spec: parse(spec) as unknown };
  return targetRefsOf(policy, sound, OBJECTS).map(({ kind, name }) => `${kind} ${name}`);
}

const G = "{ kind: Gateway, name: g }";

describe("a policy that failed validation names what it can be understood to name", () => {
  test.each([
    [`{ targetRefs: [${G}] }`, ["Gateway g"]],
    [`{ targetRefs: ${G} }`, ["Gateway g"]],
    [`{ targetRef: ${G} }`, ["Gateway g"]],
    [`{ TargetRefs: [${G}] }`, ["Gateway g"]],
    [`{ tragetRefs: [${G}] }`, ["Gateway g"]],
    [`{ targets: [${G}] }`, ["Gateway g"]],
    [`{ target: ${G} }`, ["Gateway g"]],
    [`{ parentRefs: [${G}], backendRef: ${G} }`, []],
    [`{ targetRefs: [null, 5, [], {}, { name: g }, { kind: Gateway }, ${G}] }`, ["Gateway g", "Gateway g"]],
    ["{ targetSelectors: [{ kind: HTTPRoute, matchLabels: { app: a } }] }", ["HTTPRoute a"]],
    ["{ targetSelectors: [{ kind: HTTPRoute, matchLabels: 5 }] }", ["HTTPRoute a", "HTTPRoute b"]],
    ["{ targetSelectors: [{ kind: HTTPRoute }, { kind: Nothing }, {}, null] }", ["HTTPRoute a", "HTTPRoute b"]],
    ["{ targetSelectors: [{ group: other, kind: HTTPRoute }] }", []],
    ["null", []],
    ["5", []],
  ])("%s", (spec, expected) => expect(named(spec)).toEqual(expected));
});

test("a sound one is taken at its word", () => {
  expect(named(`{ targetRefs: [${G}], targetRef: ${G} }`, true)).toEqual(["Gateway g"]);
  expect(named("{ targetSelectors: [{ kind: HTTPRoute, matchLabels: {} }] }", true)).toEqual([
    "HTTPRoute a",
    "HTTPRoute b",
  ]);
});

test("a kind that nobody knows closes what it names, whatever it is called", () => {
  const targets: Targets = {
    gateways: new Map([["n/g", object("Gateway", "g") as Gateway]]),
    routes: new Map(),
    servedRoutes: new Set(),
    foreign: new Set(),
    invalidGateways: new Set(),
    known: new Map(),
  };
  for (const kind of ["TraficPolicy", "constructor", "__proto__"]) {
    const policy = {
      api: "kgateway" as const,
      object: object(kind, "p"),
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" }],
      settings: {},
      writes: [],
      problems: [],
    };
    expect(resolveTargets(policy, targets)).toMatchObject([{ target: { level: "gateway", gateway: "n/g" } }]);
  }
});
