// So many routes that Envoy gets a tree of them, each with a policy of its own; some come, go and change under load.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { RunningClaimgate } from "../support/claimgate.js";
import { ALICE } from "../support/guide.js";
import { http1 } from "../support/http1.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { example, ManifestDirectory, putGuide } from "../support/manifests.js";
import { freePort } from "../support/ports.js";
import { SteadyLoad } from "../support/steady-load.js";
import { waitFor } from "../support/wait.js";

const COUNT = 200;
const HOST = "www.example.com";

const manifests = new ManifestDirectory();
let httpbin: RunningHttpbin;
let claimgate: RunningClaimgate;
let port = 0;
let admin = 0;
let load: SteadyLoad;

/** A route that lets one team through, and what tells it from the others at httpbin: its path. */
function put(name: string, path: string, team: string): void {
  manifests.put(
    `${name}.yaml`,
    `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: httpbin }
spec:
  parentRefs: [{ name: http, namespace: gloo-system }]
  hostnames: [${HOST}]
  rules: [{ matches: [{ path: { value: ${path} } }], backendRefs: [{ name: httpbin, port: 8000 }] }]
---
apiVersion: gateway.solo.io/v1
kind: RouteOption
metadata: { name: ${name}, namespace: httpbin }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name} }]
  options: { rbac: { policies: { v: { principals: [{ jwtPrincipal: { claims: { team: ${team} } } }] } } } }
`,
  );
}

const headers = { host: HOST, authorization: `Bearer ${ALICE}` };

async function status(path: string): Promise<number> {
  return (await http1(port, { path, headers: Object.entries(headers) })).status;
}

async function becomes(path: string, expected: number): Promise<void> {
  await waitFor(`${expected} of ${path}`, async () => ((await status(path)) === expected ? true : undefined), 60);
}

/** Alice is of team dev. */
const teamOf = (i: number) => (i % 2 === 0 ? "dev" : "ops");
const pathOf = (i: number) => `/anything/r${i}`;

beforeAll(async () => {
  httpbin = await startHttpbin();
  putGuide(manifests, "gloo", httpbin.port);
  manifests.put("03-jwt.yaml", example("gloo/03-jwt.yaml"));
  for (let i = 0; i < COUNT; i++) put(`r${i}`, pathOf(i), teamOf(i));
  port = await freePort();
  admin = await freePort();
  const ports = ["--port-offset", String(port - 8080), "--admin-port", String(admin)];
  claimgate = await RunningClaimgate.start(manifests.path, ...ports);
}, 120_000);
afterAll(async () => {
  await claimgate?.stop();
  await httpbin?.stop();
  manifests.delete();
});

beforeEach(async () => {
  load = await SteadyLoad.start(
    port,
    [0, 1, 100, 101, 198].map((i) => ({ kind: teamOf(i), path: pathOf(i), headers })),
    100,
  );
});
afterEach(() => load.stop());

test("Envoy holds a tree, and says nothing against it", async () => {
  const dump = await (await fetch(`http://127.0.0.1:${admin}/config_dump?resource=dynamic_route_configs`)).text();
  expect(dump).toContain("prefix_match_map");
  expect(claimgate.stderr).not.toMatch(/work.in.progress|deprecated/i);
  const stats = await (await fetch(`http://127.0.0.1:${admin}/stats?filter=wip_protos`)).text();
  expect(stats).toBe("server.wip_protos: 0\n");
});

test("each route has its own policy; a path of none, or with a `;`, meets none of them", async () => {
  for (let i = 0; i < COUNT; i += 7) expect([i, await status(pathOf(i))]).toEqual([i, i % 2 === 0 ? 200 : 403]);
  expect(await status(`${pathOf(2)}/x?y=;`)).toBe(200);
  expect(await status(`${pathOf(2)}x`)).toBe(200);
  expect(await status("/anything/r")).toBe(200);
  expect(await status(`${pathOf(2)};x`)).toBe(400);
  expect((await http1(port, { path: pathOf(2), headers: [["host", HOST]] })).status).toBe(401);
});

test("routes that are added, changed and removed under load: no other request fails or is judged otherwise", async () => {
  put("new", "/anything/new", "ops");
  await becomes("/anything/new", 403);
  put("new", "/anything/new", "dev");
  await becomes("/anything/new", 200);
  put("r7", "/anything/moved", "ops");
  await becomes("/anything/moved", 403);
  await becomes(pathOf(7), 200);
  put("r7", pathOf(7), teamOf(7));
  await becomes(pathOf(7), 403);
  manifests.remove("new.yaml");
  manifests.remove("r199.yaml");
  await becomes(pathOf(199), 200);
  await load.stop();
  const wrong = load.answers.filter(({ kind, status: got }) => got !== (kind === "dev" ? 200 : 403));
  expect(wrong).toEqual([]);
  expect(load.answers.length).toBeGreaterThan(50);
});
