// A cluster that has CRDs of kgateway, Gloo or Gateway API already: ours do not take their place.
import { afterAll, beforeAll, expect, it } from "vitest";
import { claimgate } from "../support/claimgate.js";
import { Cluster } from "../support/cluster.js";

const TRAFFIC_POLICIES = "trafficpolicies.gateway.kgateway.dev";
const GATEWAYS = "gateways.gateway.networking.k8s.io";
const THEIRS = [crd(TRAFFIC_POLICIES, "TrafficPolicy", "v1alpha1"), crd(GATEWAYS, "Gateway", "v1")];

let cluster: Cluster;

/** A CRD as somebody else's chart could have it. */
function crd(name: string, kind: string, version: string): object {
  const [plural, ...group] = name.split(".");
  const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name,
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "api-approved.kubernetes.io": "unapproved, a test" },
    },
    spec: {
      group: group.join("."),
      scope: "Namespaced",
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

async function crds(...args: readonly string[]): Promise<{ stdout: string; stderr: string; names: string[] }> {
  const { code, stdout, stderr } = await claimgate(["crds", ...args]);
  expect(code).toBe(0);
  return { stdout, stderr, names: [...stdout.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name]) => name!) };
}

const versions = (): Promise<string> =>
  cluster.kubectl.run(["get", "crd", "-o", "custom-columns=:.metadata.name,:.metadata.labels", "--no-headers"]);

beforeAll(async () => {
  cluster = await Cluster.startOwn();
  for (const theirs of THEIRS)
    await cluster.kubectl.run(["create", "--field-manager=helm", "-f", "-"], JSON.stringify(theirs));
});
afterAll(() => cluster?.stop());

it("--keep-foreign leaves out what is somebody else's, and says so", async () => {
  const { stdout, stderr, names } = await crds("--gateway-api", "--keep-foreign", "--kubeconfig", cluster.kubeconfig);
  expect(stderr.trim().split("\n").sort()).toEqual(
    [GATEWAYS, TRAFFIC_POLICIES].map((name) => `claimgate: left out ${name}: the cluster has it from somebody else`),
  );
  const all = (await crds("--gateway-api")).names;
  expect(all.length).toBe(11);
  expect(names).toEqual(all.filter((name) => name !== GATEWAYS && name !== TRAFFIC_POLICIES));
  await cluster.kubectl.run(["apply", "--server-side", "-f", "-"], stdout);
  expect(await versions()).toContain("Helm");
});

it("--keep-foreign keeps printing ours, for upgrades, and Gateway API's not again", async () => {
  const { names } = await crds("--gateway-api", "--keep-foreign", "--kubeconfig", cluster.kubeconfig);
  expect(names).toEqual([
    "gatewayextensions.gateway.kgateway.dev",
    "virtualhostoptions.gateway.solo.io",
    "routeoptions.gateway.solo.io",
    "upstreams.gloo.solo.io",
  ]);
});

it("without it, server-side apply refuses to take over theirs", async () => {
  const { code, stderr } = await cluster.kubectl.try(["apply", "--server-side", "-f", "-"], (await crds()).stdout);
  expect(code).toBe(1);
  expect(stderr).toContain("Apply failed with 1 conflict");
  const { spec } = await cluster.kubectl.get<{ spec: { versions: { schema: object }[] } }>("crd", TRAFFIC_POLICIES);
  expect(JSON.stringify(spec.versions[0]!.schema)).not.toContain("jwtAuth");
});

it("says in one line when the cluster does not answer", async () => {
  await cluster.apiServer.stop();
  const { code, stdout, stderr } = await claimgate(["crds", "--keep-foreign", "--kubeconfig", cluster.kubeconfig]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /^claimgate: the CustomResourceDefinitions of https:\S+ cannot be listed: .*ECONNREFUSED.*\n$/,
  );
});
