import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeApiServer } from "../../tests/support/fake-apiserver.js";
import { waitFor } from "../../tests/support/wait.js";
import { KubeClient } from "../kube/client.js";
import { KubernetesSource } from "../source/kubernetes.js";
import type { ResourceStatus } from "../translate/status.js";
import { StatusWriter } from "./writer.js";

const STATUS = /\/status$/;
const OURS = "claimgate.dev/gateway-controller";

let api: FakeApiServer;
let client: KubeClient;
let source: KubernetesSource;
let writer: StatusWriter;
let notices: string[];
let leading: boolean;

beforeEach(async () => {
  api = await FakeApiServer.start();
  client = new KubeClient(api.config());
  notices = [];
  leading = true;
  source = new KubernetesSource(client, {
    onChange: () => undefined,
    onStored: (id) => writer.touched(id),
    times: { backoff: { firstMs: 20, lastMs: 50 } },
  });
  writer = new StatusWriter({
    client,
    statusNamespace: "claimgate-system",
    stored: (id) => source.stored(id),
    storedOf: (kind) => source.storedOf(kind),
    mayWrite: () => leading,
    onNotice: (line) => notices.push(line),
    times: { intervalMs: 20, backoff: { firstMs: 20, lastMs: 100 } },
  });
});

afterEach(async () => {
  writer.stop();
  await source.close();
  client.close();
  await api.stop();
});

function policy(name: string, kind = "TrafficPolicy"): void {
  const apiVersion = kind === "TrafficPolicy" ? "gateway.kgateway.dev/v1alpha1" : "gateway.solo.io/v1";
  api.apply({ apiVersion, kind, metadata: { name, namespace: "demo" }, spec: {} });
}

const reference = (name: string) => ({ group: "gateway.networking.k8s.io", kind: "Gateway", name, namespace: "demo" });

function wanted(name: string, status = "True", message = ""): ResourceStatus {
  const conditions = [{ type: "Accepted", status, reason: "Valid", message, observedGeneration: 1 }];
  return {
    apiVersion: "gateway.kgateway.dev/v1alpha1",
    kind: "TrafficPolicy",
    namespace: "demo",
    name,
    status: { ancestors: [{ ancestorRef: reference("http"), controllerName: OURS, conditions }] },
  };
}

interface Entry {
  controllerName: string;
  conditions: { status: string; message: string; lastTransitionTime: string }[];
}

const ancestors = (name: string): Entry[] =>
  (api.get("TrafficPolicy", `demo/${name}`)?.status as { ancestors?: Entry[] } | undefined)?.ancestors ?? [];

const patches = () => api.writes(STATUS);

/** Waits until the stored status says so, and the writer has seen that itself. */
const becomes = async (name: string, status: string, message = ""): Promise<void> => {
  await waitFor(
    `${name} ${status} ${message}`,
    () =>
      ancestors(name).some(({ conditions }) => conditions[0]?.status === status && conditions[0].message === message) ||
      undefined,
    5,
  );
  await settled(name);
};

const settled = (name: string): Promise<true> =>
  waitFor(
    "the watch",
    () => {
      const seen = source.stored(`TrafficPolicy demo/${name}`)?.metadata.resourceVersion;
      return (seen === api.get("TrafficPolicy", `demo/${name}`)?.metadata.resourceVersion && writer.idle) || undefined;
    },
    5,
  );

test("writes what differs to the status subresource, on the version it has seen, and nothing a second time", async () => {
  policy("p");
  await source.start();
  const { resourceVersion } = api.get("TrafficPolicy", "demo/p")!.metadata;
  writer.update([wanted("p")]);
  await becomes("p", "True");
  expect(patches()).toMatchObject([
    {
      method: "PATCH",
      path: "/apis/gateway.kgateway.dev/v1alpha1/namespaces/demo/trafficpolicies/p/status",
      body: { metadata: { resourceVersion } },
    },
  ]);
  const time = ancestors("p")[0]!.conditions[0]!.lastTransitionTime;
  expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(10_000);
  writer.update([wanted("p")]);
  writer.resume();
  writer.touched("TrafficPolicy demo/p");
  expect(writer.idle).toBe(true);
  expect(patches()).toHaveLength(1);
});

test("a status that somebody else spoilt is mended", async () => {
  policy("p");
  await source.start();
  writer.update([wanted("p")]);
  await becomes("p", "True");
  api.setStatus("TrafficPolicy", "demo/p", { ancestors: [] });
  await becomes("p", "True");
});

test("conflicting writers: the object is read anew, and the other's entry stays", async () => {
  policy("p");
  await source.start();
  const theirs = (n: number) => ({
    ancestorRef: reference("other"),
    controllerName: "example.com/other",
    conditions: [
      { type: "Accepted", status: "True", reason: "Y", message: String(n), lastTransitionTime: "2026-01-01T00:00:00Z" },
    ],
  });
  let conflicts = 0;
  api.beforeWrite = () => {
    if (++conflicts > 6) return;
    const others = ancestors("p").filter(({ controllerName }) => controllerName === OURS);
    api.setStatus("TrafficPolicy", "demo/p", { ancestors: [theirs(conflicts), ...others] });
  };
  writer.update([wanted("p")]);
  await becomes("p", "True");
  expect(ancestors("p")).toMatchObject([theirs(6), { controllerName: OURS }]);
  expect(patches()).toHaveLength(7);
});

test("a conflict is resolved without the watch, which may be slow", async () => {
  policy("p");
  await source.start();
  await waitFor("the watches", () => (api.watches() === 11 ? true : undefined), 5);
  api.fault = ({ path, query }) =>
    query.has("watch") || path.endsWith("/trafficpolicies") ? { status: 503 } : undefined;
  api.cutWatches();
  api.setStatus("TrafficPolicy", "demo/p", { ancestors: [] });
  writer.update([wanted("p")]);
  await waitFor("the status", () => (ancestors("p").length === 1 ? true : undefined), 5);
  expect(patches()).toHaveLength(2);
});

test("16 ancestors of others: no write, and a line that names ours", async () => {
  policy("p");
  const conditions = [{ type: "Accepted", status: "True", reason: "Y", message: "" }];
  const others = Array.from({ length: 16 }, (_, i) => ({
    ancestorRef: reference(`g${i}`),
    controllerName: "example.com/other",
    conditions,
  }));
  api.setStatus("TrafficPolicy", "demo/p", { ancestors: others });
  await source.start();
  writer.update([wanted("p")]);
  writer.update([wanted("p", "False")]);
  expect(writer.idle).toBe(true);
  expect(patches()).toEqual([]);
  expect(notices).toEqual([
    "TrafficPolicy demo/p: other controllers fill its status, no room to report on Gateway demo/http",
  ]);
});

test("entries are removed when nothing is said of an object any more, and left over ones when a leader begins", async () => {
  policy("p");
  policy("former");
  const left = { ancestorRef: reference("x"), controllerName: OURS, conditions: [] };
  api.setStatus("TrafficPolicy", "demo/former", {
    ancestors: [left, { ...left, controllerName: "example.com/other" }],
  });
  await source.start();
  writer.update([wanted("p")]);
  await becomes("p", "True");
  writer.resume();
  await waitFor("the left over entry to go", () => (ancestors("former").length === 1 ? true : undefined), 5);
  expect(ancestors("former")).toMatchObject([{ controllerName: "example.com/other" }]);
  writer.update([]);
  await waitFor("the entry to go", () => (ancestors("p").length === 0 ? true : undefined), 5);
});

test("of as many objects as before one is another: what was said of the former is removed", async () => {
  for (const name of ["a", "b", "c"]) policy(name);
  await source.start();
  writer.resume();
  writer.update([wanted("a"), wanted("b")]);
  await becomes("b", "True");
  writer.update([wanted("a"), wanted("c")]);
  await becomes("c", "True");
  await waitFor("the entry to go", () => (ancestors("b").length === 0 ? true : undefined), 5);
  expect(ancestors("a")).toHaveLength(1);
});

test("of two words about one object the later one counts, whichever of them changes", async () => {
  policy("a");
  await source.start();
  writer.resume();
  const later = wanted("a", "True", "later");
  writer.update([wanted("a", "True", "earlier"), later]);
  await becomes("a", "True", "later");
  writer.update([wanted("a", "True", "changed"), later]);
  await settled("a");
  writer.update([wanted("a", "True", "again"), wanted("a", "True", "last")]);
  await becomes("a", "True", "last");
  expect(patches()).toHaveLength(2);
});

test("Gloo: a reason that does not hold any more is removed, the others' keys stay", async () => {
  policy("v", "VirtualHostOption");
  api.setStatus("VirtualHostOption", "demo/v", { statuses: { "gloo-system": { state: 1 } } });
  await source.start();
  const gloo = (entry: object): ResourceStatus => ({
    ...{ apiVersion: "gateway.solo.io/v1", kind: "VirtualHostOption", namespace: "demo", name: "v" },
    status: { observedGeneration: 1, statuses: { "claimgate-system": entry }, ancestors: [] },
  });
  const statuses = () => (api.get("VirtualHostOption", "demo/v")!.status as { statuses: object }).statuses;
  const becomesGloo = (entry: object) =>
    waitFor("the status", () => {
      const now = JSON.stringify(statuses());
      return now === JSON.stringify({ "gloo-system": { state: 1 }, "claimgate-system": entry }) || undefined;
    });
  writer.update([gloo({ state: "Rejected", reason: "bad" })]);
  await becomesGloo({ state: "Rejected", reason: "bad" });
  writer.update([gloo({ state: "Accepted" })]);
  await becomesGloo({ state: "Accepted" });
});

test("a CRD that drops some fields is written once, and a line says so", async () => {
  policy("p");
  await source.start();
  // Pruned: whatever is written, nothing is stored.
  const pruned = api as unknown as { store: (collection: string, object: object) => object };
  const store = pruned.store.bind(api);
  pruned.store = (collection, object) => store(collection, { ...object, status: { ancestors: [] } });
  writer.update([wanted("p")]);
  await waitFor("the write", () => (patches().length > 0 && writer.idle ? true : undefined), 5);
  await settled("p");
  writer.update([wanted("p")]);
  writer.touched("TrafficPolicy demo/p");
  writer.resume();
  await settled("p");
  expect(patches()).toHaveLength(1);
  expect(notices).toEqual([expect.stringContaining("its CRD lacks some of the fields")]);
  // Something new to say is tried.
  writer.update([wanted("p", "False")]);
  await waitFor("another write", () => (patches().length === 2 ? true : undefined), 5);
});

test("many changes of one object are few writes, the last of which says how it is", async () => {
  policy("p");
  await source.start();
  for (let i = 0; i <= 200; i++) {
    writer.update([wanted("p", "False", String(i))]);
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await becomes("p", "False", "200");
  expect(patches().length).toBeLessThan(20);
});

test("errors are tried again with growing pauses, said once, and hold nobody up", async () => {
  policy("p");
  policy("q");
  await source.start();
  api.fault = ({ path }) => (path.endsWith("/p/status") ? { status: 500, message: "etcd is tired" } : undefined);
  writer.update([wanted("p"), wanted("q")]);
  await becomes("q", "True");
  await waitFor("several attempts", () => (patches().length >= 5 ? true : undefined), 5);
  expect(notices).toEqual(["TrafficPolicy demo/p: its status could not be written: 500: etcd is tired"]);
  api.fault = undefined;
  await becomes("p", "True");
});

test("an object that is deleted meanwhile is nobody's trouble", async () => {
  policy("p");
  await source.start();
  api.beforeWrite = () => api.delete("TrafficPolicy", "demo/p");
  writer.update([wanted("p")]);
  await waitFor(
    "it to go",
    () => (source.stored("TrafficPolicy demo/p") === undefined && writer.idle ? true : undefined),
    5,
  );
  expect(notices).toEqual([]);
  expect(patches()).toHaveLength(1);
});

test("who does not lead does not write; what is in flight when the lead is lost is broken off", async () => {
  policy("p");
  policy("q");
  await source.start();
  leading = false;
  writer.update([wanted("p"), wanted("q")]);
  writer.touched("TrafficPolicy demo/p");
  writer.resume();
  expect(writer.idle).toBe(true);
  expect(patches()).toEqual([]);
  // The lead is lost between the decision to write and the write.
  let asked = 0;
  leading = true;
  Object.assign((writer as unknown as { options: object }).options, { mayWrite: () => ++asked < 2 });
  writer.resume();
  await waitFor("the end", () => (writer.idle ? true : undefined), 5);
  expect(patches()).toEqual([]);
});

test("1,000 objects: each is written once", async () => {
  for (let i = 0; i < 1000; i++) policy(`p${i}`);
  await source.start();
  const statuses = Array.from({ length: 1000 }, (_, i) => wanted(`p${i}`));
  writer.update(statuses);
  await waitFor("all", () => (writer.idle ? true : undefined), 30);
  expect(patches()).toHaveLength(1000);
  expect(Array.from({ length: 1000 }, (_, i) => ancestors(`p${i}`).length)).toEqual(
    Array.from({ length: 1000 }, () => 1),
  );
});
