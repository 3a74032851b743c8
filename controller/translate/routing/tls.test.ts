import { beforeAll, describe, expect, test } from "vitest";
import { certificateFor, type TestCertificate, tlsSecret } from "../../../tests/support/certificates.js";
import {
  type EnvoyRoute,
  render,
  resources,
  route,
  service,
  topologyOf,
  virtualHosts,
} from "../../../tests/support/routing.js";
import { encodeSnapshot } from "../../xds/resources.js";
import { ResourceIndex } from "../resources.js";
import { gatewayStatus } from "./status.js";
import { buildTopology } from "./topology.js";

let pem: TestCertificate;
let other: TestCertificate;
beforeAll(async () => {
  pem = await certificateFor(["a.test"]);
  other = await certificateFor(["b.test"]);
});

const gateway = (listeners: string, more = "") => `
kind: Gateway
metadata: { name: gw }
spec: { gatewayClassName: claimgate, listeners: [${listeners}]${more} }
---`;
const https = (name: string, hostname = "", refs = "{ name: s }", port = 443) =>
  `{ name: ${name}, port: ${port}, protocol: HTTPS, hostname: "${hostname}", tls: { certificateRefs: [${refs}] } }`;
const grant = (namespace: string, kind = "Gateway", name = "") => `
kind: ReferenceGrant
metadata: { name: g, namespace: ${namespace} }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: default }]
  to: [{ group: "", kind: Secret${name === "" ? "" : `, name: ${name}`} }]
---`;

describe("status of a listener", () => {
  const INVALID = "InvalidCertificateRef";
  const DENIED = "RefNotPermitted";
  const FINE = ["True Accepted", "True ResolvedRefs", "False NoConflicts"];
  const unresolved = (reason: string) => [`False ${reason}`, `False ${reason}`, "False NoConflicts"];
  const refused = ["False UnsupportedValue", "True ResolvedRefs", "False NoConflicts"];
  const conditions = (yaml: string, name = "a") =>
    gatewayStatus(topologyOf(yaml).gateways[0]!)
      .listeners.find((listener) => listener.name === name)!
      .conditions.map(({ status, reason }) => `${status} ${reason}`);

  test.each<[string, () => string, string[]]>([
    ["a Secret of the Gateway's namespace", () => gateway(https("a")) + tlsSecret("s", pem), FINE],
    ["no Secret", () => gateway(https("a")), unresolved(INVALID)],
    ["a Secret elsewhere", () => gateway(https("a")) + tlsSecret("s", pem, "far"), unresolved(INVALID)],
    ["no reference", () => gateway(https("a", "", "")), unresolved(INVALID)],
    ["a key that does not match", () => gateway(https("a")) + tlsSecret("s", { ...pem, key: other.key }), unresolved(INVALID)], // prettier-ignore
    ["one good and one bad", () => gateway(https("a", "", "{ name: s }, { name: t }")) + tlsSecret("s", pem), unresolved(INVALID)], // prettier-ignore
    ["another kind", () => gateway(https("a", "", "{ name: s, kind: ConfigMap }")) + tlsSecret("s", pem), unresolved(INVALID)], // prettier-ignore
    ["another group", () => gateway(https("a", "", "{ name: s, group: x.io }")) + tlsSecret("s", pem), unresolved(INVALID)], // prettier-ignore
    ["another namespace", () => gateway(https("a", "", "{ name: s, namespace: far }")) + tlsSecret("s", pem, "far"), unresolved(DENIED)], // prettier-ignore
    ["another namespace, where it is not", () => gateway(https("a", "", "{ name: s, namespace: far }")), unresolved(DENIED)], // prettier-ignore
    ["with a grant", () => gateway(https("a", "", "{ name: s, namespace: far }")) + tlsSecret("s", pem, "far") + grant("far", "Gateway", "s"), FINE], // prettier-ignore
    ["with a grant for routes", () => gateway(https("a", "", "{ name: s, namespace: far }")) + tlsSecret("s", pem, "far") + grant("far", "HTTPRoute"), unresolved(DENIED)], // prettier-ignore
    ["with a grant for another Secret", () => gateway(https("a", "", "{ name: s, namespace: far }")) + tlsSecret("s", pem, "far") + grant("far", "Gateway", "t"), unresolved(DENIED)], // prettier-ignore
    ["Passthrough", () => gateway("{ name: a, port: 443, protocol: HTTPS, tls: { mode: Passthrough, certificateRefs: [{ name: s }] } }") + tlsSecret("s", pem), refused], // prettier-ignore
    ["options", () => gateway("{ name: a, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: s }], options: { a.io/b: c } } }") + tlsSecret("s", pem), refused], // prettier-ignore
    ["certificates of clients", () => gateway(https("a"), ", tls: { frontend: { default: {} } }") + tlsSecret("s", pem), refused], // prettier-ignore
    ["HTTP on its port", () => gateway(`${https("a")}, { name: h, port: 443, protocol: HTTP }`) + tlsSecret("s", pem), ["False ProtocolConflict", "True ResolvedRefs", "True ProtocolConflict"]], // prettier-ignore
    ["its hostname twice", () => gateway(`${https("a", "A.test")}, ${https("b", "a.test")}`) + tlsSecret("s", pem), ["False HostnameConflict", "True ResolvedRefs", "True HostnameConflict"]], // prettier-ignore
  ])("%s", (_, yaml, expected) => {
    expect(conditions(yaml())).toEqual(expected);
    const { listeners, secrets } = render(topologyOf(yaml()));
    expect([listeners.size, secrets.size]).toEqual(expected === FINE ? [1, 1] : [0, 0]);
  });

  test("a Secret that could not be read is not said to be absent; one without a grant is not spoken of", () => {
    const unread = new Map(["default/s", "far/s"].map((key) => [`Secret ${key}`, "cannot be read: 403: not you"]));
    const message = (refs: string) => {
      const index = new ResourceIndex(resources(gateway(https("a", "", refs))), unread);
      return gatewayStatus(buildTopology(index).gateways[0]!).listeners[0]!.conditions[1]!.message;
    };
    expect(message("{ name: s }")).toBe("tls.certificateRefs[0]: Secret default/s cannot be read: 403: not you");
    expect(message("{ name: s, namespace: far }")).toContain("no ReferenceGrant");
  });

  test("a message names the reference, and quotes nothing of the Secret", () => {
    const yaml = gateway(https("a", "", "{ name: s }, { name: t }")) + tlsSecret("s", pem);
    const bad = yaml + tlsSecret("t", { ...pem, key: other.key });
    const status = JSON.stringify(gatewayStatus(topologyOf(bad).gateways[0]!));
    expect(status).toContain("tls.certificateRefs[1]: Secret default/t: tls.key is not the key of");
    for (const { key } of [pem, other]) {
      expect(status).not.toContain(key.split("\n")[1]);
      expect(status).not.toContain(Buffer.from(key).toString("base64").slice(50, 90));
    }
  });
});

describe("several listeners on a port", () => {
  const all = () =>
    gateway([https("exact", "a.x.test"), https("wild", "*.x.test"), https("any")].join(", ")) +
    service("s") +
    ["exact", "wild", "any"]
      .map((name) =>
        route(
          name,
          `parentRefs: [{ name: gw, sectionName: ${name} }], rules: [{ backendRefs: [{ name: s, port: 80 }] }]`,
        ),
      ) // prettier-ignore
      .join("") +
    tlsSecret("s", pem);
  interface RenderedChain {
    name: string;
    filterChainMatch: unknown;
    transportSocket: { typedConfig: { commonTlsContext: unknown } };
    filters: { typedConfig: { rds: { routeConfigName: string }; httpFilters: { name: string }[] } }[];
  }
  const chains = (yaml: string) =>
    (render(topologyOf(yaml)).listeners.get("default/gw/443") as { filterChains: RenderedChain[] }).filterChains;

  test("a chain each, with its own match, table and filter", () => {
    expect(
      chains(all()).map(({ name, filterChainMatch, filters: [filter] }) => {
        const { rds, httpFilters } = filter!.typedConfig;
        return [name, filterChainMatch, rds.routeConfigName, httpFilters.map((one) => one.name)];
      }),
    ).toEqual([
      ["default/gw/exact", { transportProtocol: "tls", serverNames: ["a.x.test"] }, "default/gw/443/exact", ["default/gw/exact", "envoy.filters.http.router"]], // prettier-ignore
      ["default/gw/wild", { transportProtocol: "tls", serverNames: ["*.x.test"] }, "default/gw/443/wild", ["default/gw/wild", "envoy.filters.http.router"]], // prettier-ignore
      ["default/gw/any", { transportProtocol: "tls" }, "default/gw/443/any", ["default/gw/any", "envoy.filters.http.router"]], // prettier-ignore
    ]);
  });

  test("TLS 1.2 at least, HTTP/2 and HTTP/1.1, certificates by name only", () => {
    expect(chains(all())[0]!.transportSocket.typedConfig.commonTlsContext).toEqual({
      tlsParams: { tlsMinimumProtocolVersion: "TLSv1_2" },
      alpnProtocols: ["h2", "http/1.1"],
      tlsCertificateSdsSecretConfigs: [{ name: "default/s", sdsConfig: { ads: {}, resourceApiVersion: "V3" } }],
    });
    expect(JSON.stringify(chains(all()))).not.toContain("PRIVATE");
  });

  const answers = (yaml: string, table: string) =>
    Object.fromEntries(
      [...virtualHosts(render(topologyOf(yaml)), table)].map(([domain, { routes, typedPerFilterConfig }]) => [
        domain,
        [...routes.map(actionOf), ...Object.keys(typedPerFilterConfig ?? {}).map((name) => `without ${name}`)],
      ]),
    );
  const actionOf = ({ route: to, directResponse }: EnvoyRoute) => to?.cluster ?? directResponse?.status;
  const served = [400, "default/s/80"];
  const misdirected = (name: string) => [421, `without default/gw/${name}`];

  test("each serves its own hosts; those of the others are misdirected, and not judged", () => {
    expect(answers(all(), "default/gw/443/exact")).toEqual({
      "a.x.test": served,
      "*.x.test": misdirected("exact"),
      "*": misdirected("exact"),
    });
    expect(answers(all(), "default/gw/443/wild")).toEqual({
      "a.x.test": misdirected("wild"),
      "*.x.test": served,
      "*": misdirected("wild"),
    });
    expect(answers(all(), "default/gw/443/any")).toEqual({
      "a.x.test": misdirected("any"),
      "*.x.test": misdirected("any"),
      "*": served,
    });
  });

  test("the hosts of one without a certificate fall to no other", () => {
    const yaml = all().replace(https("exact", "a.x.test"), https("exact", "a.x.test", "{ name: absent }"));
    expect(chains(yaml).map(({ name }) => name)).toEqual(["default/gw/wild", "default/gw/any"]);
    expect(answers(yaml, "default/gw/443/wild")["a.x.test"]).toEqual(misdirected("wild"));
  });

  test("a new certificate changes its secret and no listener", () => {
    const encoded = (yaml: string) => {
      const rendered = render(topologyOf(yaml));
      return encodeSnapshot({ gateway: "default/gw", ...rendered, plugins: new Map() });
    };
    const before = encoded(all());
    const after = encoded(all().replace(tlsSecret("s", pem), tlsSecret("s", other)));
    expect([...after.secrets.keys()]).toEqual(["default/s"]);
    expect(after.secrets.get("default/s")).not.toEqual(before.secrets.get("default/s"));
    expect([after.listeners, after.routes]).toEqual([before.listeners, before.routes]);
    expect(after.version).not.toBe(before.version);
  });
});
