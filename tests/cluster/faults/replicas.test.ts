// Controllers and Envoys that die while requests go on.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ALICE, ServedCluster, tally } from "../../support/cluster/served.js";
import { TcpProxy } from "../../support/tcp-proxy.js";
import { waitFor } from "../../support/wait.js";

let served: ServedCluster;
let proxy: TcpProxy | undefined;

beforeAll(async () => {
  served = await ServedCluster.start();
});
afterAll(() => served?.stop());
afterEach(async () => {
  await served.stopAll();
  await proxy?.stop();
  await served.cluster.kubectl.run(["delete", "trafficpolicy", "--all", "-A", "--ignore-not-found"]);
});

const holder = async (): Promise<string> => {
  const lease = await served.cluster.kubectl.get<{ spec: { holderIdentity: string } }>(
    "lease",
    "claimgate-controller",
    "-n",
    "claimgate-system",
  );
  return lease.spec.holderIdentity;
};

test(
  "the leader, which Envoy is connected to, is killed under load: no request fails, and the other takes over within the Lease",
  { timeout: 120_000 },
  async () => {
    await served.apply("03-jwt.yaml");
    const one = await served.controller("--leader-elect");
    await waitFor("a leader", () => /: leads/.test(one.stderr) || undefined);
    const two = await served.controller("--leader-elect");
    // As a Service would: to whichever replica is there.
    proxy = await TcpProxy.start(one.xdsPort, two.xdsPort);
    await served.envoy(proxy.port);
    await served.answers(401);
    await served.says("trafficpolicy", "kgateway-system", "jwt-policy", "Programmed=True(Programmed)");
    const first = await holder();
    const load = await served.load();
    one.signal("SIGKILL");
    // In force through the other replica before it even leads.
    await served.apply("03-jwt.yaml", (text) => text.replace("issuer: solo.io", "issuer: someone.else"));
    await served.answers(401, ALICE);
    await served.apply("03-jwt.yaml");
    await served.answers(200, ALICE);
    await waitFor("the other to lead", () => /: leads/.test(two.stderr) || undefined, 40);
    await load.stop();
    expect(Object.keys(tally(load)).filter((key) => !/^(alice (200|401)|anonymous 401)$/.test(key))).toEqual([]);
    expect(tally(load)["alice 200"]).toBeGreaterThan(0);
    expect(await holder()).not.toBe(first);
    await served.says("trafficpolicy", "kgateway-system", "jwt-policy", "Programmed=True(Programmed)");
  },
);

test("a controller that is killed and started again, alone: Envoy serves all the while and follows the new one", async () => {
  await served.apply("03-jwt.yaml");
  const one = await served.controller();
  proxy = await TcpProxy.start(one.xdsPort);
  await served.envoy(proxy.port);
  await served.answers(401);
  const load = await served.load();
  one.signal("SIGKILL");
  // Nobody is there to see it.
  await served.cluster.kubectl.run(["delete", "trafficpolicy", "jwt-policy", "-n", "kgateway-system"]);
  const two = await served.controller();
  proxy.targets = [two.xdsPort];
  await served.answers(200);
  await load.stop();
  expect(Object.keys(tally(load)).filter((key) => !/^(alice 200|anonymous (200|401))$/.test(key))).toEqual([]);
});

test("an Envoy that is killed comes back with everything, and its Gateway too when it is deleted and made again", async () => {
  await served.apply("03-jwt.yaml");
  const controller = await served.controller();
  const envoy = await served.envoy(controller.xdsPort);
  await served.answers(401);
  const { pid } = envoy;
  process.kill(pid!, "SIGKILL");
  await waitFor("another process", () => (envoy.pid === pid ? undefined : true));
  await served.answers(401);
  await served.answers(200, ALICE);
  for (let round = 0; round < 3; round++) {
    await served.cluster.kubectl.run(["delete", "gateway", "http", "-n", "kgateway-system"]);
    await served.answers(undefined);
    await served.apply("01-gateway.yaml");
    await served.answers(401);
    await served.answers(200, ALICE);
  }
  await served.says("gateway", "kgateway-system", "http", "Accepted=True(Accepted)", "Programmed=True(Programmed)");
  await served.says("trafficpolicy", "kgateway-system", "jwt-policy", "Programmed=True(Programmed)");
});
