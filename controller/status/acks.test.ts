import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeApiServer } from "../../tests/support/fake-apiserver.js";
import { ManualClock } from "../../tests/support/manual-clock.js";
import { waitFor } from "../../tests/support/wait.js";
import { KubeClient } from "../kube/client.js";
import { type AcksByGateway, acksOf, parseAcks, Replicas } from "./acks.js";

let api: FakeApiServer;
let clock: ManualClock;
let open: { replicas: Replicas; client: KubeClient; clock: ManualClock }[];

beforeEach(async () => {
  api = await FakeApiServer.start();
  clock = new ManualClock();
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map(({ replicas }) => replicas.close()));
  for (const { client } of open) client.close();
  await api.stop();
});

interface Replica {
  replicas: Replicas;
  changes: number;
  notices: string[];
}

function replica(identity: string, acks: () => AcksByGateway, isLeader = false): Replica {
  const client = new KubeClient(api.config());
  const made = { changes: 0, notices: [] as string[] } as Replica;
  made.replicas = new Replicas({
    ...{ client, namespace: "claimgate-system", identity, acks, clock, isLeader: () => isLeader },
    onChange: () => made.changes++,
    onNotice: (line) => made.notices.push(line),
    times: { backoff: { firstMs: 20, lastMs: 50 } },
  });
  open.push({ replicas: made.replicas, client, clock });
  made.replicas.start();
  return made;
}

const sees = ({ replicas }: Replica, acks: unknown) =>
  waitFor(
    JSON.stringify(acks),
    () => JSON.stringify(replicas.of("infra/http")) === JSON.stringify(acks) || undefined,
    5,
  );

const annotation = (identity: string): unknown =>
  api.get("Lease", `claimgate-system/claimgate-envoys-${identity}`)?.metadata.annotations?.[
    "claimgate.dev/acknowledged"
  ];

const pass = (seconds: number): Promise<void> =>
  clock.pass(seconds, () => open.filter((made) => made.clock === clock).length);

test("Envoys are counted by what they hold", () => {
  const envoy = (acknowledged: string | undefined) => ({ acknowledged }) as never;
  const version = "0123456789abcdef0123456789abcdef";
  const common = { published: version, keys: {} };
  const status = { "infra/http": { ...common, envoys: [envoy(version), envoy(undefined), envoy(version)] } };
  expect(acksOf({ ...status, "infra/idle": { ...common, envoys: [] } })).toEqual({
    "infra/http": { "0123456789abcdef": 2, "": 1 },
  });
});

test("what is no acknowledgement is not taken for one", () => {
  expect(parseAcks('{"a/b":{"x":1}}')).toEqual({ "a/b": { x: 1 } });
  for (const text of [undefined, "", "{", "[]", "null", '{"a/b":1}', '{"a/b":{"x":"1"}}', '{"a/b":[1]}']) {
    expect(parseAcks(text)).toBeUndefined();
  }
});

test("each replica knows the others' Envoys and not its own", async () => {
  const one = replica("one", () => ({ "infra/http": { v1: 2 } }));
  const two = replica("two", () => ({ "infra/http": { v1: 1, "": 1 } }));
  await sees(one, [{ v1: 1, "": 1 }]);
  await sees(two, [{ v1: 2 }]);
  expect(two.replicas.of("infra/other")).toEqual([{}]);
  expect(one.changes).toBeGreaterThan(0);
});

test("a new acknowledgement is published soon, a burst of them together", async () => {
  let version = "v1";
  const one = replica("one", () => ({ "infra/http": { [version]: 1 } }));
  const two = replica("two", () => ({}));
  await sees(two, [{ v1: 1 }]);
  await waitFor("one to sleep", () => clock.sleeping >= 2 || undefined, 5);
  const writes = () => api.writes(/claimgate-envoys-one$/).length;
  const before = writes();
  version = "v2";
  for (let i = 0; i < 100; i++) one.replicas.publishSoon();
  await waitFor("it to settle", () => clock.sleeping >= 2 || undefined, 5);
  clock.advance(60);
  await sees(two, [{ v2: 1 }]);
  expect(writes()).toBe(before + 1);
});

test("a replica that dies is forgotten when its Lease is over, and that is a change", async () => {
  // Its clock stands still: it never renews.
  const still = new ManualClock();
  const living = clock;
  clock = still;
  replica("dead", () => ({ "infra/http": { old: 1 } }));
  clock = living;
  const two = replica("two", () => ({}));
  await sees(two, [{ old: 1 }]);
  await waitFor("two to sleep", () => clock.sleeping > 0 || undefined, 5);
  await pass(14);
  expect(two.replicas.of("infra/http")).toEqual([{ old: 1 }]);
  const before = two.changes;
  await pass(7);
  expect(two.replicas.of("infra/http")).toEqual([]);
  expect(two.changes).toBe(before + 1);
});

test("what replicas of former times left behind does not count; the leader deletes it", async () => {
  const left = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: "claimgate-envoys-former",
      namespace: "claimgate-system",
      labels: { "claimgate.dev/replica": "former" },
      annotations: { "claimgate.dev/acknowledged": '{"infra/http":{"old":1}}' },
    },
    spec: { holderIdentity: "former", renewTime: "2026-01-01T00:00:00.000000Z" },
  };
  api.apply(left);
  const one = replica("one", () => ({}), true);
  const follower = replica("two", () => ({ "infra/http": { v1: 1 } }));
  await sees(one, [{ v1: 1 }]);
  await pass(40);
  await waitFor("it to go", () => (annotation("former") === undefined ? true : undefined), 5);
  expect(follower.replicas.of("infra/http")).toEqual([{}]);
  expect(annotation("two")).toBeDefined();
});

test("a replica that says nothing intelligible stands for an Envoy with an unknown version", async () => {
  const one = replica("one", () => ({}));
  replica("two", () => "nonsense" as never);
  await sees(one, [{ unknown: 1 }]);
});

test("who ends in order takes its Lease away", async () => {
  const one = replica("one", () => ({}));
  const two = replica("two", () => ({ "infra/http": { v1: 1 } }));
  await sees(one, [{ v1: 1 }]);
  await two.replicas.close();
  await sees(one, []);
});

test("an API server that refuses is a line, once", async () => {
  api.fault = ({ path, method }) =>
    path.includes("/leases/") && method === "PATCH" ? { status: 403, message: "forbidden" } : undefined;
  const one = replica("one", () => ({}));
  await waitFor("one to sleep", () => clock.sleeping > 0 || undefined, 5);
  await pass(12);
  expect(one.notices).toEqual(["Lease claimgate-system/claimgate-envoys-one: 403: forbidden"]);
});
