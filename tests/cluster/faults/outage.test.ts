// The API server goes away for a minute while requests go on.
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALICE, ServedCluster, tally } from "../../support/cluster/served.js";
import { waitFor } from "../../support/wait.js";

let served: ServedCluster;

beforeAll(async () => {
  served = await ServedCluster.start();
});
afterAll(() => served?.stop());

/** The minute is meant: leases end, requests time out and back-off grows within it. */
const OUTAGE_MS = 60_000;

test(
  "an API server that is away for a minute: no request fails, and what changes afterwards arrives",
  { timeout: 300_000 },
  async () => {
    const controller = await served.controller("--leader-elect");
    await served.envoy(controller.xdsPort);
    await served.apply("03-jwt.yaml");
    await served.answers(401);
    await served.answers(200, ALICE);
    await served.says("trafficpolicy", "kgateway-system", "jwt-policy", "Programmed=True(Programmed)");
    const load = await served.load();
    await served.cluster.apiServer.stop();
    await waitFor("the line", () => /stays in force/.test(controller.stderr) || undefined);
    await waitFor("the Lease to be lost", () => /does not lead/.test(controller.stderr) || undefined);
    await delay(OUTAGE_MS);
    expect((await controller.get("readyz")).status).toBe(200);
    await served.cluster.apiServer.start();
    await waitFor("it to lead again", () => /: leads[^]*: leads/.test(controller.stderr) || undefined, 90);
    await load.stop();
    expect(Object.keys(tally(load)).sort()).toEqual(["alice 200", "anonymous 401"]);
    await served.cluster.kubectl.run(["delete", "trafficpolicy", "jwt-policy", "-n", "kgateway-system"]);
    await served.answers(200);
    await served.apply("03-jwt.yaml");
    await served.answers(401);
    await served.says("trafficpolicy", "kgateway-system", "jwt-policy", "Programmed=True(Programmed)");
  },
);
