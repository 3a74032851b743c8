// Policies come and go under load: open connections included, no request lost, none judged by another route's policy, and no
// identity header of a client's making at the backend.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { RunningClaimgate } from "../support/claimgate.js";
import { ALICE } from "../support/guide.js";
import { http1, type Http1Response } from "../support/http1.js";
import { http2 } from "../support/http2.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { example, ManifestDirectory, putGuide } from "../support/manifests.js";
import { freePort } from "../support/ports.js";
import { type LoadAnswer, SteadyLoad } from "../support/steady-load.js";
import { rsaKey } from "../support/tokens.js";

const GUIDE_HOST = "www.example.com:8080";
const EVENTUALLY = { timeout: 15_000, interval: 20 };
/** How long a change may take. */
const LIMIT_MS = 2000;

const manifests = new ManifestDirectory();
let httpbin: RunningHttpbin;
let claimgate: RunningClaimgate;
let port = 0;

beforeAll(async () => {
  httpbin = await startHttpbin();
  putGuide(manifests, "kgateway", httpbin.port);
  manifests.put("03-jwt.yaml", example("kgateway/03-jwt.yaml"));
  port = await freePort();
  claimgate = await RunningClaimgate.start(manifests.path, "--port-offset", String(port - 8080), "--concurrency", "2");
});
afterAll(async () => {
  await claimgate?.stop();
  await httpbin?.stop();
  manifests.delete();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Answers by connection, in the order of their ends. */
function byConnection(answers: readonly LoadAnswer[]): Map<string, LoadAnswer[]> {
  const result = new Map<string, LoadAnswer[]>();
  for (const answer of answers) result.set(answer.connection, [...(result.get(answer.connection) ?? []), answer]);
  return result;
}

/** As many requests as promised went out, and each had an answer. */
function expectSteady(load: SteadyLoad, startedAt: number): void {
  expect(load.answers.filter(({ status }) => status === 0)).toEqual([]);
  expect(load.answers.length).toBeGreaterThan((performance.now() - startedAt) * 0.2 * 0.9);
}

/** Those that a connection of the start did not carry. */
function onNewConnections(load: SteadyLoad): readonly LoadAnswer[] {
  expect(load.connections.size).toBe(5);
  return load.answers.filter(({ connection }) => !load.connections.has(connection));
}

describe("a policy file that is removed and added", () => {
  const policy = example("kgateway/03-jwt.yaml");
  const claims = example("kgateway/04-claims-to-headers.yaml").split("---\n").at(-1) as string;
  const withClaims = [claims, policy.split("---\n")[1]].join("---\n");
  let load: SteadyLoad;
  let startedAt = 0;

  beforeEach(async () => {
    startedAt = performance.now();
    load = await SteadyLoad.start(port, [
      { kind: "stranger", path: "/status/200", headers: { host: GUIDE_HOST } },
      { kind: "alice", path: "/status/200", headers: { host: GUIDE_HOST, ...bearer(ALICE) } },
    ]);
  });
  afterEach(() => load.stop());

  const strangers = (since: number) =>
    byConnection(load.answers.filter(({ kind, sentAt }) => kind === "stranger" && sentAt > since));

  /** Makes a change and waits until every connection has had ten of the new answers; none may have an old one after a new one, or late. */
  async function expectChange(change: () => void, status: number): Promise<void> {
    const changedAt = performance.now();
    change();
    await vi.waitFor(() => {
      const counts = [...strangers(changedAt).values()].map(
        (answers) => answers.filter((answer) => answer.status === status).length,
      );
      expect(counts.filter((count) => count >= 10).length).toBeGreaterThanOrEqual(5);
    }, EVENTUALLY);
    for (const [connection, answers] of strangers(changedAt)) {
      const lastOld = answers.findLastIndex((answer) => answer.status !== status);
      const firstNew = answers.findIndex((answer) => answer.status === status);
      if (firstNew >= 0) expect({ connection, lastOld }).toEqual({ connection, lastOld: firstNew - 1 });
      if (lastOld >= 0) expect(answers[lastOld]!.sentAt - changedAt).toBeLessThan(LIMIT_MS);
    }
  }

  async function expectNothingElse(): Promise<void> {
    await load.stop();
    expectSteady(load, startedAt);
    const wrong = load.answers.filter(({ kind, status, body }) =>
      kind === "alice" ? status !== 200 : status !== 200 && (status !== 401 || body !== "Jwt is missing"),
    );
    expect(wrong).toEqual([]);
  }

  test("opens and closes within 2 s, on the connections of before, and no request fails", async () => {
    for (let round = 0; round < 3; round++) {
      await expectChange(() => manifests.remove("03-jwt.yaml"), 200);
      await expectChange(() => manifests.put("03-jwt.yaml", policy), 401);
    }
    await expectNothingElse();
    expect(onNewConnections(load)).toEqual([]);
  });

  test("the same where it writes identity headers", async () => {
    for (let round = 0; round < 2; round++) {
      await expectChange(() => manifests.remove("03-jwt.yaml"), 200);
      await expectChange(() => manifests.put("03-jwt.yaml", withClaims), 401);
    }
    await expectNothingElse();
    expect(onNewConnections(load)).toEqual([]);
  });
});

describe("a client's own x-team", () => {
  const OPEN_ROUTE = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: open, namespace: httpbin }
spec:
  parentRefs: [{ name: http, namespace: kgateway-system }]
  hostnames: [open.example.com]
  rules: [{ backendRefs: [{ name: httpbin, port: 8000 }] }]
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: open, namespace: httpbin }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: open }]
  jwtAuth: { disable: {} }
`;
  type Headers = readonly (readonly [string, string])[];
  const SPOOFS: readonly Headers[] = [
    [["x-team", "admin"]],
    [["x-team", "admin"], ["x-team", "root"]], // prettier-ignore
    [["X-TEAM", "admin"]],
    [["x_team", "admin"]],
    [["X_Team", "admin"], ["X-Team", "admin"], ["x-TEAM", "admin, dev"]], // prettier-ignore
    [["x-team", ""]],
    [["x-team", "admin"], ["connection", "x-team"]], // prettier-ignore
  ];

  beforeAll(async () => {
    manifests.put("03-jwt.yaml", example("kgateway/03-jwt.yaml"));
    manifests.put("04-claims-to-headers.yaml", example("kgateway/04-claims-to-headers.yaml"));
    manifests.put("10-open.yaml", OPEN_ROUTE);
    await vi.waitFor(async () => {
      expect((await get("open.example.com", [])).status).toBe(200);
      expect(teams((await get(GUIDE_HOST, [["Authorization", `Bearer ${ALICE}`]])).body)).toEqual(["dev"]);
    }, EVENTUALLY);
  });

  function get(host: string, headers: Headers): Promise<Http1Response> {
    return http1(port, { path: "/headers", headers: [["host", host], ...headers] });
  }

  /** All that came to httpbin and that some framework might read as x-team. */
  function teams(body: string): string[] {
    const { headers } = JSON.parse(body) as { headers: Record<string, string[]> };
    const names = Object.keys(headers).filter((name) => name.toLowerCase().replaceAll("_", "-") === "x-team");
    return names.flatMap((name) => headers[name] as string[]);
  }

  test.each(SPOOFS.map((headers) => ({ headers })))("$headers over HTTP/1.1", async ({ headers }) => {
    const token = [["Authorization", `Bearer ${ALICE}`]] as const;
    expect((await get(GUIDE_HOST, headers)).status).toBe(401);
    const judged = await get(GUIDE_HOST, [...headers, ...token]);
    expect(judged.status).toBe(200);
    expect(teams(judged.body)).toEqual(["dev"]);
    for (const open of [
      await get("open.example.com", headers),
      await get("open.example.com", [...headers, ...token]),
    ]) {
      expect(open.status).toBe(200);
      expect(teams(open.body)).toEqual([]);
    }
  });

  test.each([
    { header: { "x-team": "admin" } },
    { header: { "x-team": ["admin", "root"] } },
    { header: { x_team: "admin" } },
  ])("$header over HTTP/2", async ({ header }) => {
    const request = (host: string, more = {}) =>
      http2(port, { ":path": "/headers", ":authority": host, ...header, ...more });
    expect((await request(GUIDE_HOST)).status).toBe(401);
    expect(teams((await request(GUIDE_HOST, bearer(ALICE))).body)).toEqual(["dev"]);
    expect(teams((await request("open.example.com")).body)).toEqual([]);
    expect(teams((await request("open.example.com", bearer(ALICE))).body)).toEqual([]);
  });
});

describe("routes inserted before others while their policies change", () => {
  const ann = rsaKey("ann-key");
  const ben = rsaKey("ben-key");

  function extension(name: string, key: typeof ann, ...headers: readonly string[]): string {
    const mappings = headers.map((header) => `{ name: sub, header: ${header} }`).join(", ");
    const claims = headers.length === 0 ? "" : `, claimsToHeaders: [${mappings}]`;
    const jwks = `'${JSON.stringify({ keys: [key.jwk] })}'`;
    return `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: GatewayExtension
metadata: { name: ${name}, namespace: httpbin }
spec: { jwt: { providers: [{ name: ${name}, issuer: ${name}, jwks: { local: { inline: ${jwks} } }${claims} }] } }
---`;
  }
  function policy(name: string, jwtAuth: string): string {
    return `
apiVersion: gateway.kgateway.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: ${name}, namespace: httpbin }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  jwtAuth: ${jwtAuth}
---`;
  }
  /** A route to httpbin's /anything/PATH for each path, in the order of the rules. */
  function route(name: string, paths: readonly string[]): string {
    const rules = paths.map(
      (path) => `{ matches: [{ path: { value: /anything/${path} } }], backendRefs: [{ name: httpbin, port: 8000 }] }`,
    );
    return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: httpbin }
spec:
  parentRefs: [{ name: http, namespace: kgateway-system }]
  hostnames: [mixed.example.com]
  rules: [${rules.join(", ")}]
---`;
  }

  /**
   * Longer paths come first: in odd rounds new rules push every route of the host down; policies change in every round. What they
   * write is always written by somebody in the namespace, so a client's own value never passes.
   */
  function put(round: number): void {
    const odd = round % 2 === 1;
    const routes = [
      route("ann", odd ? [`ann/more/${round}`, "ann"] : ["ann"]),
      route("ben", ["ben"]),
      route("open", odd ? [`visible/${round}`, "open"] : ["open"]),
      route("writer", ["writer"]),
    ];
    const who = (shift: number) => [[], ["x-who"], ["x-whom"]][(round + shift) % 3] as string[];
    const policies = [
      extension("ann", ann, ...who(0)),
      extension("ben", ben, ...who(1)),
      policy("ann", "{ extensionRef: { name: ann } }"),
      policy("ben", "{ extensionRef: { name: ben } }"),
      // Headers to remove are part of every policy of the namespace, so each round gives all of them new names.
      extension("writer", ann, "x-who", "x-whom", `x-round-${round}`),
      policy("writer", "{ extensionRef: { name: writer } }"),
      policy("open", "{ disable: {} }"),
    ];
    manifests.put("20-policies.yaml", policies.join(""));
    manifests.put("21-routes.yaml", routes.join(""));
  }

  test("no request is answered by another route's policy", async () => {
    const host = "mixed.example.com";
    put(0);
    const tokens = { ann: ann.sign({ iss: "ann", sub: "Ann" }), ben: ben.sign({ iss: "ben", sub: "Ben" }) };
    const get = async (path: string) => (await http1(port, { path, headers: [["host", host]] })).status;
    await vi.waitFor(async () => expect(await get("/anything/open")).toBe(200), EVENTUALLY);
    await claimgate.ready();

    const started = performance.now();
    const load = await SteadyLoad.start(port, [
      { kind: "ann at ann", path: "/anything/ann", headers: { host, "x-who": "Eve", ...bearer(tokens.ann) } },
      { kind: "ann at ben", path: "/anything/ben", headers: { host, "x-who": "Eve", ...bearer(tokens.ann) } },
      { kind: "nobody at ann", path: "/anything/ann", headers: { host } },
      { kind: "ben at ben", path: "/anything/ben", headers: { host, "x-whom": "Eve", ...bearer(tokens.ben) } },
      { kind: "ben at ann", path: "/anything/ann", headers: { host, "x-whom": "Eve", ...bearer(tokens.ben) } },
      { kind: "nobody at ben", path: "/anything/ben", headers: { host } },
      { kind: "nobody at open", path: "/anything/open", headers: { host } },
    ]);
    for (let round = 1; round <= 12; round++) {
      put(round);
      // In odd rounds the new route is open; in the next it is gone, and the Gateway's policy wants a token.
      const [visible, status] = round % 2 === 1 ? [round, 200] : [round - 1, 401];
      await vi.waitFor(async () => expect(await get(`/anything/visible/${visible}`)).toBe(status), EVENTUALLY);
      await claimgate.ready();
    }
    await load.stop();
    expectSteady(load, started);
    expect(new Set(load.answers.map(judgement))).toEqual(
      new Set([
        "ann at ann: 200 ",
        "ann at ann: 200 X-Who=Ann",
        "ann at ann: 200 X-Whom=Ann",
        "ann at ben: 401 Jwt issuer is not configured",
        "nobody at ann: 401 Jwt is missing",
        "ben at ben: 200 ",
        "ben at ben: 200 X-Who=Ben",
        "ben at ben: 200 X-Whom=Ben",
        "ben at ann: 401 Jwt issuer is not configured",
        "nobody at ben: 401 Jwt is missing",
        "nobody at open: 200 ",
      ]),
    );
  });

  /** "KIND: STATUS WHAT": of a success the identity at the backend, of a refusal the reason. */
  function judgement({ kind, status, body }: LoadAnswer): string {
    if (status !== 200) return `${kind}: ${status} ${body}`;
    const { headers } = JSON.parse(body) as { headers: Record<string, string[]> };
    const identity = Object.entries(headers).filter(([name]) => name.startsWith("X-Who"));
    return `${kind}: ${status} ${identity.map(([name, values]) => `${name}=${values.join()}`).join()}`;
  }
});
