// `claimgate envoy --manifests`, judged by a real API server, and its pod run with a real Envoy.
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { claimgate } from "../support/claimgate.js";
import { Cluster } from "../support/cluster.js";
import { installCrds } from "../support/cluster/crds.js";
import { RunningGateway } from "../support/cluster/gateway.js";
import { waitFor } from "../support/wait.js";

const NAMESPACE = "infra";

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } };
}

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start();
  await installCrds(cluster);
  const { kubectl } = cluster;
  for (const name of [NAMESPACE, "claimgate-system"]) await kubectl.run(["create", "namespace", name]);
  // Pods that ask for more than the strictest of the Pod Security Standards grants are refused.
  await kubectl.run(["label", "namespace", NAMESPACE, "pod-security.kubernetes.io/enforce=restricted"]);
  await kubectl.apply(gateway("http", 8080));
  await kubectl.apply(gateway("low", 80));
});

afterAll(() => cluster?.stop());

function gateway(name: string, port: number): object {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { namespace: NAMESPACE, name },
    spec: { gatewayClassName: "claimgate", listeners: [{ name: "http", protocol: "HTTP", port }] },
  };
}

async function manifests(name: string, ...more: string[]): Promise<string> {
  const args = ["envoy", "--gateway", `${NAMESPACE}/${name}`, "--manifests", ...more];
  const { code, stdout, stderr } = await claimgate(args, { KUBECONFIG: cluster.kubeconfig });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

test.each(["http", "low"])("%s: the API server takes all of it, and takes it again as unchanged", async (name) => {
  const { kubectl } = cluster;
  const text = await manifests(name);
  const apply = (...more: string[]) => kubectl.try(["apply", "-f-", "--validate=strict", ...more], text);
  expect(await apply("--dry-run=server")).toMatchObject({ code: 0, stderr: "" });
  expect(await apply()).toMatchObject({ code: 0, stderr: "" });
  const versions = () => kubectl.run(["get", "-f-", "-o", "jsonpath={.items[*].metadata.resourceVersion}"], text);
  const before = await versions();
  expect(before.split(" ")).toHaveLength(5);
  expect(await apply()).toMatchObject({ code: 0, stderr: "" });
  expect(await versions()).toBe(before);
  const { spec } = await kubectl.get<{ spec: { replicas: number } }>("deployment", name, "-n", NAMESPACE);
  expect(spec.replicas).toBe(2);
  await kubectl.get("svc", name, "-n", NAMESPACE);
});

test.each(["http", "low"])("%s: its pods are admitted where Pod Security is restricted", async (name) => {
  const made = parseAllDocuments(await manifests(name)).map((document) => document.toJS() as Manifest);
  const { template } = made.find(({ kind }) => kind === "Deployment")!.spec;
  const metadata = { ...template.metadata, name: `${name}-pod`, namespace: NAMESPACE };
  const pod = (spec: object) => stringify({ apiVersion: "v1", kind: "Pod", metadata, spec });
  const admit = (spec: object) => cluster.kubectl.try(["apply", "-f-", "--dry-run=server"], pod(spec));
  expect(await admit(template.spec)).toMatchObject({ code: 0, stderr: "" });
  expect((await admit({ ...template.spec, hostPID: true })).stderr).toContain('violates PodSecurity "restricted');
});

test("flags reach what they are about", async () => {
  const text = await manifests("http", "--replicas", "3", "--image", "example.com/envoy:1", "--concurrency", "4");
  const all = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  expect(all.find(({ kind }) => kind === "Deployment")!.spec).toMatchObject({
    replicas: 3,
    template: { spec: { containers: [{ image: "example.com/envoy:1", args: expect.arrayContaining(["4"]) }] } },
  });
  const elsewhere = await manifests("http", "--xds", "192.0.2.1:18001", "--xds-server-name", "name.example");
  expect(elsewhere).toMatch(/"address": "192\.0\.2\.1",\s*"port_value": 18001/);
  expect(elsewhere).toContain('"exact": "name.example"');
});

test("a Gateway that is not there is one line", async () => {
  const args = ["envoy", "--gateway", `${NAMESPACE}/absent`, "--manifests"];
  expect(await claimgate(args, { KUBECONFIG: cluster.kubeconfig })).toEqual({
    code: 1,
    stdout: "",
    stderr: `claimgate: Gateway ${NAMESPACE}/absent cannot be read: 404: gateways.gateway.networking.k8s.io "absent" not found (or give --resources, a directory that has it)\n`,
  });
});

test("the pod is ready when the controller has given it a configuration over mutual TLS", async () => {
  const { kubectl } = cluster;
  const certs = await claimgate(["certs", "--gateway", `${NAMESPACE}/http`]);
  await kubectl.apply(certs.stdout);
  await kubectl.apply(await manifests("http"));
  const running = await RunningGateway.start(cluster, NAMESPACE, "http");
  try {
    // No route: Envoy itself answers.
    expect((await fetch("http://127.0.0.1:8080/")).status).toBe(404);
    const programmed = async () => {
      const args = [
        "gateway",
        "http",
        "-n",
        NAMESPACE,
        "-o",
        "jsonpath={.status.conditions[?(@.type=='Programmed')].status}",
      ];
      return (await kubectl.run(["get", ...args])) === "True" || undefined;
    };
    await waitFor("Programmed", programmed);
    // The Service with its name is where it is reached.
    const { status } = await kubectl.get<{ status: { addresses: object[] } }>("gateway", "http", "-n", NAMESPACE);
    const { spec } = await kubectl.get<{ spec: { clusterIP: string } }>("svc", "http", "-n", NAMESPACE);
    expect(status.addresses).toEqual([{ type: "IPAddress", value: spec.clusterIP }]);
  } finally {
    await running.stop();
  }
});
