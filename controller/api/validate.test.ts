import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { describe, expect, it } from "vitest";
import { ruleIndexOf } from "./finding.js";
import { dispositionOf, KINDS } from "./kinds.js";
import type { KubernetesObject } from "./types.js";
import { validate, withDefaults } from "./validate.js";
import type { Schema } from "./schema/schema.js";

type Fields = { [field: string]: unknown };

function resource(apiVersion: string, kind: string, spec: unknown): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "x", namespace: "ns" }, spec } as KubernetesObject;
}
const extension = (spec: unknown): KubernetesObject =>
  resource("gateway.kgateway.dev/v1alpha1", "GatewayExtension", spec);
const policy = (spec: unknown): KubernetesObject => resource("gateway.kgateway.dev/v1alpha1", "TrafficPolicy", spec);
const hostOption = (options: unknown): KubernetesObject =>
  resource("gateway.solo.io/v1", "VirtualHostOption", { options });
const routeOption = (options: unknown): KubernetesObject => resource("gateway.solo.io/v1", "RouteOption", { options });
const route = (spec: unknown): KubernetesObject => resource("gateway.networking.k8s.io/v1", "HTTPRoute", spec);
const gateway = (spec: unknown): KubernetesObject => resource("gateway.networking.k8s.io/v1", "Gateway", spec);

const jwks = { local: { inline: "{}" } };
const provider = (more: Fields): KubernetesObject => extension({ jwt: { providers: [{ name: "p", jwks, ...more }] } });
const remote = (more: Fields): KubernetesObject =>
  provider({ jwks: { remote: { url: "https://idp/keys", backendRef: { name: "idp", port: 443 }, ...more } } });
const glooProvider = (more: Fields): KubernetesObject =>
  hostOption({ jwt: { providers: { p: { jwks: { local: { key: "{}" } }, ...more } } } });
const principal = (more: Fields): KubernetesObject =>
  routeOption({ rbac: { policies: { viewer: { principals: [{ jwtPrincipal: more }] } } } });
const jwtAuth = { extensionRef: { name: "e" } };
const listener = { name: "http", port: 80, protocol: "HTTP" };

/** [what, resource, its findings as "path: message"]. The messages in upstream's words come from the two APIs' CRDs. */
const BAD: [string, KubernetesObject, string[]][] = [
  [
    "misspelled field",
    policy({ jwtAuth: { extensionReff: { name: "e" } } }),
    [
      "spec.jwtAuth.extensionReff: unknown field, did you mean extensionRef?",
      "spec.jwtAuth: exactly one of the fields in [extensionRef disable] must be set",
    ],
  ],
  [
    "upstream's fields that are not ours",
    policy({ jwtAuth, rateLimit: {}, cors: {} }),
    ["spec.rateLimit: unknown field", "spec.cors: unknown field"],
  ],
  ["field of Object.prototype", policy({ jwtAuth, constructor: {} }), ["spec.constructor: unknown field"]],
  ["unknown field of the resource", { ...policy({ jwtAuth }), Spec: {} } as KubernetesObject, ["Spec: unknown field"]],
  [
    "misspelled metadata",
    { ...policy({ jwtAuth }), metadata: { name: "x", lables: {} } } as KubernetesObject,
    ["metadata.lables: unknown field, did you mean labels?"],
  ],
  [
    "bad names",
    { ...policy({ jwtAuth }), metadata: { name: "A_b", namespace: "a.b" } },
    [
      "metadata.name: must be an RFC 1123 subdomain: lower case letters, digits, '-' and '.', with a letter or digit at both ends",
      "metadata.namespace: must be an RFC 1123 label: lower case letters, digits and '-', with a letter or digit at both ends",
    ],
  ],
  [
    "policy without effect",
    policy({ targetRefs: [] }),
    ["spec.targetRefs: must not be empty", "spec: sets neither jwtAuth nor rbac: it would enforce nothing"],
  ],
  ["policy cut after its key", policy({ jwtAuth: null }), ["spec.jwtAuth: must be an object, but nothing is given"]],
  [
    "no spec",
    { apiVersion: "gateway.kgateway.dev/v1alpha1", kind: "TrafficPolicy", metadata: { name: "x" } },
    ["spec: is required"],
  ],
  [
    "both branches",
    policy({ jwtAuth: { ...jwtAuth, disable: {} } }),
    ["spec.jwtAuth: exactly one of the fields in [extensionRef disable] must be set"],
  ],
  [
    "target without a name",
    policy({ jwtAuth, targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway" }] }),
    ["spec.targetRefs[0].name: is required"],
  ],
  [
    "target in another namespace",
    policy({ jwtAuth, targetRefs: [{ group: "", kind: "Gateway", name: "g", namespace: "n" }] }),
    ["spec.targetRefs[0].namespace: unknown field"],
  ],
  [
    "target of a wrong kind",
    policy({ jwtAuth, targetRefs: [{ group: "", kind: "Service", name: "s" }] }),
    ["spec.targetRefs: targetRefs may only reference Gateway, HTTPRoute, GRPCRoute, or ListenerSet resources"],
  ],
  [
    "selector of a wrong kind",
    policy({ jwtAuth, targetSelectors: [{ group: "", kind: "Pod", matchLabels: {} }] }),
    [
      "spec.targetSelectors: targetSelectors may only reference Gateway, HTTPRoute, GRPCRoute, or ListenerSet resources",
    ],
  ],
  [
    "rbac without expressions",
    policy({ rbac: { policy: { matchExpressions: [] }, action: "allow" } }),
    ["spec.rbac.policy.matchExpressions: must not be empty", "spec.rbac.action: must be one of Allow, Deny"],
  ],
  [
    "no extension type",
    extension({}),
    ["spec: exactly one of the fields in [extAuth extProc rateLimit jwt oauth2] must be set"],
  ],
  [
    "type of another extension",
    extension({ type: "JWT", extAuth: { anything: 1 } }),
    ["spec: JWT must be set when type is JWT"],
  ],
  [
    "no providers",
    extension({ jwt: { validationMode: "strict" } }),
    [
      "spec.jwt.validationMode: must be one of Strict, AllowMissing",
      "spec.jwt.providers: names no provider: no token could be verified",
    ],
  ],
  [
    "duplicate provider",
    extension({
      jwt: {
        providers: [
          { name: "p", jwks },
          { name: "q", jwks },
          { name: "p", jwks },
        ],
      },
    }),
    ["spec.jwt.providers[2]: has the same name as spec.jwt.providers[0]"],
  ],
  [
    "provider without keys",
    extension({ jwt: { providers: [{ name: "p" }] } }),
    ["spec.jwt.providers[0].jwks: is required"],
  ],
  [
    "both sorts of keys",
    provider({ jwks: { local: { inline: "{}" }, remote: { url: "u", backendRef: { name: "b", port: 1 } } } }),
    ["spec.jwt.providers[0].jwks: exactly one of the fields in [local remote] must be set"],
  ],
  [
    "no local keys",
    provider({ jwks: { local: {} } }),
    ["spec.jwt.providers[0].jwks.local: exactly one of the fields in [inline configMapRef] must be set"],
  ],
  [
    "too long keys",
    provider({ jwks: { local: { inline: "x".repeat(16385) } } }),
    ["spec.jwt.providers[0].jwks.local.inline: must have at most 16384 characters"],
  ],
  [
    "two token sources",
    provider({ tokenSource: { header: { header: "x" }, queryParameter: "q" } }),
    ["spec.jwt.providers[0].tokenSource: exactly one of the fields in [header queryParameter] must be set"],
  ],
  [
    "Gloo's name for claims",
    provider({ claimsToHeaders: [{ claim: "team", header: "x-team" }] }),
    [
      "spec.jwt.providers[0].claimsToHeaders[0].claim: unknown field",
      "spec.jwt.providers[0].claimsToHeaders[0].name: is required",
    ],
  ],
  [
    "wrong types",
    provider({ forwardToken: "yes", audiences: "a", issuer: 5 }),
    [
      "spec.jwt.providers[0].issuer: must be a string, not a number",
      "spec.jwt.providers[0].audiences: must be a list, not a string",
      "spec.jwt.providers[0].forwardToken: must be true or false, not a string",
    ],
  ],
  [
    "no cache duration",
    remote({ cacheDuration: "0s" }),
    ["spec.jwt.providers[0].jwks.remote.cacheDuration: cacheDuration must be at least 1ms."],
  ],
  [
    "not a duration",
    remote({ cacheDuration: "5 min" }),
    ["spec.jwt.providers[0].jwks.remote.cacheDuration: invalid duration value"],
  ],
  [
    "shorter longest interval",
    remote({ retryPolicy: { backOff: { baseInterval: "1m", maxInterval: "59s" } } }),
    [
      "spec.jwt.providers[0].jwks.remote.retryPolicy.backOff: maxInterval must be greater than or equal to baseInterval",
    ],
  ],
  [
    "Service without a port",
    remote({ backendRef: { name: "idp" } }),
    ["spec.jwt.providers[0].jwks.remote.backendRef: Must have port for Service reference"],
  ],
  ["options without effect", hostOption({}), ["spec.options: sets neither jwt nor rbac: it would enforce nothing"]],
  [
    "no options",
    resource("gateway.solo.io/v1", "RouteOption", {}),
    ["spec.options: sets neither jwt nor rbac: it would enforce nothing"],
  ],
  [
    "only other options",
    routeOption({ cors: {} }),
    ["spec.options.cors: unknown field", "spec.options: sets neither jwt nor rbac: it would enforce nothing"],
  ],
  [
    "no Gloo providers",
    hostOption({ jwt: { providers: {} } }),
    ["spec.options.jwt.providers: names no provider: no token could be verified"],
  ],
  [
    "two jwt branches",
    hostOption({ jwt: { providers: { p: { jwks: { local: { key: "k" } } } } }, jwtStaged: {} }),
    [
      "spec.options: at most one of the fields in [jwt jwtStaged] may be set",
      "spec.options.jwtStaged: sets neither beforeExtAuth nor afterExtAuth: it would enforce nothing",
    ],
  ],
  [
    "kgateway's name for claims",
    glooProvider({ claimsToHeaders: [{ name: "team", header: "x-team" }], clockSkewSeconds: -1 }),
    [
      "spec.options.jwt.providers.p.claimsToHeaders[0].name: unknown field",
      "spec.options.jwt.providers.p.claimsToHeaders[0].claim: is required",
      "spec.options.jwt.providers.p.clockSkewSeconds: must be at least 0",
    ],
  ],
  [
    "claim that is not text",
    principal({ claims: { admin: true, "a.b": 5 } }),
    [
      "spec.options.rbac.policies.viewer.principals[0].jwtPrincipal.claims.admin: must be a string, not true or false",
      'spec.options.rbac.policies.viewer.principals[0].jwtPrincipal.claims["a.b"]: must be a string, not a number',
    ],
  ],
  [
    "unknown matcher",
    principal({ matcher: "REGEX" }),
    [
      "spec.options.rbac.policies.viewer.principals[0].jwtPrincipal.matcher: must be one of EXACT_STRING, BOOLEAN, LIST_CONTAINS, REGEX_MATCH, 0, 1, 2, 3",
    ],
  ],
  [
    "sectionName of a RouteOption",
    resource("gateway.solo.io/v1", "RouteOption", {
      targetRefs: [{ group: "", kind: "HTTPRoute", name: "r", sectionName: "s" }],
      options: { rbac: {} },
    }),
    ["spec.targetRefs[0].sectionName: unknown field"],
  ],
  [
    "unknown field of a rule",
    route({ rules: [{}, { sessionPersistence: {} }] }),
    ["spec.rules[1].sessionPersistence: unknown field"],
  ],
  [
    "bad paths",
    route({ rules: [{ matches: [{ path: { value: "x" } }, { path: { type: "Exact", value: "/a//b" } }] }] }),
    [
      "spec.rules[0].matches[0].path: value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
      "spec.rules[0].matches[1].path: must not contain '//' when type one of ['Exact', 'PathPrefix']",
    ],
  ],
  [
    "filter without its field",
    route({ rules: [{ filters: [{ type: "ExtensionRef" }] }] }),
    ["spec.rules[0].filters[0]: filter.extensionRef must be specified for ExtensionRef filter.type"],
  ],
  [
    "filter with another's field",
    route({ rules: [{ filters: [{ type: "URLRewrite", urlRewrite: {}, requestRedirect: {} }] }] }),
    ["spec.rules[0].filters[0]: filter.requestRedirect must be nil if the filter.type is not RequestRedirect"],
  ],
  [
    "rules of one name",
    route({ rules: [{ name: "a" }, { name: "a" }] }),
    ["spec.rules: Rule name must be unique within the route"],
  ],
  [
    "two matches of a header",
    route({
      rules: [
        {
          matches: [
            {
              headers: [
                { name: "x", value: "1" },
                { name: "x", value: "2" },
              ],
            },
          ],
        },
      ],
    }),
    ["spec.rules[0].matches[0].headers[1]: has the same name as spec.rules[0].matches[0].headers[0]"],
  ],
  [
    "prefix replaced without a prefix",
    route({
      rules: [
        {
          matches: [{ path: { type: "Exact", value: "/a" } }],
          filters: [
            { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } },
          ],
        },
      ],
    }),
    [
      "spec.rules[0]: When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
    ],
  ],
  [
    "backend longer than request",
    route({ rules: [{ timeouts: { request: "1s", backendRequest: "1m" } }] }),
    ["spec.rules[0].timeouts: backendRequest timeout cannot be longer than request timeout"],
  ],
  [
    "one parent twice",
    route({ parentRefs: [{ name: "g" }, { name: "g" }] }),
    ["spec.parentRefs: sectionName must be unique when parentRefs includes 2 or more references to the same parent"],
  ],
  [
    "bad host",
    route({ hostnames: ["WWW.example.com", "*.example.com"] }),
    ["spec.hostnames[0]: must be a host name in lower case, perhaps with '*.' in front"],
  ],
  ["no listeners", gateway({ gatewayClassName: "c", listeners: [] }), ["spec.listeners: must not be empty"]],
  [
    "bad port",
    gateway({ gatewayClassName: "c", listeners: [{ ...listener, port: 70000 }] }),
    ["spec.listeners[0].port: must be at most 65535"],
  ],
  [
    "listeners of one name",
    gateway({ gatewayClassName: "c", listeners: [listener, { ...listener, port: 81 }] }),
    ["spec.listeners[1]: has the same name as spec.listeners[0]"],
  ],
  [
    "one port twice",
    gateway({ gatewayClassName: "c", listeners: [listener, { ...listener, name: "b" }] }),
    ["spec.listeners: Combination of port, protocol and hostname must be unique for each listener"],
  ],
  [
    "TLS of an HTTP listener",
    gateway({ gatewayClassName: "c", listeners: [{ ...listener, tls: { certificateRefs: [{ name: "s" }] } }] }),
    ["spec.listeners: tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']"],
  ],
  [
    "Service without a port number",
    resource("v1", "Service", { ports: [{ name: "http" }] }),
    ["spec.ports[0].port: is required"],
  ],
  [
    "unknown kind",
    resource("gateway.kgateway.dev/v1alpha1", "TrafficPolcy", {}),
    ["kind: unknown kind TrafficPolcy in gateway.kgateway.dev/v1alpha1, did you mean TrafficPolicy?"],
  ],
];

describe("validate", () => {
  it.each(BAD)("%s", (_, object, expected) => {
    const before = structuredClone(object);
    const found = validate(object).map(({ path, message }) => `${path}: ${message}`);
    expect(found.sort()).toEqual([...expected].sort());
    expect(object).toEqual(before);
  });

  it.each([
    [
      "every kgateway JWT field",
      remote({
        cacheDuration: "1h30m",
        asyncFetch: { fastListener: true, failedRefetchDuration: "1ms" },
        retryPolicy: { numRetries: 1, backOff: { baseInterval: "1s", maxInterval: "1s" } },
      }),
    ],
    [
      "every kgateway provider field",
      provider({
        issuer: "",
        audiences: ["a"],
        tokenSource: { header: { header: "x", prefix: "Bearer " } },
        claimsToHeaders: [{ name: "a.b", header: "x" }],
        forwardToken: false,
      }),
    ],
    [
      "kgateway's deprecated type",
      extension({ type: "JWT", jwt: { validationMode: "AllowMissing", providers: [{ name: "p", jwks }] } }),
    ],
    ["keys in a ConfigMap", provider({ jwks: { local: { configMapRef: { name: "keys" } } } })],
    ["no token demanded", policy({ jwtAuth: { disable: {} } })],
    [
      "CEL",
      policy({
        rbac: { policy: { matchExpressions: ["true"] } },
        targetSelectors: [
          { group: "gateway.networking.k8s.io", kind: "Gateway", matchLabels: { a: "b" }, sectionName: "http" },
        ],
      }),
    ],
    [
      "every Gloo provider field",
      glooProvider({
        issuer: "i",
        audiences: ["a"],
        keepToken: true,
        clockSkewSeconds: 0,
        attachFailedStatusToMetadata: "m",
        tokenSource: { headers: [{ header: "x", prefix: "y" }], queryParams: ["t"] },
        claimsToHeaders: [{ claim: "c", header: "h", append: true }],
      }),
    ],
    [
      "Gloo's stages",
      hostOption({
        jwtStaged: {
          beforeExtAuth: {
            validationPolicy: 1,
            providers: {
              p: {
                jwks: {
                  remote: { url: "u", upstreamRef: { name: "n", namespace: "m" }, cacheDuration: "5m", asyncFetch: {} },
                },
              },
            },
          },
        },
      }),
    ],
    [
      "Gloo's routes",
      routeOption({ jwtProvidersStaged: { afterExtAuth: { providers: { p: { jwks: { local: { key: "k" } } } } } } }),
    ],
    ["Gloo's deny-all", hostOption({ rbac: {} })],
    [
      "Gloo's permissions",
      routeOption({
        jwt: { disable: true },
        rbac: {
          policies: {
            a: {
              permissions: { pathPrefix: "/a", methods: ["GET"] },
              principals: [{ jwtPrincipal: { provider: "p", matcher: 3, claims: { a: "b" } } }],
            },
          },
        },
      }),
    ],
    [
      "regular expression as path",
      route({ rules: [{ matches: [{ path: { type: "RegularExpression", value: "a//b#" } }] }] }),
    ],
    [
      "as the API server returns it",
      {
        ...policy({ jwtAuth }),
        metadata: { name: "x", uid: "u", resourceVersion: "1", creationTimestamp: null, managedFields: [{ any: 1 }] },
        status: { ancestors: [] },
      } as unknown as KubernetesObject,
    ],
    ["built-in of no interest", resource("apps/v1", "Deployment", { anything: 1 })],
  ])("accepts %s", (_, object) => expect(validate(object)).toEqual([]));

  it.each(["kgateway", "kgateway-claims", "gloo", "gloo-list", "httpbin"])(
    "accepts the manifests of the guides: %s",
    (name) => {
      const text = readFileSync(new URL(`../source/testdata/${name}.yaml`, import.meta.url), "utf8");
      const objects = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
      expect(objects.length).toBeGreaterThan(0);
      expect(objects.flatMap(validate)).toEqual([]);
    },
  );

  it("attributes a finding to its rule", () => {
    const found = validate(route({ hostnames: [""], rules: [{}, {}, { retries: 1 }] }));
    expect(found.map(ruleIndexOf)).toContain(2);
    expect(found.filter((finding) => finding.path.startsWith("spec.hostnames")).map(ruleIndexOf)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("never shows a value", () => {
    const secret = "s3cr3t";
    const objects = [
      provider({ issuer: [secret], jwks: { local: { inline: { k: secret } } } }),
      principal({ claims: secret, matcher: secret }),
    ];
    for (const object of objects) expect(JSON.stringify(validate(object))).not.toContain(secret);
  });

  it("takes time linear in what it reads", () => {
    // As much text either way, in one piece or in ten, so that both are long enough to be measured.
    const best = (pieces: number): number => {
      const long = route({ hostnames: [`${"a".repeat(1_000_000 / pieces)}!`] });
      const run = (): number => {
        const start = process.cpuUsage();
        for (let i = 0; i < pieces; i++) expect(validate(long)).toHaveLength(2);
        return process.cpuUsage(start).user;
      };
      return Math.min(...Array.from({ length: 5 }, run));
    };
    expect(best(1) / best(10)).toBeLessThan(5);
  });
});

describe("withDefaults", () => {
  it("fills in what an API server fills in", () => {
    const sparse = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "r" },
      spec: {
        parentRefs: [{ name: "g" }],
        rules: [{ backendRefs: [{ name: "b", port: 1 }] }, { matches: [{ headers: [{ name: "a", value: "b" }] }] }],
      },
    } as KubernetesObject;
    const path = { type: "PathPrefix", value: "/" };
    expect(withDefaults(sparse)).toEqual({
      ...sparse,
      metadata: { name: "r", namespace: "default", generation: 1 },
      spec: {
        parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" }],
        rules: [
          { matches: [{ path }], backendRefs: [{ group: "", kind: "Service", name: "b", port: 1, weight: 1 }] },
          { matches: [{ path, headers: [{ type: "Exact", name: "a", value: "b" }] }] },
        ],
      },
    });
    const listening = withDefaults(gateway({ gatewayClassName: "c", listeners: [listener] }));
    expect(listening).toMatchObject({ spec: { listeners: [{ allowedRoutes: { namespaces: { from: "Same" } } }] } });
    expect(withDefaults(policy({ rbac: {} }))).toMatchObject({ spec: { rbac: { action: "Allow" } } });
  });

  it("does not share defaults between resources", () => {
    const [one, other] = [withDefaults(route({})), withDefaults(route({}))] as unknown as {
      spec: { rules: Fields[] };
    }[];
    one!.spec.rules[0]!["name"] = "changed";
    expect(other!.spec.rules[0]).not.toHaveProperty("name");
  });

  it.each([null, 5, "text", [], [null], { rules: null }, { rules: [null, 5] }])(
    "bears a spec of any shape: %j",
    (spec) => {
      for (const { apiVersion, kind } of KINDS) {
        const object = resource(apiVersion, kind, spec);
        expect(() => validate(object)).not.toThrow();
      }
    },
  );

  it("leaves cluster-wide kinds without a namespace", () => {
    const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } };
    expect(withDefaults(object)).toEqual({ ...object, metadata: { ...object.metadata, generation: 1 } });
  });
});

describe("kinds", () => {
  it.each([
    ["v1", "Pod", "ignored"],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", "ignored"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "ignored"],
    ["v1", "Servcie", "unknown kind Servcie in v1, did you mean Service?"],
    ["v1", "secret", "unknown kind secret in v1, did you mean Secret?"],
    ["gateway.networking.k8s.io/v1", "GRPCRoute", "unknown kind GRPCRoute in gateway.networking.k8s.io/v1"],
    [
      "gateway.networking.k8s.io/v1beta1",
      "HTTPRoute",
      "unknown kind HTTPRoute in gateway.networking.k8s.io/v1beta1, claimgate reads it in gateway.networking.k8s.io/v1",
    ],
    ["gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "read"],
    ["example.com/v1", "TrafficPolicy", "unknown kind TrafficPolicy in example.com/v1"],
  ])("%s %s: %s", (apiVersion, kind, expected) => {
    const disposition = dispositionOf({ apiVersion, kind });
    expect("refused" in disposition ? disposition.refused : Object.keys(disposition)[0]).toBe(expected);
  });

  it("have schemas that are plain data a person understands", () => {
    const check = (schema: Schema, path: string): void => {
      if (schema.type === "object" || schema.type === "array")
        expect(schema.description ?? "items", path).toMatch(/\.$|^items$/);
      for (const rule of schema["x-kubernetes-validations"] ?? [])
        expect(Object.keys(JSON.parse(JSON.stringify(rule)) as object)).toEqual(["rule", "message"]);
      for (const [field, child] of Object.entries(schema.properties ?? {})) check(child, `${path}.${field}`);
      if (schema.items !== undefined) check(schema.items, `${path}[]`);
      if (schema.additionalProperties !== undefined) check(schema.additionalProperties, `${path}.*`);
      for (const field of schema.required ?? []) expect(schema.properties, path).toHaveProperty(field);
    };
    for (const { kind, schema } of KINDS) check(schema, kind);
  });
});
