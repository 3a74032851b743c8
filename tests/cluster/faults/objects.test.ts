// Objects that the API server lets in and that nobody would write, where somebody else's CRD preserves unknown fields.
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALICE, ServedCluster, tally } from "../../support/cluster/served.js";

const CRD = "trafficpolicies.gateway.kgateway.dev";
const PATH = "/apis/gateway.kgateway.dev/v1alpha1/namespaces/httpbin/trafficpolicies";

let served: ServedCluster;

beforeAll(async () => {
  served = await ServedCluster.start();
  const crd = await served.cluster.kubectl.get<{ spec: { versions: { schema: object }[] } }>("crd", CRD);
  const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  for (const version of crd.spec.versions) version.schema = { openAPIV3Schema };
  await served.cluster.kubectl.run(["replace", "-f", "-"], JSON.stringify(crd));
  const controller = await served.controller();
  await served.envoy(controller.xdsPort);
  await served.answers(200);
});
afterAll(() => served?.stop());

/** A policy of the guide's route with a field of as many levels, as text: JSON.stringify has no stack for it. */
function nested(levels: number): string {
  const spec = `{"targetRefs":[{"group":"gateway.networking.k8s.io","kind":"HTTPRoute","name":"httpbin"}],"x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  return `{"apiVersion":"gateway.kgateway.dev/v1alpha1","kind":"TrafficPolicy","metadata":{"name":"deep","namespace":"httpbin"},"spec":${spec}}`;
}

test("a policy of 9,000 levels: what it covers is closed and it says why; everybody else's changes arrive", async () => {
  const load = await served.load();
  await served.cluster.kubectl.run(["create", "--raw", PATH, "-f", "-"], nested(9000));
  await served.answers(500);
  await load.stop();
  expect(Object.keys(tally(load)).filter((key) => !/^(alice|anonymous) (200|500)$/.test(key))).toEqual([]);
  await served.says("trafficpolicy", "httpbin", "deep", "Accepted=False(Invalid)");
  const other = { name: "other", namespace: "httpbin" };
  const route = await served.cluster.kubectl.get<{ spec: object }>("httproute", "httpbin", "-n", "httpbin");
  const spec = { ...route.spec, hostnames: ["other.example.com"] };
  const { apiVersion, kind } = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" };
  await served.cluster.kubectl.apply({ apiVersion, kind, metadata: other, spec });
  await served.answers(200, undefined, undefined, "other.example.com");
  // A change of it, and of its status by others, is taken as well.
  await served.cluster.kubectl.run(["label", "trafficpolicy", "deep", "-n", "httpbin", "changed=yes"]);
  await served.apply("03-jwt.yaml");
  await served.answers(401, undefined, undefined, "other.example.com");
  await served.answers(200, ALICE, undefined, "other.example.com");
  expect(await served.ask(ALICE)).toBe(500);
  await served.cluster.kubectl.run(["delete", "trafficpolicy", "deep", "-n", "httpbin"]);
  await served.answers(200, ALICE);
});
