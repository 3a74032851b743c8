// Each thing that a kept result is made of, changed alone: what is made of all resources after it is what is made of them by somebody who
// never saw those of before. incremental.test.ts does so at random; here is what must not depend on luck.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { certificateFor } from "../../tests/support/certificates.js";
import { frozen, load, textOf } from "../../tests/support/translations.js";
import type { KubernetesObject } from "../api/types.js";
import { DEFAULT_OPTIONS } from "../controller.js";
import { FilterValidator } from "../filter/validator.js";
import type { LoadedResource } from "../source/source.js";
import { packageRoot } from "../xds/package-root.js";
import { Memory } from "./kept.js";
import { objectId } from "./resources.js";
import { translate, type TranslateOptions } from "./translate.js";
import type { Validator } from "./validator.js";

const JWKS = readFileSync(join(packageRoot(), "tests", "golden", "jwks.json"), "utf8");
const validator = new FilterValidator(join(packageRoot(), "build", "claimgate.wasm"));
const GATEWAY_API = "gateway.networking.k8s.io";
const PEMS = [await certificateFor(["one.example"]), await certificateFor(["two.example"])] as const;
const NOW = Date.now();

type Fields = Record<string, unknown>;
type Change = (world: World) => void;

const API: Readonly<Record<string, string>> = {
  ...{ Gateway: `${GATEWAY_API}/v1`, HTTPRoute: `${GATEWAY_API}/v1`, ReferenceGrant: `${GATEWAY_API}/v1beta1` },
  ...{ TrafficPolicy: "gateway.kgateway.dev/v1alpha1", GatewayExtension: "gateway.kgateway.dev/v1alpha1" },
  ...{ VirtualHostOption: "gateway.solo.io/v1", RouteOption: "gateway.solo.io/v1", Upstream: "gloo.solo.io/v1" },
  EndpointSlice: "discovery.k8s.io/v1",
};

/** Resources and what else there is to a translation. */
class World {
  readonly resources = new Map<string, LoadedResource>();
  options: TranslateOptions = { ...DEFAULT_OPTIONS, now: NOW };
  filter: Validator = validator;

  constructor() {
    for (const object of BASE) this.add(object);
    // As if Gloo's options had selectors.
    const selecting = load(SELECTING);
    this.resources.set(objectId(SELECTING), frozen({ ...selecting, findings: [] }));
  }

  add(object: KubernetesObject): void {
    this.resources.set(objectId(object), load(object));
  }

  drop(id: string): void {
    expect(this.resources.delete(id)).toBe(true);
  }

  /** Puts another object in the place of one. */
  edit(id: string, change: (copy: { metadata: Fields; spec: Fields } & Fields) => void): void {
    const copy = structuredClone(this.resources.get(id)!.object);
    change(copy as never);
    this.add(copy);
  }

  find(id: string, message: string): void {
    const one = this.resources.get(id)!;
    this.resources.set(id, { ...one, findings: [{ path: "", message }] });
  }

  translate(memory?: Memory): string {
    const all = [...this.resources.values()];
    if (memory !== undefined) return textOf(frozen(translate(all, this.filter, this.options, memory)));
    return textOf(translate(structuredClone(all), this.filter, this.options));
  }
}

function object(kind: string, name: string, fields: Fields, metadata: Fields = {}): KubernetesObject {
  const meta = { name, namespace: "a", generation: 1, creationTimestamp: "2026-01-01T00:00:02Z", ...metadata };
  return { apiVersion: API[kind] ?? "v1", kind, metadata: meta, ...fields } as KubernetesObject;
}

const target = (kind: string, name: string, sectionName?: string) => ({
  targetRefs: [{ group: GATEWAY_API, kind, name, ...(sectionName !== undefined && { sectionName }) }],
});
const rbac = (team: string) => ({
  rbac: { policies: { v: { principals: [{ jwtPrincipal: { claims: { team } } }] } } },
});
const route = (name: string, spec: Fields, metadata?: Fields) =>
  object("HTTPRoute", name, { spec: { parentRefs: [{ name: "g", namespace: "a" }], ...spec } }, metadata);
const rule = (path: string, more: Fields = {}) => ({
  ...{ matches: [{ path: { type: "PathPrefix", value: path } }], backendRefs: [{ name: "s", port: 80 }] },
  ...more,
});
const filter = (...names: string[]) => ({
  filters: names.map((name) => ({
    ...{ type: "ExtensionRef", extensionRef: { group: "gateway.solo.io", kind: "RouteOption", name } },
  })),
});
const grant = (name: string, kind: string, group: string, to: Fields) =>
  object("ReferenceGrant", name, { spec: { from: [{ group, kind, namespace: "a" }], to: [to] } }, { namespace: "b" });
const secret = (name: string, pem: number, namespace = "a") =>
  object(
    "Secret",
    name,
    { type: "kubernetes.io/tls", stringData: { "tls.crt": PEMS[pem]!.certificate, "tls.key": PEMS[pem]!.key } },
    { namespace },
  );
const listeners: Fields[] = [
  { name: "http", port: 80, protocol: "HTTP" },
  { name: "wide", port: 80, protocol: "HTTP", hostname: "*.example.com" },
  { name: "tls", port: 443, protocol: "HTTPS", hostname: "*.example.com", certificate: "k" },
  { name: "far", port: 443, protocol: "HTTPS", hostname: "far.org", certificate: "b/k" },
].map(({ certificate, ...listener }) => {
  const [name, namespace] = (certificate ?? "").split("/").reverse();
  const ref = { name, ...(namespace !== undefined && { namespace }) };
  const from = { from: "Selector", selector: { matchLabels: { t: "1" } } };
  const tls = certificate !== undefined && { tls: { certificateRefs: [ref] } };
  return { ...listener, ...tls, allowedRoutes: { namespaces: from } };
});
const jwt = (jwks: Fields, more: Fields = {}) => ({ jwt: { providers: { p: { issuer: "i", jwks, ...more } } } });

/** Of a policy that writes a header: with something more, or another. */
const writing = (more: Fields, header = "x-org") => {
  const claimsToHeaders = [{ claim: "team", header }];
  return { jwtProvidersStaged: { afterExtAuth: jwt({ local: { key: JWKS } }, { claimsToHeaders, ...more }).jwt } };
};

const SELECTING = object("RouteOption", "selecting", {
  spec: {
    targetSelectors: [{ group: GATEWAY_API, kind: "HTTPRoute", matchLabels: { app: "z" } }],
    options: rbac("z"),
  },
});

const BASE: readonly KubernetesObject[] = [
  object("Gateway", "g", { spec: { gatewayClassName: "claimgate", listeners } }),
  object("Gateway", "other", { spec: { gatewayClassName: "foreign", listeners: [{ ...listeners[0]! }] } }),
  object("Gateway", "picked", { spec: { gatewayClassName: "claimgate", listeners: [listeners[0]!] } }),
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "a", labels: { t: "1" } } } as KubernetesObject,
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "b", labels: { t: "1" } } } as KubernetesObject,
  object("Service", "s", { spec: { ports: [{ name: "http", port: 80 }] } }),
  object("Service", "s", { spec: { ports: [{ name: "http", port: 80 }] } }, { namespace: "b" }),
  object("Secret", "k", { ...secret("k", 0) }),
  secret("k", 0, "b"),
  grant("secrets", "Gateway", GATEWAY_API, { group: "", kind: "Secret" }),
  grant("services", "HTTPRoute", GATEWAY_API, { group: "", kind: "Service" }),
  grant("upstreams", "VirtualHostOption", "gateway.solo.io", { group: "gloo.solo.io", kind: "Upstream" }),
  grant("extensions", "TrafficPolicy", "gateway.kgateway.dev", {
    ...{ group: "gateway.kgateway.dev", kind: "GatewayExtension" },
  }),
  object(
    "EndpointSlice",
    "slice",
    { addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.1"] }], ports: [{ name: "http", port: 8080 }] },
    { labels: { "kubernetes.io/service-name": "s" } },
  ),
  object("Upstream", "u", { spec: { static: { hosts: [{ addr: "10.1.0.0", port: 80 }] } } }, { namespace: "b" }),
  object("ConfigMap", "c", { data: { jwks: JWKS } }),
  route("plain", { hostnames: ["one.example.com"], rules: [rule("/")] }),
  route("between", {
    parentRefs: ["other", "picked"].map((name) => ({ name, namespace: "a", sectionName: "none" })),
    rules: [rule("/")],
  }),
  route("twin", { hostnames: ["one.example.com"], rules: [rule("/")] }),
  route("named", {
    hostnames: ["one.example.com", "two.example.com"],
    rules: [rule("/a", { name: "first" }), rule("/b")],
  }),
  route("headers", {
    hostnames: ["*.example.com", "s.example.com"],
    rules: [
      { ...rule("/"), matches: [{ headers: [{ name: "x-team", value: "a" }] }] },
      { ...rule("/"), matches: [{ queryParams: [{ name: "tok", value: "a" }] }] },
    ],
  }),
  // Nothing that is written for the others is removed here.
  route(
    "apart",
    {
      hostnames: ["s.example.com"],
      rules: [{ ...rule("/p"), matches: [{ headers: [{ name: "x-team", value: "b" }] }] }],
    },
    { namespace: "b" },
  ),
  route("remote", {
    hostnames: ["else.org"],
    rules: [rule("/", { backendRefs: [{ name: "s", namespace: "b", port: 80 }] })],
  }),
  route("filtered", {
    hostnames: ["f.example.com"],
    rules: [rule("/", filter("f1", "f2")), rule("/x", filter("f1"))],
  }),
  route("shown", { hostnames: ["s.example.com"], rules: [rule("/")] }, { labels: { app: "x" } }),
  object("GatewayExtension", "e", { spec: { jwt: { providers: [{ name: "p", issuer: "i", jwks: { local: { configMapRef: { name: "c" } } } }] } } }), // prettier-ignore
  object("GatewayExtension", "e", { spec: { jwt: { providers: [{ name: "p", issuer: "b", jwks: { local: { inline: JWKS } } }] } } }, { namespace: "b" }), // prettier-ignore
  object("GatewayExtension", "timed", { spec: { jwt: { providers: [{ name: "p", issuer: "i", jwks: { local: { inline: PEMS[0].certificate } } }] } } }), // prettier-ignore
  object("GatewayExtension", "r", { spec: { jwt: { providers: [{ name: "p", issuer: "i", jwks: { remote: { url: "https://idp.example/keys", backendRef: { name: "s", port: 80 } } } }] } } }), // prettier-ignore
  object("TrafficPolicy", "gateway", {
    spec: { ...target("Gateway", "g"), jwtAuth: { extensionRef: { name: "e" } } },
  }),
  object("TrafficPolicy", "listener", {
    spec: { ...target("Gateway", "g", "wide"), jwtAuth: { extensionRef: { name: "r" } } },
  }),
  object("TrafficPolicy", "granted", { spec: { ...target("HTTPRoute", "named"), jwtAuth: { extensionRef: { name: "e", namespace: "b" } } } }), // prettier-ignore
  object("TrafficPolicy", "rule", { spec: { ...target("HTTPRoute", "named", "first"), jwtAuth: { disable: {} } } }),
  object("TrafficPolicy", "selecting", { spec: { targetSelectors: [{ group: GATEWAY_API, kind: "HTTPRoute", matchLabels: { app: "x" } }], jwtAuth: { disable: {} } } }), // prettier-ignore
  object("TrafficPolicy", "misspelt", { spec: { targetSelector: [{ group: GATEWAY_API, kind: "HTTPRoute", matchLabels: { app: "y" } }], jwtAuth: { disable: {} } } }), // prettier-ignore
  object("TrafficPolicy", "choosing", { spec: { targetSelectors: [{ group: GATEWAY_API, kind: "Gateway", matchLabels: { app: "x" } }], jwtAuth: { disable: {} } } }), // prettier-ignore
  object("TrafficPolicy", "elsewhere", { spec: { ...target("Gateway", "other"), jwtAuth: { disable: {} } } }),
  object("TrafficPolicy", "lost", {
    spec: { ...target("Gateway", "picked"), jwtAuth: { extensionRef: { name: "timed" } } },
  }),
  object("VirtualHostOption", "v", { spec: { ...target("Gateway", "g"), options: jwt({ remote: { url: "https://idp.example/keys", upstreamRef: { name: "u", namespace: "b" } } }) } }), // prettier-ignore
  object("RouteOption", "wrong", {
    spec: {
      targetRefs: ["other", "picked"].map((name) => target("Gateway", name).targetRefs[0]),
      options: rbac("x"),
    },
  }),
  object("RouteOption", "f1", { spec: { options: rbac("one") } }),
  object("RouteOption", "f2", { spec: { options: { ...rbac("two"), jwt: { disable: true } } } }),
  object("RouteOption", "older", { spec: { ...target("HTTPRoute", "plain"), options: rbac("old") } }),
  object("RouteOption", "younger", { spec: { ...target("HTTPRoute", "plain"), options: { ...rbac("young"), jwt: { disable: true } } } }, { creationTimestamp: "2026-01-01T00:00:03Z" }), // prettier-ignore
  object("RouteOption", "writer", { spec: { ...target("HTTPRoute", "shown"), options: writing({}) } }),
];

const spec = (copy: { spec: Fields }) => copy.spec;
const narrow: Validator = {
  key: (jwk) => validator.key(jwk),
  provider: () => ({ path: "issuer", message: "not that one" }),
  authorization: () => ({ path: "policies", message: "none" }),
  configuration: (one) => validator.configuration(one),
};

const CHANGES: readonly (readonly [name: string, change: Change])[] = [
  // What routes are made of.
  ["the protocol of a Service", (w) => w.edit("Service a/s", (o) => (spec(o)["ports"] = [{ name: "h2c", port: 80 }]))],
  ["a Service goes", (w) => w.drop("Service b/s")],
  ["a Service's port goes", (w) => w.edit("Service b/s", (o) => (spec(o)["ports"] = [{ port: 81 }]))],
  ["a grant of Services goes", (w) => w.drop("ReferenceGrant b/services")],
  ["the path of a route", (w) => w.edit("HTTPRoute a/plain", (o) => (spec(o)["rules"] = [rule("/new")]))],
  ["the age of a route", (w) => w.edit("HTTPRoute a/plain", (o) => (o.metadata["creationTimestamp"] = "2026-01-01T00:00:03Z"))], // prettier-ignore
  ["the generation of a route", (w) => w.edit("HTTPRoute a/plain", (o) => (o.metadata["generation"] = 2))],
  ["a finding about a route", (w) => w.find("HTTPRoute a/plain", "bad")],
  ["a route goes", (w) => w.drop("HTTPRoute a/plain")],
  ["a route joins a domain, before its first", (w) => w.add(route("after", { hostnames: ["one.example.com"], rules: [rule("/longer/path")] }))], // prettier-ignore
  ["a route joins all domains", (w) => w.add(route("anywhere", { rules: [rule("/any")] }))],
  ["a route is in quarantine", (w) => (w.options.quarantined = new Map([["HTTPRoute a/named", "refused"]]))],
  // What Gateways are made of.
  ["the labels of a namespace", (w) => w.edit("Namespace default/a", (o) => (o.metadata["labels"] = { t: "2" }))],
  ["a namespace goes", (w) => w.drop("Namespace default/a")],
  ["the keys in a Secret", (w) => w.add(secret("k", 1))],
  [
    "why a Secret is not there",
    (w) => (w.drop("Secret a/k"), (w.options.unread = new Map([["Secret a/k", "cannot be read"]]))),
  ],
  ["a grant of Secrets goes", (w) => w.drop("ReferenceGrant b/secrets")],
  ["the hostname of a listener", (w) => w.edit("Gateway a/g", (o) => ((spec(o)["listeners"] as Fields[])[1]!["hostname"] = "*.org"))], // prettier-ignore
  ["the hostname of a listener with TLS", (w) => w.edit("Gateway a/g", (o) => ((spec(o)["listeners"] as Fields[])[3]!["hostname"] = "one.example.com"))], // prettier-ignore
  ["a listener goes", (w) => w.edit("Gateway a/g", (o) => (spec(o)["listeners"] as Fields[]).splice(1, 1))],
  ["a listener comes", (w) => w.edit("Gateway a/g", (o) => (spec(o)["listeners"] as Fields[]).push({ ...listeners[1]!, name: "new", hostname: "*.org" }))], // prettier-ignore
  [
    "the name of a listener",
    (w) => w.edit("Gateway a/g", (o) => ((spec(o)["listeners"] as Fields[])[1]!["name"] = "w")),
  ],
  ["who may attach", (w) => w.edit("Gateway a/g", (o) => ((spec(o)["listeners"] as Fields[])[0]!["allowedRoutes"] = { namespaces: { from: "None" } }))], // prettier-ignore
  ["the generation of a Gateway", (w) => w.edit("Gateway a/g", (o) => (o.metadata["generation"] = 2))],
  ["a Gateway goes", (w) => w.drop("Gateway a/g")],
  ["a finding about a Gateway", (w) => w.find("Gateway a/g", "bad")],
  ["a finding about a Gateway that nothing serves", (w) => w.find("Gateway a/other", "bad")],
  ["the class of a Gateway", (w) => w.edit("Gateway a/other", (o) => (spec(o)["gatewayClassName"] = "claimgate"))],
  ["the classes of two Gateways", (w) => (w.edit("Gateway a/other", (o) => (spec(o)["gatewayClassName"] = "claimgate")), w.edit("Gateway a/picked", (o) => (spec(o)["gatewayClassName"] = "foreign")))], // prettier-ignore
  ["which classes are ours", (w) => (w.options.gatewayClasses = ["claimgate", "foreign"])],
  // What policies are made of.
  ["the keys in a ConfigMap", (w) => w.edit("ConfigMap a/c", (o) => (o["data"] = { jwks: PEMS[0].certificate }))],
  ["why a ConfigMap is not there", (w) => (w.drop("ConfigMap a/c"), (w.options.unread = new Map([["ConfigMap a/c", "cannot be read"]])))], // prettier-ignore
  ["the endpoints that keys come from", (w) => w.edit("EndpointSlice a/slice", (o) => (o["endpoints"] = [{ addresses: ["10.0.0.2"] }]))], // prettier-ignore
  ["the Upstream that keys come from", (w) => w.edit("Upstream b/u", (o) => (spec(o)["static"] = { hosts: [{ addr: "10.1.0.1", port: 80 }] }))], // prettier-ignore
  ["a grant of Upstreams goes", (w) => w.drop("ReferenceGrant b/upstreams")],
  ["a grant of extensions goes", (w) => w.drop("ReferenceGrant b/extensions")],
  ["an extension", (w) => w.edit("GatewayExtension b/e", (o) => (spec(o)["jwt"] = { providers: [] }))],
  ["an extension goes", (w) => w.drop("GatewayExtension b/e")],
  ["an extension is in quarantine", (w) => (w.options.quarantined = new Map([["GatewayExtension a/e", "refused"]]))],
  ["a policy is in quarantine", (w) => (w.options.quarantined = new Map([["RouteOption a/older", "refused"]]))],
  ["the filter", (w) => (w.filter = narrow)],
  ["where CAs are", (w) => (w.options.jwksCaFile = "/other.pem")],
  ["the time", (w) => (w.options.now = NOW + 7_200_000)],
  // Where policies are attached.
  ["a rule's name", (w) => w.edit("HTTPRoute a/named", (o) => ((spec(o)["rules"] as Fields[])[0]!["name"] = "x"))],
  ["a rule comes before one that a policy names", (w) => w.edit("HTTPRoute a/named", (o) => (spec(o)["rules"] as Fields[]).unshift(rule("/c")))], // prettier-ignore
  ["the labels of a route that one selects", (w) => w.edit("HTTPRoute a/shown", (o) => delete o.metadata["labels"])],
  ["the labels of a route that one does not select", (w) => w.edit("HTTPRoute a/plain", (o) => (o.metadata["labels"] = { app: "x" }))], // prettier-ignore
  ["the labels of a route that an option selects", (w) => w.edit("HTTPRoute a/plain", (o) => (o.metadata["labels"] = { app: "z" }))], // prettier-ignore
  ["the labels of a route that one would select if it were well spelt", (w) => w.edit("HTTPRoute a/plain", (o) => (o.metadata["labels"] = { app: "y" }))], // prettier-ignore
  ["the labels of a Gateway", (w) => w.edit("Gateway a/picked", (o) => (o.metadata["labels"] = { app: "x" }))],
  ["a policy that a filter names goes", (w) => w.drop("RouteOption a/f1")],
  ["another policy that a filter names goes", (w) => w.drop("RouteOption a/f2")],
  ["a policy that an earlier filter names", (w) => w.edit("RouteOption a/f1", (o) => (spec(o)["options"] = { ...rbac("one"), jwt: { disable: true } }))], // prettier-ignore
  ["a policy that an earlier filter names supplies less", (w) => w.edit("RouteOption a/f1", (o) => (spec(o)["options"] = { jwt: { disable: true } }))], // prettier-ignore
  ["the filters of a route", (w) => w.edit("HTTPRoute a/filtered", (o) => (spec(o)["rules"] = [rule("/", filter("f2", "f1")), rule("/x")]))], // prettier-ignore
  ["a route begins to name a policy", (w) => w.edit("HTTPRoute a/plain", (o) => (spec(o)["rules"] = [rule("/", filter("f1"))]))], // prettier-ignore
  // Which of them win.
  ["the age of a policy", (w) => w.edit("RouteOption a/younger", (o) => (o.metadata["creationTimestamp"] = "2026-01-01T00:00:01Z"))], // prettier-ignore
  ["an older policy goes", (w) => w.drop("RouteOption a/older")],
  ["an older policy comes back as the younger", (w) => w.edit("RouteOption a/older", (o) => (o.metadata["creationTimestamp"] = "2026-01-01T00:00:09Z"))], // prettier-ignore
  [
    "an older policy sets less",
    (w) => w.edit("RouteOption a/older", (o) => (spec(o)["options"] = { jwt: { disable: true } })),
  ],
  ["the policy of a rule goes", (w) => w.drop("TrafficPolicy a/rule")],
  ["the policy of a route goes", (w) => w.drop("TrafficPolicy a/granted")],
  ["the policy of a listener goes", (w) => w.drop("TrafficPolicy a/listener")],
  ["the policy of a Gateway goes", (w) => w.drop("TrafficPolicy a/gateway")],
  ["another API's policy of a Gateway goes", (w) => w.drop("VirtualHostOption a/v")],
  [
    "the target of a policy",
    (w) => w.edit("RouteOption a/older", (o) => Object.assign(o.spec, target("HTTPRoute", "named"))),
  ],
  ["a policy goes to another Gateway", (w) => w.edit("TrafficPolicy a/gateway", (o) => Object.assign(o.spec, target("Gateway", "picked")))], // prettier-ignore
  ["a policy in the place of another", (w) => (w.drop("RouteOption a/selecting"), w.add(object("RouteOption", "unattached", { spec: { options: rbac("z") } })))], // prettier-ignore
  ["a header that one policy writes and another route matches on", (w) => w.edit("RouteOption a/writer", (o) => (spec(o)["options"] = writing({}, "x-team")))], // prettier-ignore
  ["a token's header that another route matches on", (w) => w.edit("RouteOption a/writer", (o) => (spec(o)["options"] = writing({ tokenSource: { headers: [{ header: "x-team" }] } })))], // prettier-ignore
  ["a token's parameter that another route matches on", (w) => w.edit("RouteOption a/writer", (o) => (spec(o)["options"] = writing({ tokenSource: { queryParams: ["tok"] } })))], // prettier-ignore
  ["the generation of a policy", (w) => w.edit("RouteOption a/older", (o) => (o.metadata["generation"] = 2))],
  ["under which name a status stands", (w) => (w.options.statusNamespace = "other")],
];

test.each(CHANGES)("%s", (_name, change) => {
  const world = new World();
  const memory = new Memory();
  const before = world.translate(memory);
  expect(before).toBe(world.translate());
  change(world);
  const after = world.translate(memory);
  const anew = world.translate();
  if (after !== anew) expect(JSON.parse(after)).toEqual(JSON.parse(anew));
  expect(after).toBe(anew);
  expect(after).not.toBe(before);
  // And back, by other objects.
  expect(new World().translate(memory)).toBe(before);
});
