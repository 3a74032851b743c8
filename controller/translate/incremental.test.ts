// A translation with a memory is a translation: whatever came before, the same resources give the same content. What is kept and should
// not be is an old policy in force, or a route without one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { certificateFor } from "../../tests/support/certificates.js";
import { Random } from "../../tests/support/random.js";
import { frozen, load, textOf } from "../../tests/support/translations.js";
import type { KubernetesObject } from "../api/types.js";
import { DEFAULT_OPTIONS } from "../controller.js";
import { FilterValidator } from "../filter/validator.js";
import type { LoadedResource } from "../source/source.js";
import { packageRoot } from "../xds/package-root.js";
import { Memory } from "./kept.js";
import type { Validator } from "./validator.js";
import { objectId } from "./resources.js";
import { translate, type Translation } from "./translate.js";

const JWKS = readFileSync(join(packageRoot(), "tests", "golden", "jwks.json"), "utf8");
const validator = new FilterValidator(join(packageRoot(), "build", "claimgate.wasm"));
const GATEWAY_API = "gateway.networking.k8s.io";
/** A filter that takes no provider of one issuer. */
const narrow: Validator = {
  key: (jwk) => validator.key(jwk),
  provider: (one) => (one.issuer === "j" ? { path: "issuer", message: "not that one" } : validator.provider(one)),
  authorization: (one) => validator.authorization(one),
  configuration: (one) => validator.configuration(one),
};
const PEMS = [await certificateFor(["one.example"]), await certificateFor(["two.example"])] as const;
const STARTED = Date.now();

type Fields = Record<string, unknown>;

/** Objects that can meet: few names, so that what is made, changed and taken away is what others name. */
class World {
  constructor(private readonly random: Random) {}

  one(): KubernetesObject {
    const { random } = this;
    const kinds = [
      "gateway",
      "route",
      "route",
      "route",
      "service",
      "slice",
      "slice",
      "grant",
      "ns",
      "configMap",
      "secret",
    ] as const;
    const policies = [
      "extension",
      "traffic",
      "traffic",
      "host",
      "host",
      "option",
      "option",
      "unknown",
      "upstream",
    ] as const;
    return this[random.pick<(typeof kinds | typeof policies)[number]>([...kinds, ...policies])]();
  }

  private is(times: number): boolean {
    return this.random.below(times) === 0;
  }

  private name(letter: string, count = 3): string {
    return `${letter}${this.random.below(count)}`;
  }

  private namespace(): string {
    return this.is(6) ? "b" : "a";
  }

  private object(apiVersion: string, kind: string, name: string, fields: Fields): KubernetesObject {
    const { random } = this;
    const metadata = {
      // Only that an object is another says that it changed.
      ...{ name, namespace: this.namespace(), generation: 1 + random.below(3), uid: "1", resourceVersion: "1" },
      ...(this.is(2) && { labels: { app: random.pick(["x", "y"]) } }),
      creationTimestamp: `2026-01-01T00:00:0${random.below(5)}Z`,
    };
    return { apiVersion, kind, metadata, ...fields } as KubernetesObject;
  }

  gateway(): KubernetesObject {
    const { random } = this;
    const from = random.pick([
      { from: "All" },
      { from: "Same" },
      { from: "Selector", selector: { matchLabels: { t: "1" } } },
      { from: "Selector", selector: { matchExpressions: [{ key: "t", operator: "NotIn", values: ["1"] }] } },
    ]);
    const kinds = this.is(9) && { kinds: [{ kind: random.pick(["HTTPRoute", "TCPRoute"]) }] };
    const listener = (name: string, hostname?: string) => ({
      ...{ name, port: 80, protocol: "HTTP", allowedRoutes: { namespaces: from, ...kinds } },
      ...(hostname !== undefined && { hostname }),
    });
    const secure = (name: string, hostname: string) => ({
      ...{ ...listener(name, hostname), port: 443, protocol: "HTTPS" },
      tls: { certificateRefs: [{ name: this.name("k", 2), ...(this.is(3) && { namespace: "b" }) }] },
    });
    const listeners = [
      listener("http"),
      ...(this.is(2) ? [listener("other", random.pick(["*.example.com", "one.example.com"]))] : []),
      ...(this.is(3) ? [secure("tls", "*.example.com")] : []),
      ...(this.is(4) ? [secure("tls2", random.pick(["two.example.com", "*.org"]))] : []),
    ];
    const gatewayClassName = this.is(5) ? "foreign" : "claimgate";
    const spec = { gatewayClassName, listeners: this.is(8) ? "wrong" : listeners };
    return this.object(`${GATEWAY_API}/v1`, "Gateway", this.name("g", 2), { spec });
  }

  route(): KubernetesObject {
    const { random } = this;
    const header = { headers: [{ name: "x-team", value: "a" }] };
    const rule = (i: number) => ({
      ...(this.is(2) && { name: `rule${i ^ Number(this.is(4))}` }),
      matches: [{ path: { type: "PathPrefix", value: `/${random.pick(["", "a", "b"])}` }, ...(this.is(4) && header) }],
      ...(this.is(3) && { filters: Array.from({ length: this.is(3) ? 2 : 1 }, () => this.filter()) }),
      backendRefs: [{ name: this.name("s", 2), port: 80, ...(this.is(3) && { namespace: "b" }) }],
      ...(this.is(9) && { retry: {} }),
    });
    const parentRef = () => ({
      ...{ name: this.name("g", 2), namespace: "a" },
      ...(this.is(4) && { sectionName: random.pick(["http", "other", "tls"]) }),
      ...(this.is(8) && { port: 443 }),
    });
    const hostname = () => random.pick(["one.example.com", "two.example.com", "*.example.com", "else.org"]);
    const spec = {
      parentRefs: Array.from({ length: this.is(4) ? 2 : 1 }, parentRef),
      ...(this.is(2) && { hostnames: Array.from({ length: this.is(3) ? 2 : 1 }, hostname) }),
      rules: this.is(9) ? "wrong" : Array.from({ length: 1 + random.below(2) }, (_, i) => rule(i)),
    };
    return this.object(`${GATEWAY_API}/v1`, "HTTPRoute", this.name("r"), { spec });
  }

  private filter(): Fields {
    const extensionRef = this.is(2)
      ? { group: "gateway.kgateway.dev", kind: "TrafficPolicy", name: this.name("t") }
      : { group: "gateway.solo.io", kind: "RouteOption", name: this.name("o") };
    return { type: "ExtensionRef", extensionRef };
  }

  service(): KubernetesObject {
    const spec = this.is(6)
      ? { type: "ExternalName", externalName: `idp${this.random.below(2)}.example` }
      : { ports: [{ name: this.random.pick(["http", "h2c"]), port: this.is(5) ? 81 : 80 }] };
    return this.object("v1", "Service", this.name("s", 2), { spec });
  }

  slice(): KubernetesObject {
    const slice = this.object("discovery.k8s.io/v1", "EndpointSlice", this.name("slice", 2), {
      addressType: "IPv4",
      endpoints: [{ addresses: [`10.0.0.${this.random.below(3)}`] }],
      ports: [{ name: "http", port: 8080 }],
    });
    slice.metadata.labels = { "kubernetes.io/service-name": this.name("s", 2) };
    return slice;
  }

  grant(): KubernetesObject {
    const from = this.random.pick([
      { group: GATEWAY_API, kind: "HTTPRoute", namespace: "a" },
      { group: "gateway.kgateway.dev", kind: "TrafficPolicy", namespace: "a" },
      { group: "gateway.kgateway.dev", kind: "GatewayExtension", namespace: "a" },
      { group: "gateway.solo.io", kind: "RouteOption", namespace: "a" },
      { group: GATEWAY_API, kind: "Gateway", namespace: "a" },
    ]);
    const to = this.random.pick([
      { group: "", kind: "Service" },
      { group: "", kind: "Secret" },
      { group: "gateway.kgateway.dev", kind: "GatewayExtension" },
      { group: "gloo.solo.io", kind: "Upstream" },
    ]);
    const grant = this.object(`${GATEWAY_API}/v1beta1`, "ReferenceGrant", this.name("grant"), {
      spec: { from: [from], to: [to] },
    });
    grant.metadata.namespace = "b";
    return grant;
  }

  ns(): KubernetesObject {
    return {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: this.namespace(), labels: { t: String(this.random.below(2)) } },
    };
  }

  configMap(): KubernetesObject {
    const jwks = this.random.pick(["{}", JWKS, JWKS, PEMS[0].certificate]);
    return this.object("v1", "ConfigMap", this.name("c", 2), { data: { jwks } });
  }

  secret(): KubernetesObject {
    const { certificate } = this.random.pick(PEMS);
    const { key } = this.random.pick(PEMS);
    return this.object("v1", "Secret", this.name("k", 2), {
      ...{ type: "kubernetes.io/tls", stringData: { "tls.crt": certificate, "tls.key": key } },
    });
  }

  upstream(): KubernetesObject {
    const spec = this.is(2)
      ? { static: { hosts: [{ addr: `10.1.0.${this.random.below(2)}`, port: 80 }] } }
      : { kube: { serviceName: this.name("s", 2), serviceNamespace: "a", servicePort: 80 } };
    return this.object("gloo.solo.io/v1", "Upstream", this.name("u", 2), { spec });
  }

  private writes(): Fields {
    return this.is(3) ? { claimsToHeaders: [{ name: "team", header: this.random.pick(["x-team", "x-org"]) }] } : {};
  }

  extension(): KubernetesObject {
    const { random } = this;
    const remote = {
      url: "http://idp.example/keys",
      backendRef: { name: this.name("s", 2), port: 80, ...(this.is(3) && { namespace: "b" }) },
    };
    const jwks = random.pick<Fields>([
      { local: { inline: JWKS } },
      { local: { inline: PEMS[1].certificate } },
      { local: { configMapRef: { name: this.name("c", 2) } } },
      { remote },
    ]);
    const header = this.is(2) && { tokenSource: { header: { header: random.pick(["x-token", "x-team"]) } } };
    const provider = { name: "p", issuer: random.pick(["i", "j"]), jwks, ...header, ...this.writes() };
    const spec = this.is(9) ? { jwt: { provider } } : { jwt: { providers: [provider] } };
    return this.object("gateway.kgateway.dev/v1alpha1", "GatewayExtension", this.name("e"), { spec });
  }

  private targets(kind: string): Fields {
    const common = { group: GATEWAY_API, kind };
    const name = kind === "Gateway" ? this.name("g", 2) : this.name("r");
    const sectionName = this.is(4) && { sectionName: this.random.pick(["http", "other", "rule0", "rule1"]) };
    const selector = this.is(6) ? "targetSelector" : "targetSelectors";
    if (this.is(4)) return { [selector]: [{ ...common, matchLabels: { app: "x" }, ...sectionName }] };
    return { [this.is(12) ? "targetRef" : "targetRefs"]: [{ ...common, name, ...sectionName }] };
  }

  traffic(): KubernetesObject {
    const extensionRef = { name: this.name("e"), ...(this.is(4) && { namespace: "b" }) };
    const spec = {
      ...this.targets(this.random.pick(["Gateway", "HTTPRoute", "HTTPRoute"])),
      jwtAuth: this.is(5) ? { disable: {} } : { extensionRef },
    };
    return this.object("gateway.kgateway.dev/v1alpha1", "TrafficPolicy", this.name("t"), { spec });
  }

  private rbac(): Fields {
    const principals = [
      {
        jwtPrincipal: {
          claims: { team: this.random.pick(["a", "b", "("]) },
          ...(this.is(3) && { matcher: "REGEX_MATCH" }),
        },
      },
    ];
    return { rbac: this.is(5) ? { disable: true } : { policies: { v: { principals } } } };
  }

  private jwt(): Fields {
    const remote = {
      url: "https://idp.example/keys",
      upstreamRef: { name: this.name("u", 2), namespace: this.namespace() },
    };
    const claimsToHeaders = this.is(3) ? [{ claim: "team", header: this.random.pick(["x-team", "x-org"]) }] : [];
    return {
      providers: {
        p: {
          issuer: this.random.pick(["i", "j"]),
          jwks: this.is(3) ? { remote } : { local: { key: JWKS } },
          claimsToHeaders,
        },
      },
    };
  }

  host(): KubernetesObject {
    const options = { ...(this.is(2) && { jwt: this.jwt() }), ...(this.is(2) && this.rbac()) };
    return this.object("gateway.solo.io/v1", "VirtualHostOption", this.name("v"), {
      spec: { ...this.targets("Gateway"), options },
    });
  }

  option(): KubernetesObject {
    const staged = this.is(3) && {
      jwtProvidersStaged: { [this.random.pick(["beforeExtAuth", "afterExtAuth"])]: this.jwt() },
    };
    const options = { ...staged, ...(this.is(5) && { jwt: { disable: true } }), ...this.rbac() };
    return this.object("gateway.solo.io/v1", "RouteOption", this.name("o"), {
      spec: { ...this.targets("HTTPRoute"), options },
    });
  }

  unknown(): KubernetesObject {
    return this.object("gateway.solo.io/v2", "RouteOptions", this.name("z", 1), { spec: this.targets("HTTPRoute") });
  }
}

function sorted(resources: Iterable<LoadedResource>): LoadedResource[] {
  const key = ({ object }: LoadedResource) => `${object.apiVersion} ${objectId(object)}`;
  return [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

test.each([1, 2, 3, 4, 5, 6])("changes one after the other, seed %d", (seed) => {
  const random = new Random(seed);
  const world = new World(random);
  const memory = new Memory();
  const resources = new Map<string, LoadedResource>();
  const options = {
    ...DEFAULT_OPTIONS,
    quarantined: new Map<string, string>(),
    unread: new Map<string, string>(),
    now: STARTED,
  };
  let filter: Validator = validator;
  const seen = new Set<string>();
  for (let step = 0; step < 400; step++) {
    // A view may bring several.
    do {
      const ids = [...resources.keys()];
      if (ids.length > 30 || (ids.length > 0 && random.below(5) === 0)) resources.delete(random.pick(ids));
      else {
        const object = world.one();
        resources.set(`${object.apiVersion} ${objectId(object)}`, load(object));
      }
    } while (random.below(4) === 0);
    if (random.below(10) === 0)
      options.quarantined = new Map([
        [
          `${random.pick(["HTTPRoute a/r", "RouteOption a/o", "TrafficPolicy a/t", "GatewayExtension a/e"])}${random.below(3)}`,
          "refused",
        ],
      ]);
    if (random.below(10) === 0) options.quarantined = new Map();
    if (random.below(20) === 0) {
      const unread = `${random.pick(["ConfigMap a/c", "Secret a/k"])}${random.below(2)}`;
      options.unread = new Map(random.below(2) === 0 ? [] : [[unread, `cannot be read: ${random.pick([403, 500])}`]]);
    }
    // Certificates are good for an hour.
    if (random.below(10) === 0) options.now = STARTED + random.below(2) * 7_200_000;
    // None of these changes while a controller runs; but they are parameters.
    if (random.below(40) === 0) options.gatewayClasses = random.pick([["claimgate"], ["claimgate", "foreign"]]);
    if (random.below(40) === 0) options.statusNamespace = random.pick(["claimgate-system", "other"]);
    if (random.below(40) === 0) options.jwksCaFile = random.pick([DEFAULT_OPTIONS.jwksCaFile, "/other.pem"]);
    if (random.below(40) === 0) filter = random.pick([validator, narrow]);
    const all = sorted(resources.values()).map((one) => {
      // As isolation.ts closes what translation fails on: the same object with a finding more.
      if (random.below(20) > 0) return one;
      return { ...one, findings: [...one.findings, { path: "", message: "closed" }] };
    });
    // As the order of files may be (source/merge.ts).
    if (random.below(20) === 0) all.reverse();
    const incremental = textOf(frozen(translate(all, filter, options, memory)));
    // Other objects of the same content: of these nothing can have been kept.
    const anew = textOf(translate(structuredClone(all), filter, options));
    if (incremental !== anew) expect(JSON.parse(incremental)).toEqual(JSON.parse(anew));
    expect(incremental === anew).toBe(true);
    seen.add(incremental);
  }
  // They were changes.
  expect(seen.size).toBeGreaterThan(250);
});

test("one change among many leaves all else the very objects that were there", () => {
  const object = (i: number, team: string): KubernetesObject[] => [
    load0("HTTPRoute", `r${i}`, { parentRefs: [{ name: "g" }], hostnames: [`h${i}.example`], rules: [{}] }),
    option(i, team),
  ];
  const option = (i: number, team: string) =>
    load0("RouteOption", `o${i}`, {
      targetRefs: [{ group: GATEWAY_API, kind: "HTTPRoute", name: `r${i}` }],
      options: { rbac: { policies: { v: { principals: [{ jwtPrincipal: { claims: { team } } }] } } } },
    });
  function load0(kind: string, name: string, spec: object): KubernetesObject {
    const apiVersion = kind === "RouteOption" ? "gateway.solo.io/v1" : `${GATEWAY_API}/v1`;
    return { apiVersion, kind, metadata: { name, namespace: "a" }, spec } as KubernetesObject;
  }
  const listeners = [{ name: "http", port: 80, protocol: "HTTP" }];
  const gateway = load0("Gateway", "g", { gatewayClassName: "claimgate", listeners });
  const resources = [gateway, ...Array.from({ length: 20 }, (_, i) => object(i, `team ${i}`)).flat()].map(load);
  const memory = new Memory();
  const before = translate(resources, validator, DEFAULT_OPTIONS, memory);
  const changed = resources.map((one) => (one.object.metadata.name === "o7" ? load(option(7, "other")) : one));
  const after = translate(changed, validator, DEFAULT_OPTIONS, memory);
  const hosts = ({ snapshots }: Translation) =>
    new Set(snapshots.get("a/g")!.routes.get("a/g/80")!["virtualHosts"] as readonly object[]);
  const statuses = (translation: Translation) =>
    new Set<object>(translation.statuses.filter(({ kind }) => kind !== "Gateway"));
  for (const of of [hosts, statuses]) {
    const made = [...of(after)].filter((one) => !of(before).has(one));
    expect(made.length).toBe(1);
  }
});

test("a certificate of a key expires although nothing changes", async () => {
  const { certificate } = await certificateFor(["idp.example"]);
  const providers = [{ name: "p", issuer: "i", jwks: { local: { inline: certificate } } }];
  const extension = {
    ...{ apiVersion: "gateway.kgateway.dev/v1alpha1", kind: "GatewayExtension" },
    ...{ metadata: { name: "e", namespace: "a" }, spec: { jwt: { providers } } },
  } as KubernetesObject;
  const resources = [load(extension)];
  const memory = new Memory();
  const said = (now: number) =>
    JSON.stringify(translate(resources, validator, { ...DEFAULT_OPTIONS, now }, memory).statuses);
  const now = Date.now();
  expect(said(now)).not.toContain("expired");
  // It is good for an hour.
  expect(said(now + 2 * 3_600_000)).toContain("its certificate expired on");
});

describe("what keys come from changes alone", () => {
  const object = (apiVersion: string, kind: string, name: string, fields: Fields): LoadedResource =>
    load({ apiVersion, kind, metadata: { name, namespace: "a" }, ...fields } as KubernetesObject);
  const at = { group: GATEWAY_API, kind: "Gateway", name: "g" };
  const listeners = [{ name: "http", port: 80, protocol: "HTTP" }];
  const slice = (address: string): LoadedResource =>
    load({
      ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
      metadata: { name: "s", namespace: "a", labels: { "kubernetes.io/service-name": "idp" } },
      ...{ endpoints: [{ addresses: [address] }], ports: [{ name: "http", port: 8080 }] },
    } as KubernetesObject);
  const providers = (jwks: Fields) => ({ spec: { jwt: { providers: [{ name: "p", issuer: "i", jwks }] } } });
  const base = [
    object(`${GATEWAY_API}/v1`, "Gateway", "g", { spec: { gatewayClassName: "claimgate", listeners } }),
    object("v1", "Service", "idp", { spec: { ports: [{ name: "http", port: 80 }] } }),
    object("gateway.kgateway.dev/v1alpha1", "TrafficPolicy", "t", {
      spec: { targetRefs: [at], jwtAuth: { extensionRef: { name: "e" } } },
    }),
  ];
  const remote = { url: "http://idp.example/keys", backendRef: { name: "idp", port: 80 } };
  const extension = (jwks: Fields) => object("gateway.kgateway.dev/v1alpha1", "GatewayExtension", "e", providers(jwks));
  const ofIdp = [...base, extension({ remote })];
  const ofMap = [...base, extension({ local: { configMapRef: { name: "c" } } })];

  test("the endpoints of a Service", () => {
    const memory = new Memory();
    const made = (address: string) => textOf(translate([...ofIdp, slice(address)], validator, DEFAULT_OPTIONS, memory));
    expect(made("10.0.0.1")).toContain('"10.0.0.1"');
    expect(made("10.0.0.2")).toContain('"10.0.0.2"');
    expect(made("10.0.0.2")).not.toContain('"10.0.0.1"');
  });

  test("why a ConfigMap is not there", () => {
    const memory = new Memory();
    const made = (...unread: [string, string][]) =>
      textOf(translate(ofMap, validator, { ...DEFAULT_OPTIONS, unread: new Map(unread) }, memory));
    expect(made()).toContain("ConfigMap a/c not found");
    expect(made(["ConfigMap a/c", "cannot be read: 403"])).toContain("ConfigMap a/c cannot be read: 403");
  });
});

test("another listener of the port is switched off in virtual hosts that are there already", () => {
  const gateway = (...listeners: Fields[]): LoadedResource =>
    load({
      ...{ apiVersion: `${GATEWAY_API}/v1`, kind: "Gateway", metadata: { name: "g", namespace: "a" } },
      spec: { gatewayClassName: "claimgate", listeners },
    } as KubernetesObject);
  const route = load({
    ...{ apiVersion: `${GATEWAY_API}/v1`, kind: "HTTPRoute", metadata: { name: "r", namespace: "a" } },
    spec: { parentRefs: [{ name: "g", sectionName: "http" }], hostnames: ["else.org"], rules: [{}] },
  } as KubernetesObject);
  const http = { name: "http", port: 80, protocol: "HTTP" };
  const memory = new Memory();
  const hosts = (...listeners: Fields[]) => {
    const { snapshots } = translate([gateway(...listeners), route], validator, DEFAULT_OPTIONS, memory);
    const table = snapshots.get("a/g")!.routes.get("a/g/80") as {
      virtualHosts: { name: string; typedPerFilterConfig?: object }[];
    };
    return table.virtualHosts.find(({ name }) => name === "else.org")!.typedPerFilterConfig;
  };
  expect(hosts(http)).toBeUndefined();
  expect(Object.keys(hosts(http, { ...http, name: "other", hostname: "*.example.com" })!)).toEqual(["a/g/other"]);
});
