import { describe, expect, test } from "vitest";
import { GATEWAY, render, route, service, topologyOf, virtualHosts } from "../../../tests/support/routing.js";

/** Renders one route with the given backendRefs; a few Services stand ready. */
function backends(refs: string, more = "") {
  const topology = topologyOf(`${GATEWAY}${service("a")}${service("b")}
kind: Service
metadata: { name: far, namespace: other }
spec: { ports: [{ port: 80 }] }
---
kind: Service
metadata: { name: external }
spec: { type: ExternalName, externalName: example.com, ports: [{ port: 80 }] }
---
kind: Service
metadata: { name: udp }
spec: { ports: [{ port: 80, protocol: UDP }] }
---
kind: Service
metadata: { name: secure }
spec: { ports: [{ port: 443, appProtocol: https }] }
---
${more}${route("r", `rules: [{ backendRefs: [${refs}] }]`)}`);
  const rendered = render(topology);
  const { route: action, directResponse } = virtualHosts(rendered).get("*")!.routes[1]!;
  const { problems } = topology.routes[0]!.rules[0]!.backends;
  return { action, directResponse, problems: problems.map(({ reason }) => reason), rendered };
}

const GRANT = (to: string, from = "namespace: default") => `
kind: ReferenceGrant
metadata: { name: g, namespace: other }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, ${from} }], to: [{ group: "", kind: Service${to} }] }
---`;

describe("actions", () => {
  test("one backend is a cluster", () => {
    expect(backends("{ name: a, port: 80 }").action).toEqual({ cluster: "default/a/80" });
    expect(backends("{ name: a, port: 80, weight: 7 }, { name: b, port: 80, weight: 0 }").action).toEqual({
      cluster: "default/a/80",
    });
  });

  test("several are weighted, by 1 unless they say otherwise", () => {
    expect(backends("{ name: a, port: 80, weight: 9 }, { name: b, port: 80 }").action).toEqual({
      weightedClusters: {
        clusters: [
          { name: "default/a/80", weight: 9 },
          { name: "default/b/80", weight: 1 },
        ],
      },
    });
  });

  test("an invalid one gets its share of 500s", () => {
    const { action, problems } = backends("{ name: a, port: 80, weight: 3 }, { name: absent, port: 80, weight: 2 }");
    expect(problems).toEqual(["BackendNotFound"]);
    expect(action).toEqual({
      weightedClusters: {
        clusters: [
          { name: "default/a/80", weight: 3 },
          { name: "claimgate/invalid-backend", weight: 2 },
        ],
      },
      clusterNotFoundResponseCode: "INTERNAL_SERVER_ERROR",
    });
  });

  test("an invalid one of weight 0 changes nothing but the status", () => {
    const { action, problems } = backends("{ name: a, port: 80 }, { name: absent, port: 80, weight: 0 }");
    expect(problems).toEqual(["BackendNotFound"]);
    expect(action).toEqual({ cluster: "default/a/80" });
  });

  test.each(["", "{ name: absent, port: 80 }", "{ name: a, port: 80, weight: 0 }"])("[%s] is 500", (refs) => {
    expect(backends(refs)).toMatchObject({ action: undefined, directResponse: { status: 500 } });
  });

  test.each(["-1", "1.5", "1000001", "'1'"])("weight %s closes the rule", (weight) => {
    expect(backends(`{ name: a, port: 80, weight: ${weight} }`).directResponse).toEqual({ status: 500 });
  });
});

describe("references", () => {
  test.each([
    ["{ name: absent, port: 80 }", "", "BackendNotFound"],
    ["{ name: a, port: 81 }", "", "BackendNotFound"],
    ["{ name: a }", "", "BackendNotFound"],
    ["{ name: udp, port: 80 }", "", "BackendNotFound"],
    ["{ name: external, port: 80 }", "", "BackendNotFound"],
    ["{ name: secure, port: 443 }", "", "UnsupportedProtocol"],
    ["{ name: a, port: 80, kind: Backend, group: gateway.kgateway.dev }", "", "InvalidKind"],
    ["{ name: a, port: 80, group: apps }", "", "InvalidKind"],
    ["{ name: far, namespace: other, port: 80 }", "", "RefNotPermitted"],
    ["{ name: nothing, namespace: other, port: 80 }", "", "RefNotPermitted"],
    ["{ name: far, namespace: other, port: 80 }", GRANT(", name: near"), "RefNotPermitted"],
    ["{ name: far, namespace: other, port: 80 }", GRANT("", "namespace: third"), "RefNotPermitted"],
    ["{ name: far, namespace: other, port: 80 }", GRANT(""), undefined],
    ["{ name: far, namespace: other, port: 80 }", GRANT(", name: far"), undefined],
    ["{ name: a, namespace: default, port: 80, kind: Service, group: '' }", "", undefined],
  ])("%s %s: %s", (ref, grant, reason) => {
    expect(backends(ref, grant).problems).toEqual(reason === undefined ? [] : [reason]);
  });

  test("a grant of the wrong namespace does not help", () => {
    const elsewhere = GRANT("").replace("namespace: other", "namespace: default");
    expect(backends("{ name: far, namespace: other, port: 80 }", elsewhere).problems).toEqual(["RefNotPermitted"]);
  });
});

describe("clusters", () => {
  test("EDS over ADS, HTTP/1.1, a connect timeout", () => {
    const { rendered } = backends("{ name: a, port: 80 }");
    expect(Object.fromEntries(rendered.clusters)).toEqual({
      "default/a/80": {
        name: "default/a/80",
        type: "EDS",
        edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: "V3" } },
        connectTimeout: "5s",
        lbPolicy: "LEAST_REQUEST",
      },
    });
  });

  test.each([
    ["port: 80, appProtocol: kubernetes.io/h2c", true],
    ["port: 80, appProtocol: grpc", true],
    ["port: 80, name: grpc", true],
    ["port: 80, name: grpc-web", true],
    ["port: 80, name: h2c", true],
    ["port: 80, name: grpc, appProtocol: http", false],
    ["port: 80, name: grpcweb", false],
    ["port: 80, appProtocol: kubernetes.io/ws", false],
    ["port: 80, name: http", false],
  ])("{ %s }: HTTP/2 %s", (port, http2) => {
    const topology = topologyOf(
      `${GATEWAY}${service("s", [], port)}${route("r", "rules: [{ backendRefs: [{ name: s, port: 80 }] }]")}`,
    );
    const cluster = render(topology).clusters.get("default/s/80")!;
    expect("typedExtensionProtocolOptions" in cluster).toBe(http2);
  });
});

describe("endpoints (kube-proxy's choice, KEP-1669)", () => {
  function addresses(slices: string): string[] {
    const topology = topologyOf(`${GATEWAY}
kind: Service
metadata: { name: s }
spec: { ports: [{ name: web, port: 80 }, { name: admin, port: 81 }] }
---${slices}${route("r", "rules: [{ backendRefs: [{ name: s, port: 80 }] }]")}`);
    const assignment = render(topology).endpoints.get("default/s/80") as {
      clusterName: string;
      endpoints: {
        lbEndpoints: { endpoint: { address: { socketAddress: { address: string; portValue: number } } } }[];
      }[];
    };
    expect(assignment.clusterName).toBe("default/s/80");
    return assignment.endpoints
      .flatMap(({ lbEndpoints }) => lbEndpoints)
      .map(({ endpoint: { address } }) => `${address.socketAddress.address} ${address.socketAddress.portValue}`);
  }
  let count = 0;
  const slice = (
    endpoints: string,
    ports = "{ name: web, port: 8080 }, { name: admin, port: 9090 }",
    type = "IPv4",
    of = "s",
  ) => `
kind: EndpointSlice
metadata: { name: s-${count++}, labels: { kubernetes.io/service-name: ${of} } }
addressType: ${type}
ports: [${ports}]
endpoints: [${endpoints}]
---`;

  test.each([
    [
      "ready unless it says otherwise",
      slice("{ addresses: [10.0.0.1] }, { addresses: [10.0.0.2], conditions: { ready: false } }"),
      ["10.0.0.1 8080"],
    ],
    [
      "all slices, once, sorted",
      slice("{ addresses: [10.0.0.2] }, { addresses: [10.0.0.1] }") +
        slice("{ addresses: [10.0.0.2] }, { addresses: [10.0.0.3] }"),
      ["10.0.0.1 8080", "10.0.0.2 8080", "10.0.0.3 8080"],
    ],
    [
      "each slice's own number",
      slice("{ addresses: [10.0.0.1] }") + slice("{ addresses: [10.0.0.2] }", "{ name: web, port: 8081 }"),
      ["10.0.0.1 8080", "10.0.0.2 8081"],
    ],
    [
      "terminating ones not while others are ready",
      slice(
        "{ addresses: [10.0.0.1] }, { addresses: [10.0.0.2], conditions: { ready: false, serving: true, terminating: true } }",
      ),
      ["10.0.0.1 8080"],
    ],
    [
      "terminating ones that serve when none is ready",
      slice(
        "{ addresses: [10.0.0.1], conditions: { ready: false, serving: false, terminating: true } }, { addresses: [10.0.0.2], conditions: { ready: false, serving: true, terminating: true } }",
      ),
      ["10.0.0.2 8080"],
    ],
    ["serving is not enough", slice("{ addresses: [10.0.0.1], conditions: { ready: false, serving: true } }"), []],
    ["IPv6 too", slice("{ addresses: ['2001:db8::1'] }", undefined, "IPv6"), ["2001:db8::1 8080"]],
    ["no names", slice("{ addresses: [a.example.com] }", undefined, "FQDN"), []],
    ["nothing that is not an address", slice("{ addresses: [10.0.0] }, { addresses: [] }"), []],
    ["no port of that name", slice("{ addresses: [10.0.0.1] }", "{ name: admin, port: 9090 }"), []],
    [
      "no slice that is for all ports",
      slice("{ addresses: [10.0.0.1] }", "{ name: web, port: null }, { name: web }"),
      [],
    ],
    ["no other Service", slice("{ addresses: [10.0.0.1] }", undefined, "IPv4", "t"), []],
    ["none at all", "", []],
  ])("%s", (_, slices, expected) => expect(addresses(slices)).toEqual(expected));

  test("slices of another namespace do not count", () => {
    expect(addresses(slice("{ addresses: [10.0.0.1] }").replace("labels:", "namespace: other, labels:"))).toEqual([]);
  });
});
