import { describe, expect, test } from "vitest";
import {
  GATEWAY,
  render,
  route,
  routeNames,
  service,
  topologyOf,
  virtualHosts,
} from "../../../tests/support/routing.js";
import type { PolicyView } from "./virtualhosts.js";

const gateway = (listeners: string) =>
  `
kind: Gateway
metadata: { name: gw }
spec: { gatewayClassName: claimgate, listeners: [${listeners}] }
---` + service("s");
const listener = (name: string, hostname?: string, port = 80) =>
  `{ name: ${name}, port: ${port}, protocol: HTTP${hostname === undefined ? "" : `, hostname: "${hostname}"`} }`;
const at = (name: string, hostnames: string, path = `/${name}`, parent = "") =>
  route(
    name,
    `hostnames: [${hostnames}], rules: [{ matches: [{ path: { value: ${path} } }], backendRefs: [{ name: s, port: 80 }] }]`,
  ).replace("namespace: default }],", `namespace: default${parent} }],`);
const domains = (yaml: string) => {
  const rendered = render(topologyOf(yaml));
  return Object.fromEntries([...virtualHosts(rendered).keys()].map((domain) => [domain, routeNames(rendered, domain)]));
};
const NOT_FOUND = "claimgate/not-found";

describe("domains", () => {
  test("the most specific hostname first, then those that cover it", () => {
    expect(
      domains(
        gateway(listener("http")) +
          at("exact", "a.b.example.com") +
          at("near", '"*.b.example.com"') +
          at("far", '"*.example.com"') +
          at("any", "") +
          at("else", "a.example.org"),
      ),
    ).toEqual({
      "*": ["default/any/0/0", NOT_FOUND],
      "*.example.com": ["default/far/0/0", "default/any/0/0", NOT_FOUND],
      "*.b.example.com": ["default/near/0/0", "default/far/0/0", "default/any/0/0", NOT_FOUND],
      "a.b.example.com": ["default/exact/0/0", "default/near/0/0", "default/far/0/0", "default/any/0/0", NOT_FOUND],
      "a.example.org": ["default/else/0/0", "default/any/0/0", NOT_FOUND],
    });
  });

  test("a longer path of a less specific hostname does not overtake", () => {
    expect(domains(gateway(listener("http")) + at("a", "a.com", "/x") + at("b", "", "/x/y/z"))["a.com"]).toEqual([
      "default/a/0/0",
      "default/b/0/0",
      NOT_FOUND,
    ]);
  });

  test("nothing behind a route that takes every path", () => {
    expect(domains(gateway(listener("http")) + at("a", "a.com", "/") + at("b", "", "/b"))).toEqual({
      "*": ["default/b/0/0", NOT_FOUND],
      "a.com": ["default/a/0/0"],
    });
  });

  test("a route with several hostnames over a domain counts once, with the most specific", () => {
    expect(domains(gateway(listener("http")) + at("a", '"*.com", b.com') + at("b", "b.com"))["b.com"]).toEqual([
      "default/a/0/0",
      "default/b/0/0",
      NOT_FOUND,
    ]);
  });

  test("hostnames meet the listener's; the listener's own is always there", () => {
    expect(
      domains(gateway(listener("http", "*.example.com")) + at("wide", '"*.com"') + at("a", "a.example.com, a.org")),
    ).toEqual({
      "*.example.com": ["default/wide/0/0", NOT_FOUND],
      "a.example.com": ["default/a/0/0", "default/wide/0/0", NOT_FOUND],
    });
    expect(domains(gateway(listener("http", "a.com")))).toEqual({ "a.com": [NOT_FOUND] });
  });
});

describe("listeners that share a port", () => {
  const shared = gateway(
    [
      listener("any"),
      listener("wild", "*.example.com"),
      listener("one", "a.example.com"),
      listener("b", "a.example.com", 81),
    ].join(),
  );

  test("a host belongs to the most specific listener (isolation)", () => {
    const all = shared + at("r", "") + at("q", "a.example.com, x.example.com", "/q", ", sectionName: any");
    expect(domains(all)).toEqual({
      "*": ["default/r/0/0", NOT_FOUND],
      "*.example.com": ["default/r/0/0", NOT_FOUND],
      "a.example.com": ["default/r/0/0", NOT_FOUND],
    });
  });

  test("each listener's hosts run its own filter only", () => {
    const rendered = render(topologyOf(shared + at("r", "")));
    const disabled = (domain: string, name?: string) =>
      Object.keys(virtualHosts(rendered, name).get(domain)!.typedPerFilterConfig ?? {});
    expect(disabled("*")).toEqual(["default/gw/wild", "default/gw/one"]);
    expect(disabled("*.example.com")).toEqual(["default/gw/any", "default/gw/one"]);
    expect(disabled("a.example.com")).toEqual(["default/gw/any", "default/gw/wild"]);
    expect(disabled("a.example.com", "default/gw/81")).toEqual([]);
    expect(virtualHosts(rendered).get("*")!.typedPerFilterConfig).toEqual({
      "default/gw/wild": { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", disabled: true },
      "default/gw/one": { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", disabled: true },
    });
  });

  test("one RouteConfiguration per port", () => {
    const rendered = render(topologyOf(shared));
    expect([...rendered.routes.keys()]).toEqual(["default/gw/80", "default/gw/81"]);
    expect(rendered.routes.get("default/gw/81")).toMatchObject({
      name: "default/gw/81",
      ignorePortInHostMatching: true,
      validateClusters: false,
    });
  });
});

describe("route names and policies", () => {
  const hashed = (topology: ReturnType<typeof topologyOf>, options: Partial<PolicyView>) => {
    const rendered = render(topology, { defaultPolicyHash: () => "d", ...options });
    return {
      rendered,
      names: virtualHosts(rendered)
        .get("*")!
        .routes.map(({ name }) => name),
    };
  };
  const rules = (...matches: string[]) =>
    route("r", `rules: [${matches.map((m) => `{ matches: [${m}], backendRefs: [{ name: s, port: 80 }] }`).join()}]`);

  test("each carries the hash of its rule; the fixed ones that of the default", () => {
    const topology = topologyOf(
      GATEWAY + service("s") + rules("{ path: { value: /a } }, { path: { value: /aa } }", "{ path: { value: /b } }"),
    );
    const { names, rendered } = hashed(topology, { policyHash: (l, r, i) => `${l.id}.${r.key}.${i}` });
    expect(names).toEqual([
      "claimgate/path-parameters#d",
      "httproute/default/r/0/1#default/gw/http.default/r.0",
      "httproute/default/r/0/0#default/gw/http.default/r.0",
      "httproute/default/r/1/0#default/gw/http.default/r.1",
      "claimgate/not-found#d",
    ]);
    expect(rendered.policyHashes.get("default/gw/http")).toEqual(
      new Set(["d", "default/gw/http.default/r.0", "default/gw/http.default/r.1"]),
    );
  });

  test("the first refuses path parameters, the last answers 404", () => {
    const { routes } = virtualHosts(render(topologyOf(GATEWAY))).get("*")!;
    expect(routes).toEqual([
      {
        name: "claimgate/path-parameters#open",
        match: {
          safeRegex: { regex: "[^;]*;.*" },
          headers: [{ name: ":path", stringMatch: { contains: ";" } }],
        },
        directResponse: { status: 400 },
      },
      { name: "claimgate/not-found#open", match: { prefix: "/" }, directResponse: { status: 404 } },
    ]);
  });

  describe("a match on what the filter may change", () => {
    const view = (policyHash: PolicyView["policyHash"]): Partial<PolicyView> => ({
      policyHash,
      mutableHeaders: () => new Set(["x-team", "authorization"]),
    });
    const header = "{ headers: [{ name: X-Team, value: admin }] }";
    const admin = topologyOf(GATEWAY + service("s") + rules("{ path: { value: / } }", header));

    test("is closed where a route of another policy could be chosen instead", () => {
      const { names, rendered } = hashed(
        admin,
        view((_l, _r, i) => (i === 0 ? "d" : "strict")),
      );
      expect(names[1]).toBe("httproute/default/r/1/0#refused");
      const closed = virtualHosts(rendered).get("*")!.routes[1]!;
      expect(closed.directResponse).toEqual({ status: 500 });
      expect(closed.route).toBeUndefined();
      expect(rendered.policyHashes.get("default/gw/http")).toEqual(new Set(["d", "refused"]));
      expect(rendered.refusals).toMatchObject([{ route: "default/r", ruleIndex: 1, listener: "default/gw/http" }]);
      expect(rendered.refusals[0]!.message).toContain("x-team");
    });

    test("is served where all have the same", () => {
      const { names, rendered } = hashed(
        admin,
        view(() => "p"),
      );
      expect(names.slice(1)).toEqual(["httproute/default/r/1/0#p", "httproute/default/r/0/0#p"]);
      expect(rendered.refusals).toEqual([]);
    });

    test("counts the 404 as a route if it can be reached", () => {
      const topology = topologyOf(GATEWAY + service("s") + rules("{ path: { value: /a } }", header));
      expect(
        hashed(
          topology,
          view(() => "p"),
        ).names,
      ).toContain("httproute/default/r/1/0#refused");
      expect(
        hashed(
          topology,
          view(() => "d"),
        ).names,
      ).toContain("httproute/default/r/1/0#d");
    });

    test("query parameter access_token likewise", () => {
      const topology = topologyOf(
        GATEWAY + service("s") + rules("{ path: { value: / } }", "{ queryParams: [{ name: access_token, value: x }] }"),
      );
      const different = view((_l, _r, i) => String(i));
      expect(hashed(topology, different).names).toContain("httproute/default/r/1/0#refused");
      expect(
        hashed(
          topology,
          view(() => "p"),
        ).names,
      ).toContain("httproute/default/r/1/0#p");
      expect(hashed(topology, { ...different, mutableQueryParams: () => new Set(["t"]) }).names).toContain(
        "httproute/default/r/1/0#1",
      );
    });

    test("only in the virtual hosts concerned", () => {
      const topology = topologyOf(
        GATEWAY +
          service("s") +
          at("other", "b.com", "/") +
          route(
            "r",
            `hostnames: [a.com, b.com], rules: [{ matches: [${header}], backendRefs: [{ name: s, port: 80 }] }, {backendRefs: [{ name: s, port: 80 }] }]`,
          ),
      );
      const rendered = render(
        topology,
        view((_l, r) => r.key),
      );
      const names = (domain: string) =>
        virtualHosts(rendered)
          .get(domain)!
          .routes.map(({ name }) => name);
      expect(names("a.com")[1]).toBe("httproute/default/r/0/0#default/r");
      expect(names("b.com")[1]).toBe("httproute/default/r/0/0#refused");
      expect(rendered.refusals).toHaveLength(1);
    });
  });
});
