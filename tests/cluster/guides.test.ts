// The two guides as people run them: the commands of docs/kubernetes.md and of examples/*/guide.md, word for word, against a real API
// server, controller, Envoy and httpbin.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, UPSTREAM_ADDRESS } from "../support/cluster.js";
import { kubeAsset } from "../support/cluster/assets.js";
import { RunningGateway } from "../support/cluster/gateway.js";
import { type RunningHttpbin, startHttpbin } from "../support/httpbin.js";
import { Shell } from "../support/shell.js";
import { waitFor } from "../support/wait.js";
import { missingFrom, type Step, stepsOf } from "../support/walkthrough.js";

const WALKTHROUGH = "docs/kubernetes.md";

let cluster: Cluster;
let httpbin: RunningHttpbin;
let shell: Shell;

beforeAll(async () => {
  cluster = await Cluster.start();
  httpbin = await startHttpbin(UPSTREAM_ADDRESS);
  const kubectl = kubeAsset("kubectl");
  // A given cluster's is on the PATH.
  shell = new Shell({ KUBECONFIG: cluster.kubeconfig }, kubectl.startsWith("/") ? { kubectl } : {});
});

afterAll(async () => {
  shell?.close();
  await httpbin?.stop();
  await cluster?.stop();
});

/** Runs a step; what only looks is repeated until it prints what it should: a change takes a moment. */
async function take({ commands, output = "" }: Step): Promise<void> {
  const looks = !/kubectl (?:apply|delete|create)\b/.test(commands);
  let last = "";
  const attempt = async () => {
    const printed = await shell.run(commands);
    last = `exit ${printed.code}\n${printed.stdout}${printed.stderr}`;
    return (printed.code === 0 && (output === "" || missingFrom(printed, output) === undefined)) || undefined;
  };
  await waitFor(output, attempt, looks ? 30 : 0).catch((error: Error) => {
    throw new Error(`${error.message}\n$ ${commands}\n${last}`, { cause: error });
  });
}

/** The walkthrough is written for kgateway's guide, and good for Gloo's with another name. */
const stepsFor = (guide: string, heading: string): Step[] =>
  stepsOf(WALKTHROUGH, heading).map(({ commands, output }) => ({
    commands: commands.replaceAll("kgateway", guide),
    ...(output === undefined ? {} : { output: output.replaceAll("kgateway", guide) }),
  }));

/** What is not there without nodes: the kubelet's pods, httpbin's endpoints, a cloud's load balancer. */
async function play(namespace: string): Promise<RunningGateway> {
  const { kubectl } = cluster;
  await kubectl.apply({
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
    metadata: { name: "httpbin-1", namespace: "httpbin", labels: { "kubernetes.io/service-name": "httpbin" } },
    endpoints: [{ addresses: [UPSTREAM_ADDRESS], conditions: { ready: true } }],
    ports: [{ name: "http", port: httpbin.port, protocol: "TCP" }],
  });
  const status = { loadBalancer: { ingress: [{ ip: "127.0.0.1" }] } };
  const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify({ status })];
  await kubectl.run(["patch", "svc", "http", "-n", namespace, ...patch]);
  return RunningGateway.start(cluster, namespace, "http");
}

const OPEN = "curl -vik http://$INGRESS_GW_ADDRESS:8080/headers -H 'host: www.example.com:8080'";

describe.each(["kgateway", "gloo"])("%s", (guide) => {
  let gateway: RunningGateway | undefined;
  afterAll(() => gateway?.stop());

  test("docs/kubernetes.md brings a Gateway and httpbin into the cluster", { timeout: 180_000 }, async () => {
    for (const step of stepsFor(guide, "### The Gateway")) await take(step);
    gateway = await play(`${guide}-system`);
    const after = stepsFor(guide, "### Is it there?");
    expect(after.length).toBeGreaterThan(0);
    for (const step of after) await take(step);
  });

  test("every command of the guide does what the guide says", { timeout: 180_000 }, async () => {
    const steps = stepsOf(`examples/${guide}/guide.md`);
    expect(steps.length).toBeGreaterThan(10);
    await take(steps[0]!);
    await take({ commands: OPEN, output: "< HTTP/1.1 200 OK" });
    for (const step of steps.slice(1)) await take(step);
    await take({ commands: OPEN, output: "< HTTP/1.1 200 OK" });
  });

  if (guide !== "kgateway") return;

  test("a policy in the wrong namespace does nothing, and says why", async () => {
    const steps = stepsOf(WALKTHROUGH, "### A policy that does nothing");
    expect(steps.length).toBeGreaterThan(2);
    for (const step of steps) await take(step);
  });
});
