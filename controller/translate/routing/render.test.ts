import { describe, expect, test } from "vitest";
import { GATEWAY, OPEN, render, resources, route, service, topologyOf } from "../../../tests/support/routing.js";
import type { HTTPRoute } from "../../api/types.js";
import { ResourceIndex } from "../resources.js";
import { renderGateway } from "./render.js";
import { buildTopology, effectiveRules } from "./topology.js";

describe("the listener", () => {
  const manager = (options = {}) => {
    const listener = render(topologyOf(GATEWAY), options).listeners.get("default/gw/80") as {
      filterChains: { filters: { typedConfig: Record<string, unknown> }[] }[];
    };
    return { listener, manager: listener.filterChains[0]!.filters[0]!.typedConfig };
  };

  test("address and names", () => {
    expect(manager({ address: "192.0.2.1", portOffset: 8000 }).listener).toMatchObject({
      name: "default/gw/80",
      address: { socketAddress: { address: "192.0.2.1", portValue: 8080 } },
    });
  });

  test("hardening, and the filter of the listener although there is no policy", () => {
    expect(manager().manager).toEqual({
      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      codecType: "AUTO",
      statPrefix: "default/gw/80",
      rds: { routeConfigName: "default/gw/80", configSource: { ads: {}, resourceApiVersion: "V3" } },
      normalizePath: true,
      mergeSlashes: true,
      pathWithEscapedSlashesAction: "REJECT_REQUEST",
      commonHttpProtocolOptions: { headersWithUnderscoresAction: "DROP_HEADER", idleTimeout: "3600s" },
      http2ProtocolOptions: {
        maxConcurrentStreams: 100,
        initialStreamWindowSize: 65536,
        initialConnectionWindowSize: 1048576,
      },
      streamIdleTimeout: "300s",
      requestHeadersTimeout: "10s",
      useRemoteAddress: true,
      internalAddressConfig: { cidrRanges: [{ addressPrefix: "255.255.255.255", prefixLen: 32 }] },
      upgradeConfigs: [{ upgradeType: "websocket" }],
      httpFilters: [
        {
          name: "default/gw/http",
          configDiscovery: {
            configSource: { ads: {}, resourceApiVersion: "V3" },
            typeUrls: ["type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"],
          },
        },
        {
          name: "envoy.filters.http.router",
          typedConfig: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
        },
      ],
    });
  });

  test("early removal of identity headers, but never of what Envoy needs", () => {
    expect(
      manager({ earlyRemovedHeaders: ["X-Team", "x-org", "x-team", "host", ":path"] }).manager[
        "earlyHeaderMutationExtensions"
      ],
    ).toEqual([
      {
        name: "envoy.http.early_header_mutation.header_mutation",
        typedConfig: {
          "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
          mutations: [{ remove: "x-org" }, { remove: "x-team" }],
        },
      },
    ]);
  });
});

test("the result does not depend on the order of the resources", () => {
  const yaml =
    GATEWAY +
    service("a") +
    service("b") +
    ["x", "y", "z"]
      .map((n) =>
        route(
          n,
          `hostnames: [${n}.com, c.com], rules: [{ backendRefs: [{ name: a, port: 80 }, { name: b, port: 80 }] }]`,
        ),
      )
      .join("");
  const forward = resources(yaml);
  const backward = Object.fromEntries(
    Object.entries(forward).map(([k, v]) => [k, [...(v as unknown[])].reverse()]),
  ) as unknown as typeof forward;
  const json = (r: typeof forward) => {
    const topology = buildTopology(new ResourceIndex(r));
    const { routes, clusters, endpoints, listeners } = renderGateway(topology, topology.gateways[0]!, OPEN);
    return JSON.stringify([routes, clusters, endpoints, listeners].map((map) => [...map]));
  };
  expect(json(backward)).toBe(json(forward));
});

test("effectiveRules lists every rule of every listener", () => {
  const topology = topologyOf(
    GATEWAY + service("s") + route("r", "rules: [{ name: first, backendRefs: [{ name: s, port: 80 }] }, {}]"),
  );
  expect(
    [...effectiveRules(topology)].map(({ gateway, listener, route: { key }, rule }) => [
      gateway.key,
      listener.id,
      key,
      rule.index,
      rule.name,
      rule.backends.references.map(({ cluster }) => cluster),
    ]),
  ).toEqual([
    ["default/gw", "default/gw/http", "default/r", 0, "first", ["default/s/80"]],
    ["default/gw", "default/gw/http", "default/r", 1, undefined, []],
  ]);
});

describe("time", () => {
  const many = (count: number, hostname: (i: number) => string[]) => {
    const base = resources(GATEWAY + service("s"));
    const httpRoutes = Array.from({ length: count }, (_, i): HTTPRoute => ({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: `r${i}`, namespace: "default" },
      spec: {
        parentRefs: [{ name: "gw" }],
        hostnames: hostname(i),
        rules: [
          {
            matches: [
              { path: { value: `/p${i}` } },
              // Compiling an expression costs more than everything else of a match.
              { path: i % 10 === 0 ? { type: "RegularExpression", value: `/r${i}/[a-z]+` } : { value: `/q${i}` } },
            ],
            backendRefs: [{ name: "s", port: 80 }],
          },
        ],
      },
    }));
    return { ...base, httpRoutes };
  };
  /** CPU time, as others share the machine; the best of three runs, the first being the compiler's. */
  const elapsed = (r: ReturnType<typeof many>) => {
    const run = () => {
      // Of the very objects that were there before, nothing is made.
      const fresh = structuredClone(r);
      const start = process.cpuUsage();
      const topology = buildTopology(new ResourceIndex(fresh));
      expect(render(topology).clusters.size).toBe(1);
      return process.cpuUsage(start).user;
    };
    return Math.min(run(), run(), run());
  };

  // Seen on a busy machine: 1,000 routes in 70 ms of CPU time, 10,000 in 560 ms.
  test.each([
    ["one hostname", (_: number) => []],
    ["a hostname each", (i: number) => [`h${i}.example.com`]],
    ["a hostname each, half of them wildcards", (i: number) => [`${i % 2 === 0 ? "*" : "a"}.h${i >> 1}.example.com`]],
  ])(
    "%s: ten times the routes take about ten times as long, not a hundred",
    (_, hostname) => {
      const [small, large] = [many(500, hostname), many(5000, hostname)];
      let [least, most] = [Infinity, Infinity];
      // What else the machine does only ever adds: as many runs as it takes to see it without.
      for (let run = 0; run < 6 && (run === 0 || most / least > 40); run++) {
        least = Math.min(least, elapsed(small));
        most = Math.min(most, elapsed(large));
      }
      expect(most / least).toBeLessThan(40);
    },
    120_000,
  );
});
