// The way to the API server breaks off in the middle of a stream of changes, and history is gone when it is back.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALICE, ServedCluster, tally } from "../../support/cluster/served.js";
import { TcpProxy } from "../../support/tcp-proxy.js";
import { waitFor } from "../../support/wait.js";

const POLICY = "/apis/gateway.kgateway.dev/v1alpha1/namespaces/kgateway-system/trafficpolicies/jwt-policy";

let served: ServedCluster;
let proxy: TcpProxy;

beforeAll(async () => {
  // Without its cache the API server asks etcd for history, which forgets it when it is compacted.
  served = await ServedCluster.start("--watch-cache=false");
  const { url } = served.cluster.apiServer;
  proxy = await TcpProxy.start(Number(new URL(url).port));
  const kubeconfig = `${served.cluster.kubeconfig}.proxied`;
  const direct = readFileSync(served.cluster.kubeconfig, "utf8");
  writeFileSync(kubeconfig, direct.replace(url, `https://127.0.0.1:${proxy.port}`), { mode: 0o600 });
  const controller = await served.controller("--kubeconfig", kubeconfig);
  await served.envoy(controller.xdsPort);
  await served.apply("03-jwt.yaml");
  await served.answers(401);
});
afterAll(async () => {
  await served?.stop();
  await proxy?.stop();
});

test("watches that are cut in the middle of events: nothing is lost, and no request fails", async () => {
  const load = await served.load();
  for (let round = 0; round < 100; round++) {
    const metadata = { labels: { round: String(round), padding: "x".repeat(60) } };
    await served.client.request({
      method: "PATCH",
      path: POLICY,
      body: { metadata },
      contentType: "application/merge-patch+json",
    });
    if (round % 10 === 5) proxy.cut();
  }
  expect(proxy.cuts).toBeGreaterThanOrEqual(10);
  proxy.cut();
  await served.cluster.kubectl.run(["delete", "trafficpolicy", "jwt-policy", "-n", "kgateway-system"]);
  await served.answers(200);
  await load.stop();
  // Open only after it was deleted: by then Alice was answered so all the time.
  expect(tally(load)["alice 200"]).toBe(load.answers.filter(({ kind }) => kind === "alice").length);
  expect(Object.keys(tally(load)).filter((key) => !/^(alice 200|anonymous (200|401))$/.test(key))).toEqual([]);
  await served.apply("03-jwt.yaml");
  await served.answers(401);
});

test("410: what was deleted and made while nobody watched, and etcd has forgotten, is seen", async () => {
  await served.answers(200, ALICE);
  proxy.open = false;
  proxy.cut();
  await served.cluster.kubectl.run(["delete", "trafficpolicy", "jwt-policy", "-n", "kgateway-system"]);
  await served.cluster.kubectl.run(["create", "configmap", "later", "-n", "default"]);
  await served.cluster.etcd.compact();
  proxy.open = true;
  await served.answers(200);
  await served.apply("03-jwt.yaml");
  await served.answers(401);
  await waitFor("the status", async () => {
    const { status } = await served.client.request<{ status?: object }>({ path: POLICY });
    return JSON.stringify(status ?? {}).includes("Programmed") || undefined;
  });
});
