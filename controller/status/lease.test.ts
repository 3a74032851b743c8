import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeApiServer } from "../../tests/support/fake-apiserver.js";
import { ManualClock } from "../../tests/support/manual-clock.js";
import { waitFor } from "../../tests/support/wait.js";
import { KubeClient } from "../kube/client.js";
import { LeaderElector, type LeaseSpec } from "./lease.js";

let api: FakeApiServer;
let clock: ManualClock;
let candidates: Candidate[];

interface Candidate {
  elector: LeaderElector;
  changes: boolean[];
  notices: string[];
  client: KubeClient;
  clock: ManualClock;
  closed: boolean;
}

beforeEach(async () => {
  api = await FakeApiServer.start();
  clock = new ManualClock();
  candidates = [];
});

afterEach(async () => {
  api.fault = undefined;
  await Promise.all(candidates.map(({ elector }) => elector.close()));
  for (const { client } of candidates) client.close();
  await api.stop();
});

function candidate(identity: string, its: ManualClock = clock): Candidate {
  const client = new KubeClient(api.config());
  const made: Candidate = { changes: [], notices: [], client, clock: its, closed: false } as unknown as Candidate;
  made.elector = new LeaderElector({
    ...{ client, namespace: "claimgate-system", name: "claimgate-controller", identity, clock: its },
    onChange: (leading) => made.changes.push(leading),
    onNotice: (line) => made.notices.push(line),
  });
  candidates.push(made);
  made.elector.start();
  return made;
}

const lease = (): LeaseSpec => (api.get("Lease", "claimgate-system/claimgate-controller")?.["spec"] ?? {}) as LeaseSpec;
const leads = ({ elector }: Candidate) => waitFor("the lead", () => elector.isLeader() || undefined, 5);

/** Each candidate waits for its next attempt, a leader for the end of its lead as well. */
const sleepers = (): number => {
  const here = candidates.filter((made) => made.clock === clock && !made.closed);
  return here.length + here.filter(({ elector }) => elector.isLeader()).length;
};

const pass = (seconds: number, until?: () => boolean): Promise<void> => clock.pass(seconds, sleepers, until);

test("the first leads: a Lease of 15 seconds with its name", async () => {
  const one = candidate("one");
  await leads(one);
  expect(lease()).toMatchObject({ holderIdentity: "one", leaseDurationSeconds: 15, leaseTransitions: 0 });
  // metav1.MicroTime, as Go parses it: "2006-01-02T15:04:05.000000Z07:00".
  expect(lease().renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(one.changes).toEqual([true]);
});

test("of two candidates one leads, for as long as it renews", async () => {
  const one = candidate("one");
  await leads(one);
  const two = candidate("two");
  const { acquireTime } = lease();
  await pass(60);
  expect([one.changes, two.changes]).toEqual([[true], []]);
  expect(lease()).toMatchObject({ holderIdentity: "one", acquireTime, leaseTransitions: 0 });
  const renewals = api.writes(/claimgate-controller$/).length;
  expect(renewals).toBeGreaterThanOrEqual(10);
  expect(renewals).toBeLessThanOrEqual(14);
});

test("two that begin at the same moment: only one of them leads", async () => {
  const both = [candidate("one"), candidate("two")];
  await waitFor("a leader", () => both.some(({ elector }) => elector.isLeader()) || undefined, 5);
  await pass(20);
  expect(both.filter(({ elector }) => elector.isLeader())).toHaveLength(1);
  expect(both.flatMap(({ changes }) => changes)).toEqual([true]);
});

test("a leader that dies is followed when its Lease is over, and not before", async () => {
  const own = new ManualClock();
  const dead = candidate("dead", own);
  await leads(dead);
  const two = candidate("two");
  await waitFor("two to have looked", () => clock.sleeping > 0 || undefined, 5);
  const died = clock.now();
  await pass(14.5);
  expect(two.elector.isLeader()).toBe(false);
  await pass(10, () => two.elector.isLeader());
  // The Lease, and until the next look.
  expect(clock.now() - died).toBeLessThanOrEqual(17_000);
  expect(lease()).toMatchObject({ holderIdentity: "two", leaseTransitions: 1 });
  // The former leader comes back to life: by its own clock hours may not have passed, but the Lease says who leads.
  own.advance(5000);
  await waitFor("it to see that", () => dead.changes.length === 2 || undefined, 5);
  expect(dead.changes).toEqual([true, false]);
});

test("a leader that cannot renew stops before anybody else can begin", async () => {
  const one = candidate("one");
  await leads(one);
  api.fault = ({ path }) => (path.includes("leases") ? { status: 503, message: "busy" } : undefined);
  await pass(9.5);
  expect(one.elector.isLeader()).toBe(true);
  await pass(1);
  expect(one.elector.isLeader()).toBe(false);
  expect(one.changes).toEqual([true, false]);
  expect(one.notices).toEqual(["leader election, Lease claimgate-system/claimgate-controller: 503: busy"]);
  // Not over yet for others; and it may have it again.
  api.fault = undefined;
  await pass(5, () => one.elector.isLeader());
  expect(one.changes).toEqual([true, false, true]);
  expect(lease().leaseTransitions).toBe(0);
});

test("a leader whose process was stopped does not believe itself to lead when it goes on", async () => {
  const one = candidate("one");
  await leads(one);
  // No timer has fired, nothing was awaited.
  const { elector } = one;
  Object.assign(elector, { clock: { now: () => clock.now() + 10_000, sleep: () => new Promise(() => undefined) } });
  expect(elector.isLeader()).toBe(false);
  Object.assign(elector, { clock });
});

test("somebody else's name in the Lease ends the lead at once", async () => {
  const one = candidate("one");
  await leads(one);
  const stored = api.get("Lease", "claimgate-system/claimgate-controller")!;
  api.apply({ ...stored, spec: { ...(stored["spec"] as object), holderIdentity: "usurper" } });
  await pass(6, () => !one.elector.isLeader());
  expect(clock.now()).toBeLessThanOrEqual(6000);
  expect(one.changes).toEqual([true, false]);
});

test("who ends in order gives the Lease up: the next need not wait for its end", async () => {
  const one = candidate("one");
  await leads(one);
  const two = candidate("two");
  await waitFor("two to have looked", () => clock.sleeping >= 3 || undefined, 5);
  one.closed = true;
  await one.elector.close();
  expect(lease().holderIdentity).toBe("");
  await pass(3, () => two.elector.isLeader());
  expect(two.elector.isLeader()).toBe(true);
  expect(clock.now()).toBeLessThanOrEqual(2500);
});

test("who ends while it is getting the Lease gives it up as well", async () => {
  let closing: Promise<void> | undefined;
  api.fault = ({ method }) => {
    if (method === "POST") closing ??= one.elector.close();
    return undefined;
  };
  const one = candidate("one");
  await waitFor("the request", () => closing && true);
  await closing;
  expect(one.changes).toEqual([]);
  expect(lease()).toMatchObject({ holderIdentity: "", leaseTransitions: 0 });
  await leads(candidate("two"));
});

test("who ends while another holds the Lease leaves it alone", async () => {
  const one = candidate("one");
  await leads(one);
  await candidate("two").elector.close();
  expect(lease().holderIdentity).toBe("one");
});
