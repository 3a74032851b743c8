// The test cluster itself: what other tests rely on.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster, UPSTREAM_ADDRESS } from "../support/cluster.js";
import { rest } from "../support/cluster/rest.js";
import type { Status } from "../support/cluster/rest.js";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.startOwn();
});
afterAll(() => cluster?.stop());

function configMap(name: string): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
}

/** The newest resourceVersion. */
async function now(): Promise<string> {
  const { body } = await rest<{ metadata: { resourceVersion: string } }>(cluster.kubeconfig, "GET", CONFIG_MAPS);
  return body.metadata.resourceVersion;
}

/** What a watch from a resourceVersion says within a second. */
function watch(resourceVersion: string) {
  const url = `${CONFIG_MAPS}?watch=true&timeoutSeconds=1&resourceVersion=${resourceVersion}`;
  return rest<Status & { object?: Status; type?: string }>(cluster.kubeconfig, "GET", url);
}

it("is the version that is asked for", async () => {
  const { serverVersion, clientVersion } = JSON.parse(await cluster.kubectl.run(["version", "-o", "json"])) as Record<
    string,
    { gitVersion: string }
  >;
  expect([serverVersion!.gitVersion, clientVersion!.gitVersion]).toEqual(["v1.34.4", "v1.34.4"]);
});

it("lets EndpointSlices name the upstream's address, and no loopback address", async () => {
  const slice = (address: string) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "upstream" },
    addressType: "IPv4",
    endpoints: [{ addresses: [address] }],
  });
  await cluster.kubectl.apply(slice(UPSTREAM_ADDRESS));
  await expect(cluster.kubectl.apply(slice("127.0.0.1"))).rejects.toThrow("may not be in the loopback range");
});

it("judges ServiceAccounts by RBAC", async () => {
  const account = await cluster.serviceAccount("default", "reader");
  expect((await account.run(["auth", "whoami"])).replaceAll(/\s+/g, " ")).toContain(
    "system:serviceaccount:default:reader",
  );
  await expect(account.run(["get", "secrets"])).rejects.toThrow(
    'User "system:serviceaccount:default:reader" cannot list resource "secrets"',
  );
  await cluster.kubectl.run(["create", "role", "reader", "--verb=list", "--resource=secrets"]);
  await cluster.kubectl.run(["create", "rolebinding", "reader", "--role=reader", "--serviceaccount=default:reader"]);
  expect(await account.try(["get", "secrets"])).toMatchObject({ code: 0 });
  await expect(account.run(["get", "secrets", "-A"])).rejects.toThrow("at the cluster scope");
});

it.each(["stopped", "killed"])("keeps its data when the API server and etcd are %s", async (how) => {
  await cluster.kubectl.apply(configMap(how));
  const { apiServer, etcd } = cluster;
  for (const server of [apiServer, etcd]) await (how === "stopped" ? server.stop() : server.kill());
  expect((await cluster.kubectl.try(["get", "configmaps"])).stderr).toContain("was refused");
  for (const server of [etcd, apiServer]) await server.start();
  expect(await cluster.kubectl.run(["get", "configmaps", "-o", "name"])).toContain(`configmap/${how}\n`);
});

it("forgets history by compaction: old lists and watches end with 410", async () => {
  const old = await now();
  await cluster.kubectl.apply(configMap("one"));
  const asOfThen = () =>
    rest<Status>(cluster.kubeconfig, "GET", `${CONFIG_MAPS}?resourceVersion=${old}&resourceVersionMatch=Exact`);
  // Without its cache the API server asks etcd, which still has it.
  await cluster.apiServer.restart();
  expect((await asOfThen()).code).toBe(200);
  await cluster.etcd.compact();
  await cluster.apiServer.restart();
  expect((await asOfThen()).body).toMatchObject({ code: 410, reason: "Expired" });
  const { body } = await watch(old);
  // Within the stream of the watch, or instead of it.
  expect(body.object ?? body).toMatchObject({ code: 410, reason: "Expired" });
});
