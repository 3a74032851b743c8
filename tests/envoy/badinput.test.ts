// Manifests that are wrong, in file mode: what is wrong is named, what it covers is closed, and nothing else is affected.
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isAlive } from "../support/child.js";
import { conditionsIn, RunningClaimgate } from "../support/claimgate.js";
import { ALICE } from "../support/guide.js";
import { http1 } from "../support/http1.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { example, ManifestDirectory } from "../support/manifests.js";
import { freePort } from "../support/ports.js";
import { GATEWAY, route, service } from "../support/routing.js";
import { waitFor } from "../support/wait.js";

const EVENTUALLY = { timeout: 10_000, interval: 25 };
const JWKS = /'(\{"keys".*\})'/.exec(example("kgateway/03-jwt.yaml"))![1] as string;
const KGATEWAY = "apiVersion: gateway.kgateway.dev/v1alpha1";
const GLOO = "apiVersion: gateway.solo.io/v1";

/** Targets of a policy. */
const on = (name: string, kind = "HTTPRoute") =>
  `targetRefs: [{ group: gateway.networking.k8s.io, kind: ${kind}, name: ${name} }]`;

function extension(name: string, more = "", jwks = `{ local: { inline: '${JWKS}' } }`): string {
  return `
${KGATEWAY}
kind: GatewayExtension
metadata: { name: ${name} }
spec: { jwt: { providers: [{ name: guide, issuer: solo.io, jwks: ${jwks}${more} }] } }
---`;
}

function trafficPolicy(name: string, spec: string, kind = "TrafficPolicy", metadata = ""): string {
  return `
${KGATEWAY}
kind: ${kind}
metadata: { name: ${name}${metadata} }
spec: { ${spec} }
---`;
}

/** The policy of the route "good". Each version writes another header, which shows that it has arrived. */
function good(version: number): string {
  return `${extension("good", `, claimsToHeaders: [{ name: team, header: x-version-${version} }]`)}
${KGATEWAY}
kind: TrafficPolicy
metadata:
  name: good
spec:
  ${on("good")}
  jwtAuth:
    extensionRef:
      name: good
`;
}

const manifests = new ManifestDirectory();
let httpbin: RunningHttpbin;
let claimgate: RunningClaimgate;
let port = 0;
let otherPort = 0;

beforeAll(async () => {
  [httpbin, port, otherPort] = [await startHttpbin(), await freePort(), await freePort()];
  const upstream = service("httpbin", [`127.0.0.1:${httpbin.port}`]);
  const backend = "rules: [{ backendRefs: [{ name: httpbin, port: 80 }] }]";
  const other = GATEWAY.replace("name: gw", "name: other").replace("port: 80,", `port: ${otherPort},`);
  manifests.put("10-gateways.yaml", `${GATEWAY.replace("port: 80,", `port: ${port},`)}${other}${upstream}`);
  manifests.put(
    "20-routes.yaml",
    route("good", `hostnames: [good.test], ${backend}`) +
      route("victim", `hostnames: [victim.test], ${backend}`) +
      route("other", `parentRefs: [{ name: other }], ${backend}`),
  );
  manifests.put("30-good.yaml", good(0));
  claimgate = await RunningClaimgate.start(manifests.path, "--concurrency", "1");
});
afterAll(async () => {
  await claimgate?.stop();
  await httpbin?.stop();
  manifests.delete();
});

function get(host: string, token?: string, path = "/headers", at = port): ReturnType<typeof http1> {
  const authorization = token === undefined ? [] : [["authorization", `Bearer ${token}`] as const];
  return http1(at, { path, headers: [["host", host], ...authorization] });
}

/** The route "good" is what it was: closed to strangers, open to Alice. */
async function expectGoodUnaffected(): Promise<void> {
  expect(await get("good.test")).toMatchObject({ status: 401, body: "Jwt is missing" });
  expect(await get("good.test", ALICE)).toMatchObject({ status: 200 });
}

async function victim(): Promise<number> {
  return (await get("victim.test", ALICE)).status;
}

/** What it says from now on. */
function listen(): () => string[] {
  const before = claimgate.lines.length;
  return () => claimgate.lines.slice(before);
}

test("two Gateways side by side: each has its port, its routes and its policies", async () => {
  expect(await get("any.test", undefined, "/headers", otherPort)).toMatchObject({ status: 200 });
  expect(await get("other.test")).toMatchObject({ status: 404 });
  await expectGoodUnaffected();
  expect(await victim()).toBe(200);
  manifests.put(
    "40-other.yaml",
    trafficPolicy("other", `${on("other", "Gateway")}, jwtAuth: { extensionRef: { name: good } }`),
  );
  await vi.waitFor(
    async () => expect((await get("any.test", undefined, "/headers", otherPort)).status).toBe(401),
    EVENTUALLY,
  );
  expect(await victim()).toBe(200);
  manifests.remove("40-other.yaml");
  await vi.waitFor(
    async () => expect((await get("any.test", undefined, "/headers", otherPort)).status).toBe(200),
    EVENTUALLY,
  );
});

describe("a file that cannot be understood: its last good content stays in force", () => {
  let version = 1;

  beforeAll(async () => {
    manifests.put("30-good.yaml", good(version));
    await expectVersion();
  });

  /** The content that good(version) makes is in force. */
  async function expectVersion(): Promise<void> {
    await vi.waitFor(async () => {
      const answer = await get("good.test", ALICE);
      expect(answer.status).toBe(200);
      expect(answer.body).toContain(`X-Version-${version}`);
    }, EVENTUALLY);
  }

  const cases: readonly { what: string; damage: (text: string) => string; said: RegExp }[] = [
    { what: "cut in the middle", damage: (text) => text.slice(0, text.length / 2), said: /does not parse/ },
    {
      what: "cut inside its policy",
      damage: (text) => text.slice(0, text.indexOf("targetRefs")),
      said: /does not say what TrafficPolicy default\/good protects/,
    },
    // What is left parses and lacks nothing: it names an extension that is not there.
    { what: "cut inside its last word", damage: (text) => text.slice(0, -3), said: /truncated copy/ },
    { what: "emptied", damage: () => "", said: /is empty/ },
    { what: "YAML that does not parse", damage: (text) => `${text}\n  - x: [`, said: /does not parse/ },
    { what: "no resource at all", damage: () => "\u0000\u0001", said: /is not a resource/ },
  ];

  test.each(cases)("$what", async ({ damage, said }) => {
    const lines = listen();
    manifests.put("30-good.yaml", damage(good(version)));
    const line = await waitFor("a line about the file", () => lines().find((text) => text.includes("30-good.yaml")));
    expect(line).toMatch(said);
    expect(line).toContain("its last good content stays in force");
    await expectVersion();
    await expectGoodUnaffected();
    expect((await claimgate.readyz()).status).toBe(200);
    // And once it is whole again it is taken.
    manifests.put("30-good.yaml", good(++version));
    await expectVersion();
    await expectGoodUnaffected();
  });

  test("written slowly, piece by piece: never less than protected", async () => {
    const next = good(++version);
    const file = openSync(join(manifests.path, "30-good.yaml"), "w");
    const statuses = new Set<number>();
    for (let at = 0; at < next.length; at += 64) {
      writeSync(file, next.slice(at, at + 64));
      statuses.add((await get("good.test")).status);
      await delay(30);
    }
    closeSync(file);
    await expectVersion();
    expect([...statuses]).toEqual([401]);
  });

  test("a file that is gone takes its content with it", async () => {
    manifests.remove("30-good.yaml");
    await vi.waitFor(async () => expect((await get("good.test")).status).toBe(200), EVENTUALLY);
    manifests.put("30-good.yaml", good(version));
    await expectVersion();
  });
});

interface Mistake {
  readonly what: string;
  readonly content: string;
  /** "Kind NS/NAME" of what is refused; its status has Accepted False with a message that matches `said`, and so has standard error. */
  readonly id: string;
  readonly said: RegExp;
}

const uses = (name: string) => trafficPolicy("bad", `${on("victim")}, jwtAuth: { extensionRef: { name: ${name} } }`);
const rbac = (claims: string) => `
${GLOO}
kind: RouteOption
metadata: { name: bad }
spec:
  ${on("victim")}
  options: { rbac: { policies: { p: { principals: [{ jwtPrincipal: { claims: { team: '${claims}' }, matcher: REGEX_MATCH } }] } } } }
---`;

const MISTAKES: readonly Mistake[] = [
  {
    what: "an unknown field of a TrafficPolicy",
    content: trafficPolicy("bad", `${on("victim")}, jwtAuth: { extensionRef: { name: good }, extensionReff: {} }`),
    id: "TrafficPolicy default/bad",
    said: /spec\.jwtAuth\.extensionReff/,
  },
  {
    what: "an unknown field of a GatewayExtension",
    content: extension("bad", ", issuers: [solo.io]") + uses("bad"),
    id: "GatewayExtension default/bad",
    said: /spec\.jwt\.providers\[0\]\.issuers/,
  },
  {
    what: "a JWKS that is not JSON",
    content: extension("bad", "", "{ local: { inline: 'keys' } }") + uses("bad"),
    id: "GatewayExtension default/bad",
    said: /spec\.jwt\.providers\[0\]\.jwks\.local\.inline/,
  },
  {
    what: "a JWKS without usable keys",
    content:
      extension("bad", "", `{ local: { inline: '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}' } }`) + uses("bad"),
    id: "GatewayExtension default/bad",
    said: /spec\.jwt\.providers\[0\]\.jwks\.local\.inline/,
  },
  {
    what: "an extension that is absent",
    content: uses("nobody"),
    id: "TrafficPolicy default/bad",
    said: /spec\.jwtAuth\.extensionRef.*default\/nobody/,
  },
  {
    what: "an extension of another type",
    content:
      `
${KGATEWAY}
kind: GatewayExtension
metadata: { name: bad }
spec: { type: ExtAuth, extAuth: { grpcService: { backendRef: { name: httpbin, port: 80 } } } }
---` + uses("bad"),
    id: "TrafficPolicy default/bad",
    said: /spec\.jwtAuth\.extensionRef.*default\/bad/,
  },
  {
    what: "a regular expression that does not parse",
    content: rbac("de("),
    id: "RouteOption default/bad",
    said: /spec\.options\.rbac\.policies\.p\.principals\[0\]\.jwtPrincipal\.claims\.team/,
  },
  {
    what: "a regular expression that is not RE2",
    content: rbac("(?<=d)ev"),
    id: "RouteOption default/bad",
    said: /spec\.options\.rbac\.policies\.p\.principals\[0\]\.jwtPrincipal\.claims\.team/,
  },
];

describe("a mistake in a policy: named, and what it covers is closed", () => {
  test.each(MISTAKES)("$what", async ({ content, id, said }) => {
    const lines = listen();
    manifests.put("50-bad.yaml", content);
    await vi.waitFor(async () => expect(await victim()).toBe(500), EVENTUALLY);
    expect(await get("victim.test")).toMatchObject({ status: 500, body: "Policy of the route cannot be enforced" });
    expect(await claimgate.condition(id, "Accepted")).toMatchObject({
      status: "False",
      reason: "Invalid",
      message: expect.stringMatching(said) as string,
    });
    expect(lines().filter((line) => line.includes("50-bad.yaml") && line.includes(id) && said.test(line))).toHaveLength(
      1,
    );
    // Whoever reads the policy's status sees that it is not enforced as written, even if the mistake is elsewhere.
    const policy = id.startsWith("GatewayExtension") ? "TrafficPolicy default/bad" : id;
    expect(await claimgate.condition(policy, "Accepted")).toMatchObject({ status: "False" });
    await expectGoodUnaffected();
    manifests.remove("50-bad.yaml");
    await vi.waitFor(async () => expect(await victim()).toBe(200), EVENTUALLY);
    await claimgate.ready();
  });

  test("a misspelt kind closes its targets", async () => {
    const lines = listen();
    manifests.put(
      "50-bad.yaml",
      trafficPolicy("bad", `${on("victim")}, jwtAuth: { extensionRef: { name: good } }`, "TrafficPolcy"),
    );
    await vi.waitFor(async () => expect(await victim()).toBe(500), EVENTUALLY);
    expect(lines().find((line) => line.includes("50-bad.yaml"))).toMatch(/TrafficPolcy.*TrafficPolicy/);
    await expectGoodUnaffected();
    manifests.remove("50-bad.yaml");
    await vi.waitFor(async () => expect(await victim()).toBe(200), EVENTUALLY);
  });

  test("a regular expression of a route that Envoy would refuse closes its rule", async () => {
    const lines = listen();
    const rules = [
      "{ matches: [{ path: { type: RegularExpression, value: '/bad(' } }], backendRefs: [{ name: httpbin, port: 80 }] }",
    ];
    rules.push("{ matches: [{ path: { value: /headers } }], backendRefs: [{ name: httpbin, port: 80 }] }");
    manifests.put("50-bad.yaml", route("bad", `hostnames: [bad.test], rules: [${rules.join(", ")}]`));
    await vi.waitFor(async () => expect((await get("bad.test")).status).toBe(200), EVENTUALLY);
    expect((await get("bad.test", undefined, "/bad(")).status).not.toBe(200);
    expect(await claimgate.condition("HTTPRoute default/bad", "PartiallyInvalid")).toMatchObject({
      status: "True",
      message: expect.stringMatching(/rules\[0\]\.matches\[0\]\.path\.value/) as string,
    });
    expect(lines().find((line) => line.includes("50-bad.yaml"))).toMatch(/rules\[0\]\.matches\[0\]\.path\.value/);
    await expectGoodUnaffected();
    manifests.remove("50-bad.yaml");
    await vi.waitFor(async () => expect((await get("bad.test")).status).toBe(404), EVENTUALLY);
  });

  test("a policy in another namespace is not enforced, and says why", async () => {
    const lines = listen();
    const policy = trafficPolicy(
      "elsewhere",
      `${on("victim")}, jwtAuth: { disable: {} }`,
      "TrafficPolicy",
      ", namespace: team-b",
    );
    manifests.put("50-bad.yaml", policy);
    const accepted = await waitFor("its status", () =>
      claimgate.condition("TrafficPolicy team-b/elsewhere", "Accepted"),
    );
    expect(accepted).toMatchObject({ status: "False", reason: "TargetNotFound" });
    expect(accepted.message).toMatch(/HTTPRoute team-b\/victim not found; default\/victim is in another namespace/);
    expect(lines().find((line) => line.includes("50-bad.yaml"))).toContain("default/victim is in another namespace");
    expect(await victim()).toBe(200);
    await expectGoodUnaffected();
    manifests.remove("50-bad.yaml");
    await waitFor("its end", async () =>
      (await claimgate.status("TrafficPolicy team-b/elsewhere")) ? undefined : true,
    );
  });

  test("when all is mended every condition is as it should be", async () => {
    await claimgate.ready();
    const bad = (await claimgate.statuses()).flatMap(({ status }) =>
      conditionsIn(status).filter(({ type, status: value }) =>
        type === "Conflicted" ? value !== "False" : value !== "True",
      ),
    );
    expect(bad).toEqual([]);
  });
});

test("SIGTERM ends it and every Envoy", async () => {
  const processes = claimgate.childProcesses();
  // Two Envoys at least, and what watches over them.
  expect(processes.length).toBeGreaterThanOrEqual(2);
  claimgate.signal("SIGTERM");
  expect(await claimgate.ended).toBe(0);
  await vi.waitFor(() => expect(processes.filter(isAlive)).toEqual([]), EVENTUALLY);
});
