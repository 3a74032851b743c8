// Secrets and ConfigMaps: which of them are asked for, from when until when, and what waits for them.
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeApiServer } from "../../tests/support/fake-apiserver.js";
import { waitFor } from "../../tests/support/wait.js";
import { KubeClient } from "../kube/client.js";
import type { StoredObject } from "../kube/objects.js";
import { INFORMER_TIMES } from "./informer.js";
import { type HoldTimes, KubernetesSource } from "./kubernetes.js";
import { NamedObjects } from "./named.js";
import type { SourceSnapshot } from "./source.js";

const TIMES = { backoff: { firstMs: 20, lastMs: 100 } };
/** Far longer than anything here takes: what does not wait for it is passed on for another reason. */
const LONG: HoldTimes = { startMs: 600_000, laterMs: 600_000 };

let api: FakeApiServer;
let source: KubernetesSource | undefined;
let snapshots: SourceSnapshot[];

beforeEach(async () => {
  api = await FakeApiServer.start();
  source = undefined;
  snapshots = [];
});

afterEach(async () => {
  await source?.close();
  await api.stop();
});

function open(holds: Partial<HoldTimes> = {}): KubernetesSource {
  source = new KubernetesSource(new KubeClient(api.config()), {
    onChange: (snapshot) => snapshots.push(snapshot),
    times: TIMES,
    holds: { ...LONG, ...holds },
  });
  return source;
}

/** @param secrets "NAME" or "NS/NAME" of each listener's certificate */
function gateway(name: string, secrets: readonly string[], gatewayClassName = "claimgate"): void {
  const listeners = secrets.map((secret, i) => {
    const [own, namespace] = secret.split("/").reverse();
    const certificateRefs = [{ name: own, ...(namespace === undefined ? {} : { namespace }) }];
    return { name: `l${i}`, port: 8443, protocol: "HTTPS", hostname: `${i}.test`, tls: { certificateRefs } };
  });
  api.apply({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name, namespace: "demo" },
    spec: { gatewayClassName, listeners },
  });
}

function extension(configMap: string): void {
  api.apply({
    apiVersion: "gateway.kgateway.dev/v1alpha1",
    kind: "GatewayExtension",
    metadata: { name: "jwt", namespace: "demo" },
    spec: { jwt: { providers: [{ name: "p", jwks: { local: { configMapRef: { name: configMap } } } }] } },
  });
}

function grant(namespace: string): void {
  api.apply({
    apiVersion: "gateway.networking.k8s.io/v1beta1",
    kind: "ReferenceGrant",
    metadata: { name: "gateways", namespace },
    spec: {
      from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "demo" }],
      to: [{ group: "", kind: "Secret" }],
    },
  });
}

function put(kind: "Secret" | "ConfigMap", key: string, value = "one"): void {
  const [namespace, name = ""] = key.split("/");
  api.apply({ apiVersion: "v1", kind, metadata: { namespace, name }, data: { value } });
}

/** "Kind NS/NAME VALUE" of the Secrets and ConfigMaps in a snapshot. */
function held(snapshot: SourceSnapshot | undefined): string[] {
  return (snapshot?.resources ?? []).flatMap(({ object }) => {
    const { data, metadata } = object as StoredObject & { data?: { value?: string } };
    return data === undefined ? [] : [`${object.kind} ${metadata.namespace}/${metadata.name} ${data.value}`];
  });
}

const becomes = (...wanted: string[]) =>
  waitFor(wanted.join(), () => held(snapshots.at(-1)).join() === wanted.join() || undefined, 10);

/** Paths and field selectors of all that was ever asked of a kind, each once. */
function asked(plural: "secrets" | "configmaps"): string[] {
  const requests = api.requests.filter(({ path }) => path.includes(`/${plural}`));
  return [...new Set(requests.map(({ path, query }) => `${path} ${query.get("fieldSelector")}`))].sort();
}

const isSecretOf = (name: string) => (query: URLSearchParams) => query.get("fieldSelector") === `metadata.name=${name}`;

test("only what is named is asked for, each by its name: of our own Gateways, and of another namespace with a grant", async () => {
  for (const key of ["demo/a", "demo/unnamed", "demo/theirs", "granted/b", "secret/c"]) put("Secret", key);
  put("ConfigMap", "demo/keys");
  put("ConfigMap", "demo/unnamed");
  grant("granted");
  gateway("ours", ["a", "granted/b", "secret/c"]);
  gateway("foreign", ["theirs"], "nginx");
  extension("keys");
  const first = await open().start();
  expect(first).toMatchObject({ complete: true, problems: [], unread: new Map() });
  expect(held(first)).toEqual(["ConfigMap demo/keys one", "Secret demo/a one", "Secret granted/b one"]);
  await waitFor("the watches", () => api.watches("v1/secrets") === 2 || undefined);
  expect(asked("secrets")).toEqual([
    "/api/v1/namespaces/demo/secrets metadata.name=a",
    "/api/v1/namespaces/granted/secrets metadata.name=b",
  ]);
  await waitFor("the watch", () => api.watches("v1/configmaps") === 1 || undefined);
  expect(asked("configmaps")).toEqual(["/api/v1/namespaces/demo/configmaps metadata.name=keys"]);
});

test("a grant that comes or goes, a reference that comes or goes: the Secret does, and nothing of it is asked afterwards", async () => {
  put("Secret", "demo/a");
  put("Secret", "other/b");
  gateway("ours", ["other/b"]);
  expect(held(await open().start())).toEqual([]);
  expect(asked("secrets")).toEqual([]);
  grant("other");
  await becomes("Secret other/b one");
  gateway("ours", ["a"]);
  await becomes("Secret demo/a one");
  await waitFor("one watch", () => api.watches("v1/secrets") === 1 || undefined);
  gateway("ours", ["a", "other/b"]);
  await becomes("Secret demo/a one", "Secret other/b one");
  api.delete("ReferenceGrant", "other/gateways");
  await becomes("Secret demo/a one");
  api.delete("Gateway", "demo/ours");
  await becomes();
  await waitFor("no watch", () => api.watches("v1/secrets") === 0 || undefined);
  const before = api.requests.length;
  put("Secret", "demo/a", "two");
  extension("keys");
  await waitFor("the extension", () => asked("configmaps")[0]);
  expect(api.requests.slice(before).filter(({ path }) => path.includes("/secrets"))).toEqual([]);
});

test("one that is rotated, deleted and made again is followed", async () => {
  put("Secret", "demo/a");
  put("ConfigMap", "demo/keys");
  gateway("ours", ["a"]);
  extension("keys");
  await open().start();
  put("Secret", "demo/a", "two");
  await becomes("ConfigMap demo/keys one", "Secret demo/a two");
  api.delete("Secret", "demo/a");
  await becomes("ConfigMap demo/keys one");
  expect(snapshots.at(-1)!.unread).toEqual(new Map());
  put("Secret", "demo/a", "three");
  await becomes("ConfigMap demo/keys one", "Secret demo/a three");
  put("ConfigMap", "demo/keys", "two");
  await becomes("ConfigMap demo/keys two", "Secret demo/a three");
  // Another of the same namespace is nobody's business.
  const seen = snapshots.length;
  put("Secret", "demo/b");
  put("Secret", "demo/a", "four");
  await becomes("ConfigMap demo/keys two", "Secret demo/a four");
  expect(snapshots.length).toBe(seen + 1);
});

test("cold start: nothing is complete before what is named was listed too", async () => {
  put("Secret", "demo/a");
  gateway("ours", ["a"]);
  api.fault = ({ path }) => (path.includes("/secrets") ? { status: 500, message: "etcd is tired" } : undefined);
  expect((await open().start()).complete).toBe(false);
  expect(source!.waitingFor()).toEqual(["Secret demo/a"]);
  gateway("second", ["a"]);
  await waitFor("the problem", () => snapshots.at(-1)?.problems[0]);
  expect(snapshots.at(-1)!.problems).toMatchObject([{ origin: "Secret demo/a", message: "500: etcd is tired" }]);
  expect(snapshots.some(({ complete }) => complete)).toBe(false);
  api.fault = undefined;
  await becomes("Secret demo/a one");
  expect(snapshots.at(-1)).toMatchObject({ complete: true, problems: [], unread: new Map() });
  expect(source!.waitingFor()).toEqual([]);
});

test("cold start: one that never comes is given up after a while, and says why", async () => {
  put("Secret", "demo/a");
  put("Secret", "demo/b");
  gateway("ours", ["a", "b"]);
  api.fault = ({ query }) => (isSecretOf("b")(query) ? { status: 500, message: "cannot decrypt" } : undefined);
  expect((await open({ startMs: 200 }).start()).complete).toBe(false);
  await becomes("Secret demo/a one");
  expect(snapshots.at(-1)).toMatchObject({
    complete: true,
    unread: new Map([["Secret demo/b", "cannot be read: 500: cannot decrypt"]]),
  });
});

test("one that may not be read is not waited for, neither at the start nor later, and is read once it may be", async () => {
  for (const name of ["a", "b", "c"]) put("Secret", `demo/${name}`);
  gateway("ours", ["a", "b"]);
  const forbidden = new Set(["b", "c"]);
  api.fault = ({ query }) =>
    [...forbidden].some((name) => isSecretOf(name)(query)) ? { status: 403, message: "not you" } : undefined;
  const first = await open().start();
  expect(first.complete).toBe(true);
  expect(held(first)).toEqual(["Secret demo/a one"]);
  expect(first.unread).toEqual(new Map([["Secret demo/b", "cannot be read: 403: not you"]]));
  gateway("second", ["c"]);
  await waitFor("what is said", () => snapshots.at(-1)?.unread?.get("Secret demo/c"), 10);
  forbidden.clear();
  await becomes("Secret demo/a one", "Secret demo/b one", "Secret demo/c one");
  expect(snapshots.at(-1)!.unread).toEqual(new Map());
});

test("a new reference holds everything back until it was listed", async () => {
  put("Secret", "demo/a");
  await open().start();
  let failing = true;
  api.fault = ({ path }) => (path.includes("/secrets") && failing ? { status: 500 } : undefined);
  gateway("ours", ["a"]);
  await waitFor("a second attempt", () => api.requests.filter(({ path }) => path.includes("/secrets"))[1]);
  put("ConfigMap", "demo/unnamed");
  api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "elsewhere" } });
  await waitFor("a fifth attempt", () => api.requests.filter(({ path }) => path.includes("/secrets"))[4]);
  expect(snapshots).toEqual([]);
  failing = false;
  await becomes("Secret demo/a one");
  expect(snapshots).toHaveLength(1);
});

test("but not for long: then it counts as unread, and comes when it comes", async () => {
  put("Secret", "demo/a");
  await open({ laterMs: 150 }).start();
  let failing = true;
  api.fault = ({ path }) => (path.includes("/secrets") && failing ? { status: 500, message: "tired" } : undefined);
  gateway("ours", ["a"]);
  await waitFor("what is said", () => snapshots.at(-1)?.unread?.get("Secret demo/a"), 10);
  expect(snapshots.map(({ complete }) => complete)).toEqual([true]);
  // Nobody is held up by it any more.
  api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "elsewhere" } });
  await waitFor("the next snapshot", () => snapshots[1]);
  failing = false;
  await becomes("Secret demo/a one");
});

test("a Secret stays in force when it cannot be read any more", async () => {
  put("Secret", "demo/a");
  gateway("ours", ["a"]);
  await open().start();
  await waitFor("the watch", () => api.watches("v1/secrets") === 1 || undefined);
  api.fault = ({ path }) => (path.includes("/secrets") ? { status: 403, message: "not you" } : undefined);
  api.cutWatches();
  await waitFor("the problem", () => snapshots.at(-1)?.problems[0]);
  expect(held(snapshots.at(-1))).toEqual(["Secret demo/a one"]);
  expect(snapshots.at(-1)!.problems).toMatchObject([
    { origin: "Secret demo/a", message: expect.stringContaining("stays in force") },
  ]);
});

test("too many: those that are followed go on, the others say so", async () => {
  for (const name of ["a", "b", "c"]) put("Secret", `demo/${name}`);
  const secret = (name: string) => ({ group: "", kind: "Secret", namespace: "demo", name });
  const nothing = () => undefined;
  const client = new KubeClient(api.config());
  const named = new NamedObjects({ client, times: INFORMER_TIMES, onChange: nothing, onState: nothing, most: 2 });
  try {
    named.follow([secret("b"), secret("c"), secret("b")]);
    named.follow([secret("a"), secret("b"), secret("c")]);
    await named.attempted();
    expect(named.informers.map(({ resource }) => resource.name)).toEqual(["b", "c"]);
    const message = "is not read: more than 2 Secrets and ConfigMaps are named";
    expect(named.unread()).toEqual(new Map([["Secret demo/a", message]]));
    named.follow([secret("a"), secret("c")]);
    await named.attempted();
    expect(named.unread()).toEqual(new Map());
  } finally {
    await named.close();
  }
});
