import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeApiServer } from "../../tests/support/fake-apiserver.js";
import { waitFor } from "../../tests/support/wait.js";
import { KubeClient } from "../kube/client.js";
import type { InformerTimes } from "./informer.js";
import { KubernetesSource } from "./kubernetes.js";
import type { SourceSnapshot } from "./source.js";

const TIMES: Partial<InformerTimes> = {
  backoff: { firstMs: 20, lastMs: 100 },
  absentRetryMs: 30,
  absentGraceMs: 300,
};
const ROUTES = "gateway.networking.k8s.io/v1/httproutes";
const POLICIES = "gateway.kgateway.dev/v1alpha1/trafficpolicies";

let api: FakeApiServer;
let source: KubernetesSource;
let snapshots: SourceSnapshot[];
let stored: string[];

beforeEach(async () => {
  api = await FakeApiServer.start();
  snapshots = [];
  stored = [];
});

afterEach(async () => {
  await source.close();
  await api.stop();
});

function open(times: Partial<InformerTimes> = {}): KubernetesSource {
  source = new KubernetesSource(new KubeClient(api.config()), {
    onChange: (snapshot) => snapshots.push(snapshot),
    onStored: (id) => stored.push(id),
    times: { ...TIMES, ...times },
  });
  return source;
}

function route(name: string, path = "/"): Parameters<FakeApiServer["apply"]>[0] {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace: "demo" },
    spec: { rules: [{ matches: [{ path: { type: "PathPrefix", value: path } }] }] },
  };
}

function policy(name: string): Parameters<FakeApiServer["apply"]>[0] {
  return {
    apiVersion: "gateway.kgateway.dev/v1alpha1",
    kind: "TrafficPolicy",
    metadata: { name, namespace: "demo" },
    spec: {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "a" }],
      rbac: { policy: { matchExpressions: ["true"] } },
    },
  };
}

const names = (snapshot: SourceSnapshot | undefined, kind = "HTTPRoute"): string[] =>
  (snapshot?.resources ?? []).filter(({ object }) => object.kind === kind).map(({ object }) => object.metadata.name);

/** Waits until the newest snapshot has exactly these HTTPRoutes. */
const routesBecome = (...wanted: string[]): Promise<true> =>
  waitFor(
    `routes ${wanted.join(", ")}`,
    () => (names(snapshots.at(-1)).join() === wanted.join() ? true : undefined),
    5,
  );

const lists = (plural: string): number =>
  api.requests.filter(({ path, query }) => path.endsWith(`/${plural}`) && !query.has("watch")).length;

test("lists every kind, with defaults filled in and its own apiVersion and kind", async () => {
  api.apply(route("b"));
  api.apply(route("a"));
  api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "demo" } });
  const first = await open().start();
  expect(first).toMatchObject({ complete: true, problems: [] });
  expect(names(first)).toEqual(["a", "b"]);
  const { object, origin, findings } = first.resources.find(({ object }) => object.metadata.name === "a")!;
  expect({ origin, findings }).toEqual({ origin: "HTTPRoute demo/a", findings: [] });
  expect(object).toMatchObject({ apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" });
  expect(object).not.toHaveProperty("status");
});

test("is not complete before every kind was listed, and is as soon as the last one was", async () => {
  api.fault = ({ path }) =>
    path.endsWith("/trafficpolicies") ? { status: 403, message: "forbidden to you" } : undefined;
  const first = await open().start();
  expect(first.complete).toBe(false);
  expect(source.waitingFor()).toEqual(["the list of kind TrafficPolicy"]);
  expect(first.problems).toEqual([
    { origin: "trafficpolicies.gateway.kgateway.dev", message: "403: forbidden to you", fatalAtStart: true },
  ]);
  api.apply(policy("late"));
  api.fault = undefined;
  await waitFor("completeness", () => (snapshots.at(-1)?.complete ? true : undefined), 5);
  expect(names(snapshots.at(-1), "TrafficPolicy")).toEqual(["late"]);
  expect(snapshots.at(-1)!.problems).toEqual([]);
});

test("an API server that is down is waited for", async () => {
  await api.stop();
  expect((await open().start()).complete).toBe(false);
  await api.resume();
  await waitFor("completeness", () => (snapshots.at(-1)?.complete ? true : undefined), 5);
});

test("follows what is added, changed and deleted", async () => {
  await open().start();
  api.apply(route("a"));
  await routesBecome("a");
  api.apply(route("b"));
  await routesBecome("a", "b");
  api.apply(route("a", "/new"));
  await waitFor(
    "the new path",
    () => (JSON.stringify(snapshots.at(-1)!.resources).includes("/new") ? true : undefined),
    5,
  );
  api.delete("HTTPRoute", "demo/b");
  await routesBecome("a");
});

test("large lists come in pages, and a compaction between two pages neither loses any nor keeps what was deleted", async () => {
  for (let i = 0; i < 1200; i++) api.apply(route(`r${String(i).padStart(4, "0")}`));
  let compacted = false;
  api.fault = ({ path, query }) => {
    if (path.endsWith("/httproutes") && query.has("continue") && !compacted) {
      compacted = true;
      api.delete("HTTPRoute", "demo/r0000");
      api.compact();
    }
    return undefined;
  };
  const first = await open().start();
  expect(compacted).toBe(true);
  expect(names(first)).toHaveLength(1199);
  expect(names(first)[0]).toBe("r0001");
});

test("a watch cut in the middle of a line is resumed, without a list, and nothing is lost", async () => {
  await open().start();
  api.apply(route("a"));
  await routesBecome("a");
  const before = lists("httproutes");
  api.cutWatches();
  api.apply(route("b"));
  api.delete("HTTPRoute", "demo/a");
  await routesBecome("b");
  expect(lists("httproutes")).toBe(before);
});

test("410 during a watch: everything is listed anew, with what was deleted meanwhile", async () => {
  api.apply(route("a"));
  await open().start();
  await waitFor("the watches", () => (api.watches(ROUTES) === 1 ? true : undefined), 5);
  const before = lists("httproutes");
  api.cutWatches();
  api.delete("HTTPRoute", "demo/a");
  api.apply(route("b"));
  api.compact();
  await routesBecome("b");
  expect(lists("httproutes")).toBeGreaterThan(before);
});

test("an ERROR event and a line that is not JSON: everything is listed anew", async () => {
  await open().start();
  for (const [name, line] of [
    ["a", '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd is tired"}}'],
    ["b", '{"type":"MODIFIED","object":'],
    // Of which the API server would accept the version: only the event says that it is gone.
    ["c", '{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old resource version"}}'],
  ] as const) {
    await waitFor("the watch", () => (api.watches(ROUTES) === 1 ? true : undefined), 5);
    const before = lists("httproutes");
    api.say(ROUTES, line);
    await waitFor("a list", () => (lists("httproutes") > before ? true : undefined), 5);
    api.apply(route(name));
    await waitFor("the route", () => (names(snapshots.at(-1)).includes(name) ? true : undefined), 5);
  }
});

test("bookmarks move the version a watch is resumed from", async () => {
  await open().start();
  await waitFor("the watch", () => (api.watches(ROUTES) === 1 ? true : undefined), 5);
  api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "elsewhere" } });
  api.bookmark();
  await waitFor("the namespace", () => (names(snapshots.at(-1), "Namespace").length === 1 ? true : undefined), 5);
  api.cutWatches();
  await waitFor("the watch", () => (api.watches(ROUTES) === 1 ? true : undefined), 5);
  const resumed = api.requests.filter(({ path, query }) => path.endsWith("/httproutes") && query.has("watch")).at(-1)!;
  expect(resumed.query.get("resourceVersion")).toBe(api.get("Namespace", "/elsewhere")!.metadata.resourceVersion);
});

test("an API server that stops and comes back: the last state stays, then what changed is seen", async () => {
  api.apply(route("a"));
  await open().start();
  await api.stop();
  await waitFor("a problem", () => (snapshots.at(-1)?.problems.length ? true : undefined), 5);
  const during = snapshots.at(-1)!;
  expect(during.complete).toBe(true);
  // Of all kinds together: the way to the API server is one.
  await waitFor("one problem", () => (snapshots.at(-1)!.problems.length === 1 ? true : undefined), 5);
  expect(snapshots.at(-1)!.problems[0]!.origin).toBe("API server");
  expect(names(during)).toEqual(["a"]);
  expect(during.problems.every(({ fatalAtStart, message }) => !fatalAtStart && /stays in force/.test(message))).toBe(
    true,
  );
  api.delete("HTTPRoute", "demo/a");
  api.apply(route("b"));
  await api.resume();
  await routesBecome("b");
  await waitFor("no problems", () => (snapshots.at(-1)!.problems.length === 0 ? true : undefined), 5);
});

test("a failed list keeps the last state", async () => {
  api.apply(policy("p"));
  await open().start();
  api.fault = ({ path }) => (path.endsWith("/trafficpolicies") ? { status: 500 } : undefined);
  api.compact();
  await waitFor("a problem", () => (snapshots.at(-1)?.problems.length ? true : undefined), 5);
  expect(snapshots.at(-1)!.complete).toBe(true);
  expect(names(snapshots.at(-1), "TrafficPolicy")).toEqual(["p"]);
});

test("what a stale watch never said is found by the periodic list", async () => {
  await open({ relistMs: 200 }).start();
  api.apply(route("a"));
  await routesBecome("a");
  api.deleteSilently("HTTPRoute", "demo/a");
  await routesBecome();
});

test("a watch that has gone silent is opened again", async () => {
  await open({ silenceMs: 100 }).start();
  const opened = () =>
    api.requests.filter(({ path, query }) => path.endsWith("/httproutes") && query.has("watch")).length;
  await waitFor("a third watch", () => (opened() >= 3 ? true : undefined), 5);
  expect(lists("httproutes")).toBe(1);
});

test("watches that end at once are opened with growing pauses", async () => {
  await open().start();
  api.fault = ({ path, query }) => (path.endsWith("/httproutes") && query.has("watch") ? { status: 500 } : undefined);
  api.cutWatches();
  const count = api.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  // 20, 40, 80, 100, 100 … ms: a list and a watch each.
  const asked = api.requests.slice(count).filter(({ path }) => path.endsWith("/httproutes")).length;
  expect(asked).toBeGreaterThan(4);
  expect(asked).toBeLessThan(25);
});

test("kinds whose CRDs are absent: policies' may be, Gateway API's are a problem; they are seen when they come", async () => {
  api.served.delete(POLICIES);
  api.served.delete(ROUTES);
  const first = await open().start();
  expect(first.complete).toBe(true);
  expect(first.problems).toEqual([
    {
      origin: "httproutes.gateway.networking.k8s.io",
      message: "the API server does not have this kind: are its CRDs installed?",
      fatalAtStart: false,
    },
  ]);
  api.served.set(POLICIES, { apiVersion: "", kind: "" }).set(ROUTES, { apiVersion: "", kind: "" });
  api.apply(policy("p"));
  api.apply(route("a"));
  await waitFor(
    "both",
    () => (names(snapshots.at(-1), "TrafficPolicy").length + names(snapshots.at(-1)).length === 2 ? true : undefined),
    5,
  );
  expect(snapshots.at(-1)!.problems).toEqual([]);
});

test("policies do not vanish because an API server forgets their kind for a moment; they do when it stays gone", async () => {
  api.apply(policy("p"));
  await open().start();
  await waitFor("the watch", () => (api.watches(POLICIES) === 1 ? true : undefined), 5);
  api.served.delete(POLICIES);
  api.cutWatches();
  await waitFor(
    "the problem",
    () => (snapshots.at(-1)?.problems[0]?.message.includes("any more") ? true : undefined),
    5,
  );
  expect(names(snapshots.at(-1), "TrafficPolicy")).toEqual(["p"]);
  await waitFor("it to go", () => (names(snapshots.at(-1), "TrafficPolicy").length === 0 ? true : undefined), 5);
});

test("ReferenceGrants are read in whichever version is served", async () => {
  api.apply({
    apiVersion: "gateway.networking.k8s.io/v1beta1",
    kind: "ReferenceGrant",
    metadata: { name: "g", namespace: "demo" },
    spec: { from: [{ group: "", kind: "X", namespace: "y" }], to: [{ group: "", kind: "Service" }] },
  });
  const grants = (await open().start()).resources.filter(({ object }) => object.kind === "ReferenceGrant");
  expect(grants).toMatchObject([{ object: { apiVersion: "gateway.networking.k8s.io/v1beta1" }, findings: [] }]);
});

test("what an API server let in and our schema does not have is a finding", async () => {
  api.apply({ ...policy("p"), spec: { ...(policy("p")["spec"] as object), rateLimits: {} } });
  const { resources } = await open().start();
  expect(resources.find(({ object }) => object.kind === "TrafficPolicy")!.findings).toMatchObject([
    { path: "spec.rateLimits" },
  ]);
});

test("an object that is nested deeper than any ought to be is a finding, before and after the start, and holds nobody up", async () => {
  const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels)) as unknown;
  const deep = (name: string) => ({ ...policy(name), spec: { ...(policy(name)["spec"] as object), x: nested(1000) } });
  const found = (snapshot: SourceSnapshot | undefined) =>
    (snapshot?.resources ?? []).filter(({ object }) => object.kind === "TrafficPolicy");
  api.apply(deep("a"));
  const finding = { path: "", message: "is nested more than 100 levels deep" };
  const { targetRefs } = policy("a")["spec"] as { targetRefs: unknown };
  expect(found(await open().start())).toMatchObject([{ findings: [finding], object: { spec: { targetRefs } } }]);
  api.apply(deep("b"));
  api.apply({ ...deep("b"), metadata: { name: "b", namespace: "demo", labels: { changed: "yes" } } });
  api.apply(policy("c"));
  const last = await waitFor(
    "the last",
    () => (found(snapshots.at(-1)).length === 3 ? snapshots.at(-1) : undefined),
    5,
  );
  expect(found(last).map(({ findings }) => findings)).toEqual([[finding], [finding], []]);
  // What others write into a status is theirs.
  api.setStatus("TrafficPolicy", "demo/c", { ancestors: nested(1000) });
  await waitFor("the status", () => (source.stored("TrafficPolicy demo/c")?.status ? true : undefined), 5);
  api.apply(policy("d"));
  const after = await waitFor(
    "the next",
    () => (found(snapshots.at(-1)).length === 4 ? snapshots.at(-1) : undefined),
    5,
  );
  expect(found(after)[2]!.findings).toEqual([]);
});

test("a status, whoever writes it, is no change of a resource, but its writer is told", async () => {
  api.apply(route("a"));
  await open().start();
  const seen = snapshots.length;
  stored.length = 0;
  api.setStatus("HTTPRoute", "demo/a", { parents: [] });
  await waitFor("the stored status", () => (source.stored("HTTPRoute demo/a")?.status ? true : undefined), 5);
  expect(stored).toEqual(["HTTPRoute demo/a"]);
  api.apply(route("b"));
  await routesBecome("a", "b");
  expect(snapshots.length).toBe(seen + 1);
});

test("unchanged objects are not checked again: the very same results are passed on", async () => {
  api.apply(route("a"));
  const first = await open().start();
  api.setStatus("HTTPRoute", "demo/a", { parents: [] });
  api.apply(route("b"));
  await routesBecome("a", "b");
  const of = (snapshot: SourceSnapshot) => snapshot.resources.find(({ object }) => object.metadata.name === "a");
  expect(of(snapshots.at(-1)!)).toBe(of(first));
  api.compact();
  api.apply(route("c"));
  await routesBecome("a", "b", "c");
  expect(of(snapshots.at(-1)!)).toBe(of(first));
});

test("a burst of 1,000 changes gives few calls, the last of them with everything", async () => {
  await open().start();
  for (let i = 0; i < 1000; i++) {
    api.apply(route(`r${String(i).padStart(4, "0")}`));
    // Not all in one turn: they come in over a second or so.
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await waitFor("all routes", () => (names(snapshots.at(-1)).length === 1000 ? true : undefined), 10);
  expect(snapshots.length).toBeLessThanOrEqual(20);
});

test("nothing is called after close", async () => {
  await open().start();
  api.apply(route("a"));
  await routesBecome("a");
  const seen = snapshots.length;
  await source.close();
  api.apply(route("b"));
  await waitFor("the watches' end", () => (api.watches() === 0 ? true : undefined), 5);
  expect(snapshots.length).toBe(seen);
});
