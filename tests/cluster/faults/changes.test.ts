// Changes that come faster than they can be put in force, and others who write the same statuses.
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALICE, ServedCluster, tally } from "../../support/cluster/served.js";
import { waitFor } from "../../support/wait.js";

const POLICY = "/apis/gateway.kgateway.dev/v1alpha1/namespaces/kgateway-system/trafficpolicies/jwt-policy";
const OURS = "claimgate.dev/gateway-controller";

interface Policy {
  metadata: { generation: number; resourceVersion: string };
  status?: {
    ancestors?: {
      controllerName: string;
      conditions: { type: string; status: string; observedGeneration: number }[];
    }[];
  };
}

let served: ServedCluster;

beforeAll(async () => {
  served = await ServedCluster.start();
  const controller = await served.controller();
  await served.envoy(controller.xdsPort);
  await served.apply("03-jwt.yaml");
  // Alice's tokens are not of this issuer.
  const other = (text: string) =>
    text.split("---")[0]!.replaceAll("selfminted-jwt", "other").replace("issuer: solo.io", "issuer: else");
  await served.apply("03-jwt.yaml", other);
  await served.answers(401);
});
afterAll(() => served?.stop());

const read = () => served.client.request<Policy>({ path: POLICY });
const merge = (path: string, body: object) =>
  served.client.request({ method: "PATCH", path, body, contentType: "application/merge-patch+json" });
const refersTo = (name: string) => merge(POLICY, { spec: { jwtAuth: { extensionRef: { name } } } });

/** Our conditions of the policy, once they are about its newest generation and all of them true. */
const settled = () =>
  waitFor("our conditions of the newest generation", async () => {
    const { metadata, status } = await read();
    const conditions = status?.ancestors?.find(({ controllerName }) => controllerName === OURS)?.conditions ?? [];
    const isDone = (type: string) =>
      conditions.some(
        (one) => one.type === type && one.status === "True" && one.observedGeneration === metadata.generation,
      );
    return ["Accepted", "Attached", "Programmed"].every(isDone) || undefined;
  });

test.each([
  ["selfminted-jwt", 200],
  ["other", 401],
])(
  "a policy that changes 50 times a second for 10 s and ends with %s: the end is in force, and nothing ever fails",
  { timeout: 120_000 },
  async (last, status) => {
    const load = await served.load();
    const began = performance.now();
    for (let change = 0; change < 500; change++) {
      await refersTo(change % 2 === 0 ? "selfminted-jwt" : "other");
      await delay(began + change * 20 - performance.now());
    }
    await refersTo(last === "other" ? "selfminted-jwt" : "other");
    await refersTo(last);
    await settled();
    const settledAt = performance.now();
    await waitFor(
      "answers since",
      () => load.answers.filter(({ sentAt }) => sentAt > settledAt).length > 100 || undefined,
    );
    await load.stop();
    expect(Object.keys(tally(load)).filter((key) => !/^(alice (200|401)|anonymous 401)$/.test(key))).toEqual([]);
    const since = load.answers.filter(({ kind, sentAt }) => kind === "alice" && sentAt > settledAt);
    expect(new Set(since.map((answer) => answer.status))).toEqual(new Set([status]));
  },
);

test(
  "another controller that writes over our status: both entries stand in the end, and nobody writes any more",
  { timeout: 120_000 },
  async () => {
    const rival = { controllerName: "example.com/rival", ancestorRef: { name: "http" }, conditions: [] as object[] };
    let lost = 0;
    for (let round = 0; round < 100; round++) {
      const now = await read();
      if (now.status?.ancestors?.some(({ controllerName }) => controllerName === OURS) !== true) lost++;
      const lastTransitionTime = new Date(round * 1000).toISOString().replace(".000", "");
      rival.conditions = [
        { type: "Accepted", status: "True", reason: "Round", message: String(round), lastTransitionTime },
      ];
      // Without ours, and of a version that we may have written over since: then it is refused, as ours is the other way round.
      await served.client
        .request({ method: "PUT", path: `${POLICY}/status`, body: { ...now, status: { ancestors: [rival] } } })
        .catch((error: Error) => expect(error.message).toMatch(/modified/));
      if (round % 10 === 0) await refersTo(round % 20 === 0 ? "other" : "selfminted-jwt");
    }
    expect(lost).toBeGreaterThan(0);
    await refersTo("selfminted-jwt");
    await settled();
    const { status, metadata } = await read();
    expect(status!.ancestors!.map(({ controllerName }) => controllerName).sort()).toEqual([OURS, rival.controllerName]);
    // By the time at which another policy has its status, it would have been written again.
    await served.apply("03-jwt.yaml", (text) => text.replaceAll("kgateway-system", "httpbin"));
    await served.says("trafficpolicy", "httpbin", "jwt-policy", "Accepted=False(TargetNotFound)");
    expect((await read()).metadata.resourceVersion).toBe(metadata.resourceVersion);
    await served.answers(200, ALICE);
  },
);
