import { describe, expect, test } from "vitest";
import { GATEWAY, render, route, service, topologyOf } from "../../../tests/support/routing.js";
import { gatewayStatus, routeStatuses } from "./status.js";

const gateway = (listeners: string) =>
  topologyOf(`
kind: Gateway
metadata: { name: gw, generation: 4 }
spec: { gatewayClassName: claimgate, listeners: [${listeners}] }
---
${route("a", "rules: [{}]")}${route("b", "hostnames: [b.com]")}${route("closed", "future: 1")}`);

const listeners = (yaml: string) =>
  Object.fromEntries(
    gatewayStatus(gateway(yaml).gateways[0]!).listeners.map(({ name, attachedRoutes, conditions }) => [
      name,
      [
        attachedRoutes,
        ...conditions.filter((c) => (c.status === "True") === (c.type === "Conflicted")).map((c) => c.reason),
      ],
    ]),
  );

describe("listeners", () => {
  test.each<[string, string, unknown]>([
    ["fine", "{ name: a, port: 80, protocol: HTTP }", { a: [2] }],
    [
      "other protocols",
      "{ name: a, port: 443, protocol: HTTPS }, { name: b, port: 90, protocol: TCP }, { name: c, port: 91, protocol: TLS }",
      {
        a: [0, "InvalidCertificateRef", "InvalidCertificateRef"],
        b: [0, "UnsupportedProtocol"],
        c: [0, "UnsupportedProtocol"],
      },
    ],
    [
      "same port, other hostname",
      "{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTP, hostname: a.com }",
      { a: [2], b: [1] },
    ],
    [
      "same port and hostname",
      "{ name: a, port: 80, protocol: HTTP, hostname: A.com }, { name: b, port: 80, protocol: HTTP, hostname: a.com }, { name: c, port: 81, protocol: HTTP }",
      { a: [0, "HostnameConflict", "HostnameConflict"], b: [0, "HostnameConflict", "HostnameConflict"], c: [2] },
    ],
    [
      "no hostname twice",
      "{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTP, hostname: '' }",
      { a: [0, "HostnameConflict", "HostnameConflict"], b: [0, "HostnameConflict", "HostnameConflict"] },
    ],
    [
      "same port, other protocol",
      "{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTPS }",
      {
        a: [0, "ProtocolConflict", "ProtocolConflict"],
        b: [0, "ProtocolConflict", "InvalidCertificateRef", "ProtocolConflict"],
      },
    ],
    [
      "UDP is no neighbour",
      "{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: UDP }",
      { a: [2], b: [0, "UnsupportedProtocol"] },
    ],
    [
      "the same name",
      "{ name: a, port: 80, protocol: HTTP }, { name: a, port: 81, protocol: HTTP }",
      { a: [0, "UnsupportedValue", "UnsupportedValue"] },
    ],
    [
      "a hostname that is none",
      "{ name: a, port: 80, protocol: HTTP, hostname: 'a.com:80' }",
      { a: [0, "UnsupportedValue"] },
    ],
    ["a port that is none", "{ name: a, port: 0, protocol: HTTP }", { a: [0, "UnsupportedValue"] }],
    ["tls", "{ name: a, port: 80, protocol: HTTP, tls: {} }", { a: [0, "UnsupportedValue"] }],
    [
      "foreign kinds",
      "{ name: a, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ kind: HTTPRoute }, { kind: GRPCRoute }] } }",
      { a: [2, "InvalidRouteKinds"] },
    ],
  ])("%s", (_, yaml, expected) => expect(listeners(yaml)).toEqual(expected));

  test("a refused listener is not rendered", () => {
    const topology = gateway("{ name: a, port: 443, protocol: HTTPS }, { name: b, port: 80, protocol: HTTP }");
    expect([...render(topology).listeners.keys()]).toEqual(["default/gw/80"]);
  });
});

test("gatewayStatus", () => {
  const status = gatewayStatus(
    gateway("{ name: a, port: 80, protocol: HTTP }, { name: b, port: 443, protocol: HTTPS }").gateways[0]!,
  );
  expect(status.conditions).toEqual([
    {
      type: "Accepted",
      status: "True",
      reason: "ListenersNotValid",
      message: "not served: listener b",
      observedGeneration: 4,
    },
  ]);
  expect(status.listeners[0]).toEqual({
    name: "a",
    supportedKinds: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }],
    attachedRoutes: 2,
    conditions: [
      { type: "Accepted", status: "True", reason: "Accepted", message: "", observedGeneration: 4 },
      { type: "ResolvedRefs", status: "True", reason: "ResolvedRefs", message: "", observedGeneration: 4 },
      { type: "Conflicted", status: "False", reason: "NoConflicts", message: "", observedGeneration: 4 },
    ],
  });
});

test("routeStatuses: an entry per parentRef, as it was written", () => {
  const topology = topologyOf(`${GATEWAY}${service("s")}
kind: HTTPRoute
metadata: { name: r, generation: 9 }
spec:
  parentRefs: [{ name: gw, sectionName: http }, { name: absent }]
  rules: [{ backendRefs: [{ name: s, port: 80 }, { name: nothing, port: 80 }] }]`);
  expect(Object.fromEntries(routeStatuses(topology, []))).toEqual({
    "default/r": {
      parents: [
        {
          parentRef: { name: "gw", sectionName: "http" },
          controllerName: "claimgate.dev/gateway-controller",
          conditions: [
            { type: "Accepted", status: "True", reason: "Accepted", message: "", observedGeneration: 9 },
            {
              type: "ResolvedRefs",
              status: "False",
              reason: "BackendNotFound",
              message: "spec.rules[0].backendRefs[1]: there is no Service default/nothing",
              observedGeneration: 9,
            },
          ],
        },
        {
          parentRef: { name: "absent" },
          controllerName: "claimgate.dev/gateway-controller",
          conditions: [
            {
              type: "Accepted",
              status: "False",
              reason: "NoMatchingParent",
              message: "there is no Gateway default/absent",
              observedGeneration: 9,
            },
            {
              type: "ResolvedRefs",
              status: "False",
              reason: "BackendNotFound",
              message: "spec.rules[0].backendRefs[1]: there is no Service default/nothing",
              observedGeneration: 9,
            },
          ],
        },
      ],
    },
  });
});

test("routeStatuses: a rule closed at rendering", () => {
  const topology = topologyOf(
    GATEWAY +
      service("s") +
      route(
        "r",
        "rules: [{ backendRefs: [{ name: s, port: 80 }] }, { matches: [{ headers: [{ name: x-team, value: a }] }] }]",
      ),
  );
  const { refusals } = render(topology, {
    policyHash: (_l, _r, i) => String(i),
    mutableHeaders: () => new Set(["x-team"]),
  });
  const [parent] = routeStatuses(topology, refusals).get("default/r")!.parents;
  expect(parent!.conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
    ["Accepted", "True", "Accepted"],
    ["PartiallyInvalid", "True", "UnsupportedValue"],
    ["ResolvedRefs", "True", "ResolvedRefs"],
  ]);
  expect(parent!.conditions[1]!.message).toContain("spec.rules[1].matches: a match on x-team");
});
