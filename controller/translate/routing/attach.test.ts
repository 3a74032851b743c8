import { describe, expect, test } from "vitest";
import { topologyOf } from "../../../tests/support/routing.js";
import { selects } from "./labels.js";

const LISTENERS = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: infra }
spec:
  gatewayClassName: claimgate
  listeners:
    - { name: same, port: 80, protocol: HTTP, hostname: same.example.com }
    - { name: all, port: 80, protocol: HTTP, hostname: "*.all.example.com", allowedRoutes: { namespaces: { from: All } } }
    - name: selected
      port: 81
      protocol: HTTP
      allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: blue } } } }
    - { name: none, port: 82, protocol: HTTP, allowedRoutes: { namespaces: { from: None } } }
    - name: grpc
      port: 83
      protocol: HTTP
      allowedRoutes: { namespaces: { from: All }, kinds: [{ kind: GRPCRoute }] }
    - { name: https, port: 443, protocol: HTTPS, allowedRoutes: { namespaces: { from: All } } }
---
kind: Gateway
metadata: { name: other, namespace: infra }
spec: { gatewayClassName: elsewhere, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
kind: Namespace
metadata: { name: blue, labels: { team: blue } }
---
kind: Namespace
metadata: { name: red, labels: { team: red } }
---`;

function parents(namespace: string, parentRef: string, hostnames = "[]") {
  const topology = topologyOf(`${LISTENERS}
kind: HTTPRoute
metadata: { name: r, namespace: ${namespace} }
spec: { parentRefs: [${parentRef}], hostnames: ${hostnames} }`);
  const attached = topology.gateways[0]!.listeners.filter((listener) => listener.attached.length > 0);
  const parents = topology.routes[0]?.parents ?? [];
  return { reasons: parents.map(({ reason }) => reason), listeners: attached.map(({ name }) => name) };
}

describe("attachment", () => {
  test.each([
    // namespace, parentRef, hostnames, reason, listeners
    ["infra", "{ name: gw }", "[]", "Accepted", ["same", "all"]],
    ["blue", "{ name: gw, namespace: infra }", "[]", "Accepted", ["all", "selected"]],
    ["red", "{ name: gw, namespace: infra }", "[]", "Accepted", ["all"]],
    ["nowhere", "{ name: gw, namespace: infra }", "[]", "Accepted", ["all"]],
    ["blue", "{ name: gw, namespace: infra, sectionName: selected }", "[]", "Accepted", ["selected"]],
    ["red", "{ name: gw, namespace: infra, sectionName: selected }", "[]", "NotAllowedByListeners", []],
    ["infra", "{ name: gw, sectionName: none }", "[]", "NotAllowedByListeners", []],
    ["infra", "{ name: gw, sectionName: grpc }", "[]", "NotAllowedByListeners", []],
    ["infra", "{ name: gw, sectionName: https }", "[]", "NoMatchingParent", []],
    ["infra", "{ name: gw, sectionName: absent }", "[]", "NoMatchingParent", []],
    ["infra", "{ name: gw, port: 80 }", "[]", "Accepted", ["same", "all"]],
    ["infra", "{ name: gw, port: 8080 }", "[]", "NoMatchingParent", []],
    ["infra", "{ name: gw, sectionName: same, port: 81 }", "[]", "NoMatchingParent", []],
    ["infra", "{ name: gw }", "[x.all.example.com]", "Accepted", ["all"]],
    ["infra", "{ name: gw }", '["*.example.com"]', "Accepted", ["same", "all"]],
    ["infra", "{ name: gw }", "[all.example.com]", "NoMatchingListenerHostname", []],
    ["infra", "{ name: gw }", "[SAME.example.com, other.org]", "Accepted", ["same"]],
    ["infra", "{ name: gw, group: gateway.networking.k8s.io, kind: Gateway }", "[]", "Accepted", ["same", "all"]],
    ["blue", "{ name: gw }", "[]", "NoMatchingParent", []],
  ])("namespace %s, %s, hostnames %s: %s %j", (namespace, parentRef, hostnames, reason, listeners) => {
    expect(parents(namespace, parentRef, hostnames)).toEqual({ reasons: [reason], listeners });
  });

  test.each(["{ name: other }", "{ name: gw, kind: Service, group: '' }", "{ name: gw, group: example.com }"])(
    "%s is somebody else's: no entry",
    (parentRef) => expect(parents("infra", parentRef)).toEqual({ reasons: [], listeners: [] }),
  );

  test("one entry per parentRef, one attachment per listener", () => {
    expect(
      parents("infra", "{ name: gw, sectionName: same }, { name: gw, sectionName: same, port: 80 }, { name: gw }"),
    ).toEqual({
      reasons: ["Accepted", "Accepted", "Accepted"],
      listeners: ["same", "all"],
    });
    const topology = topologyOf(`${LISTENERS}
kind: HTTPRoute
metadata: { name: r, namespace: infra }
spec: { parentRefs: [{ name: gw, sectionName: all }, { name: gw, sectionName: same }, { name: gw, sectionName: all }] }`);
    expect(topology.gateways[0]!.listeners.map(({ attached }) => attached.length)).toEqual([1, 1, 0, 0, 0, 0]);
  });
});

describe("selects (apimachinery's table of selector operators)", () => {
  const labels = { app: "a", tier: "" };
  test.each([
    [undefined, false],
    [{}, true],
    [{ matchLabels: { app: "a" } }, true],
    [{ matchLabels: { app: "b" } }, false],
    [{ matchLabels: { constructor: "x" } }, false],
    [{ matchExpressions: [{ key: "app", operator: "In" as const, values: ["a", "b"] }] }, true],
    [{ matchExpressions: [{ key: "app", operator: "NotIn" as const, values: ["a"] }] }, false],
    [{ matchExpressions: [{ key: "absent", operator: "NotIn" as const, values: ["a"] }] }, true],
    [{ matchExpressions: [{ key: "tier", operator: "Exists" as const }] }, true],
    [{ matchExpressions: [{ key: "toString", operator: "Exists" as const }] }, false],
    [{ matchExpressions: [{ key: "tier", operator: "DoesNotExist" as const }] }, false],
    [{ matchLabels: { app: "a" }, matchExpressions: [{ key: "x", operator: "Exists" as const }] }, false],
    [{ matchExpressions: [{ key: "app", operator: "Near" as "In" }] }, false],
  ])("%j: %s", (selector, expected) => expect(selects(selector, labels)).toBe(expected));
});
