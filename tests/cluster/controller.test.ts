// Kubernetes mode against a real API server, with a real Envoy.
import { createServer, get, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { EnvoyProcess } from "../../controller/envoy/process.js";
import { KubeClient } from "../../controller/kube/client.js";
import { loadKubeConfig } from "../../controller/kube/config.js";
import { KubernetesSource } from "../../controller/source/kubernetes.js";
import type { Condition } from "../../controller/translate/status.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Child } from "../support/child.js";
import { claimgate, conditionsIn } from "../support/claimgate.js";
import { Cluster, UPSTREAM_ADDRESS } from "../support/cluster.js";
import { installCrds } from "../support/cluster/crds.js";
import { RunningController } from "../support/controller.js";
import { example } from "../support/manifests.js";
import { waitFor } from "../support/wait.js";

const TOKENS = readFileSync(join(packageRoot(), "examples", "tokens.sh"), "utf8");
const ALICE = /ALICE_TOKEN=(\S+)/.exec(TOKENS)![1]!;

let cluster: Cluster;
let upstream: Server;
let controllers: RunningController[] = [];
let envoy: EnvoyProcess | undefined;

beforeAll(async () => {
  cluster = await Cluster.start();
  await installCrds(cluster);
  upstream = createServer((_, response) => response.end("upstream\n"));
  await new Promise<void>((resolve) => upstream.listen(8000, UPSTREAM_ADDRESS, resolve));
  await cluster.kubectl.run(["create", "namespace", "claimgate-system"]);
  for (const file of ["01-gateway.yaml", "02-httpbin.yaml"]) await cluster.kubectl.apply(example(`kgateway/${file}`));
  await cluster.kubectl.apply({
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
    metadata: { name: "httpbin-1", namespace: "httpbin", labels: { "kubernetes.io/service-name": "httpbin" } },
    endpoints: [{ addresses: [UPSTREAM_ADDRESS], conditions: { ready: true } }],
    ports: [{ name: "http", port: 8000, protocol: "TCP" }],
  });
});

afterAll(async () => {
  await cluster?.stop();
  upstream?.close();
});

beforeEach(() => {
  controllers = [];
  envoy = undefined;
});

afterEach(async () => {
  await envoy?.stop();
  for (const controller of controllers) await controller.stop();
  await cluster.apiServer.start();
  await cluster.kubectl.run(["delete", "trafficpolicy", "--all", "-A", "--ignore-not-found"]);
});

async function start(...args: string[]): Promise<RunningController> {
  const controller = await RunningController.start(cluster.kubeconfig, ...args);
  controllers.push(controller);
  return controller;
}

async function connect(controller: RunningController): Promise<void> {
  const xds = { address: "127.0.0.1", port: controller.xdsPort };
  envoy = new EnvoyProcess({
    gateway: "kgateway-system/http",
    xds,
    adminPort: 0,
    concurrency: 1,
    logLevel: "critical",
  });
  await envoy.start();
}

/** The status of one request to the guide's host; undefined if there was no answer. */
function ask(token?: string): Promise<number | undefined> {
  const headers = { host: "www.example.com", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return new Promise((resolve) => {
    const request = get("http://127.0.0.1:8080/headers", { headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", () => resolve(undefined));
  });
}

const answers = (status: number, token?: string) =>
  waitFor(`${status}`, async () => ((await ask(token)) === status ? true : undefined));

/** "Type=Status(Reason)" of all conditions of an object, as kubectl shows them. */
async function conditions(kind: string, namespace: string, name: string): Promise<string[]> {
  const { status } = await cluster.kubectl.get<{ status?: unknown }>(kind, name, "-n", namespace);
  return conditionsIn(status).map((one: Condition) => `${one.type}=${one.status}(${one.reason})`);
}

const says = (kind: string, namespace: string, name: string, ...wanted: string[]) =>
  waitFor(`${kind} ${name}: ${wanted.join(", ")}`, async () => {
    const now = await conditions(kind, namespace, name);
    return wanted.every((one) => now.includes(one)) || undefined;
  });

test("kubectl apply is enforced at Envoy, and the statuses say so", async () => {
  await connect(await start());
  await answers(200);
  await says("gatewayclass", "", "claimgate", "Accepted=True(Accepted)");
  await says("gateway", "kgateway-system", "http", "Accepted=True(Accepted)", "Programmed=True(Programmed)");
  await says("httproute", "httpbin", "httpbin", "Accepted=True(Accepted)", "ResolvedRefs=True(ResolvedRefs)");
  await cluster.kubectl.apply(example("kgateway/03-jwt.yaml"));
  await answers(401);
  await answers(200, ALICE);
  await says(
    "trafficpolicy",
    "kgateway-system",
    "jwt-policy",
    "Accepted=True(Valid)",
    "Attached=True(Attached)",
    "Programmed=True(Programmed)",
  );
  await says("gatewayextension", "kgateway-system", "selfminted-jwt", "Accepted=True(Accepted)");
  const { status } = await cluster.kubectl.get<{ status: { listeners: object[] } }>(
    "gateway",
    "http",
    "-n",
    "kgateway-system",
  );
  expect(status.listeners).toMatchObject([{ name: "http", attachedRoutes: 1 }]);
  await cluster.kubectl.run(["delete", "trafficpolicy", "jwt-policy", "-n", "kgateway-system"]);
  await answers(200);
});

test("a policy in another namespace than its target: no enforcement, and a status that says why", async () => {
  await connect(await start());
  await answers(200);
  await cluster.kubectl.apply(example("kgateway/03-jwt.yaml").replaceAll("kgateway-system", "httpbin"));
  await says("trafficpolicy", "httpbin", "jwt-policy", "Accepted=False(TargetNotFound)");
  expect(await ask()).toBe(200);
});

test("the API server stops and comes back, etcd is compacted: what was in force stays, what changed is seen", async () => {
  const controller = await start();
  await connect(controller);
  await cluster.kubectl.apply(example("kgateway/03-jwt.yaml"));
  await answers(401);
  await cluster.apiServer.kill();
  await waitFor("the line", () => /stays in force/.test(controller.stderr) || undefined);
  expect([await ask(), await ask(ALICE), (await controller.get("readyz")).status]).toEqual([401, 200, 200]);
  await cluster.etcd.compact();
  await cluster.apiServer.start();
  await cluster.kubectl.run(["delete", "trafficpolicy", "jwt-policy", "-n", "kgateway-system"]);
  await answers(200);
  await cluster.kubectl.apply(example("kgateway/03-jwt.yaml"));
  await answers(401);
  await says("trafficpolicy", "kgateway-system", "jwt-policy", "Programmed=True(Programmed)");
});

test("two controllers: one leads; when it is killed the other does within its Lease, and no status is lost", async () => {
  const one = await start("--leader-elect");
  await waitFor("a leader", () => /: leads/.test(one.stderr) || undefined);
  const two = await start("--leader-elect");
  await connect(two);
  await answers(200);
  await says("gateway", "kgateway-system", "http", "Programmed=True(Programmed)");
  expect(two.stderr).not.toMatch(/: leads/);
  const killed = Date.now();
  one.signal("SIGKILL");
  await cluster.kubectl.apply(example("kgateway/03-jwt.yaml"));
  await answers(401);
  await waitFor("the other to lead", () => /: leads/.test(two.stderr) || undefined, 40);
  expect(Date.now() - killed).toBeLessThan(20_000);
  await says("trafficpolicy", "kgateway-system", "jwt-policy", "Programmed=True(Programmed)");
});

test("a burst of 1,000 changes is passed on a few times, and its end soon", async () => {
  const client = new KubeClient(loadKubeConfig(cluster.kubeconfig));
  const path = "/apis/gateway.networking.k8s.io/v1/namespaces/httpbin/httproutes";
  let calls = 0;
  let known = 0;
  const source = new KubernetesSource(client, {
    onChange: ({ resources }) => {
      calls++;
      known = resources.filter(({ object }) => object.metadata.labels?.["burst"] === "yes").length;
    },
  });
  try {
    expect((await source.start()).complete).toBe(true);
    const names = Array.from({ length: 1000 }, (_, i) => `burst-${i}`);
    const worker = async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        const metadata = { name, labels: { burst: "yes" } };
        const body = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata, spec: {} };
        await client.request({ method: "POST", path, body });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    await waitFor("all of them", () => known === 1000 || undefined);
    expect(calls).toBeLessThanOrEqual(20);
    await client.request({ method: "DELETE", path, query: { labelSelector: "burst=yes" } });
    await waitFor("none of them", () => known === 0 || undefined);
    expect(calls).toBeLessThanOrEqual(40);
  } finally {
    await source.close();
    client.close();
  }
});

test("beyond loopback, xDS wants mutual TLS, and a certificate is good for its own Gateway only", async () => {
  const pki = mkdtempSync(join(tmpdir(), "claimgate-pki-"));
  const envoyOf = (gateway: string, port: number) => {
    const files = join(pki, "gateways", gateway);
    const program = [join(packageRoot(), "bin", "claimgate"), "envoy", "--gateway", "kgateway-system/http"];
    const xds = ["--xds", `${UPSTREAM_ADDRESS}:${port}`, "--xds-server-name", "claimgate.claimgate-system.svc"];
    const tls = ["--xds-ca", "ca.crt", "--xds-cert", "tls.crt", "--xds-key", "tls.key"];
    return new Child(process.execPath, [...program, ...xds, ...tls], process.env, { directory: files });
  };
  try {
    const gateways = ["--gateway", "kgateway-system/http", "--gateway", "kgateway-system/other"];
    expect(await claimgate(["certs", ...gateways, "--output", pki])).toMatchObject({ code: 0, stderr: "" });
    const server = join(pki, "server");
    const plain = await claimgate([
      "controller",
      "--kubeconfig",
      cluster.kubeconfig,
      "--xds-address",
      `${UPSTREAM_ADDRESS}:0`,
    ]);
    expect(plain).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is not served beyond this host without TLS"),
    });
    const controller = await start(
      ...["--xds-address", `${UPSTREAM_ADDRESS}:0`, "--xds-client-ca", join(server, "ca.crt")],
      ...["--xds-tls-cert", join(server, "tls.crt"), "--xds-tls-key", join(server, "tls.key")],
    );
    const stranger = envoyOf("kgateway-system/other", controller.xdsPort);
    try {
      await waitFor("the stranger to be turned away", () => {
        stranger.expectRunning();
        return controller.stderr.includes("has no certificate for Gateway kgateway-system/http") || undefined;
      });
      expect(await ask(), stranger.output).toBeUndefined();
    } finally {
      await stranger.stop();
    }
    const own = envoyOf("kgateway-system/http", controller.xdsPort);
    try {
      await answers(200);
      await cluster.kubectl.apply(example("kgateway/03-jwt.yaml"));
      await answers(401);
    } finally {
      await own.stop();
    }
  } finally {
    rmSync(pki, { recursive: true });
  }
});
