// `claimgate controller` as a whole, in process: a fake API server on one side, the fake Envoy on the other.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { ConnectedEnvoy } from "../../tests/support/connected-envoy.js";
import { FAKE_KINDS, FakeApiServer } from "../../tests/support/fake-apiserver.js";
import { example } from "../../tests/support/manifests.js";
import { waitFor } from "../../tests/support/wait.js";
import type { StoredObject } from "../kube/objects.js";
import { controller, type ControllerCommandOptions } from "./controller.js";

interface Running {
  xdsPort: number;
  health: string;
  stop: () => Promise<number>;
}

let api: FakeApiServer;
let folder: string;
let lines: string[];
let running: Running[];
let envoys: ConnectedEnvoy[];

beforeEach(async () => {
  api = await FakeApiServer.start();
  folder = mkdtempSync(join(tmpdir(), "claimgate-controller-"));
  const server = api.config().getCurrentCluster()!.server;
  writeFileSync(
    join(folder, "kubeconfig"),
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token: "fake" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  lines = [];
  running = [];
  envoys = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    lines.push(...String(text).trim().split("\n"));
    return true;
  });
});

afterEach(async () => {
  for (const envoy of envoys) envoy.close();
  for (const { stop } of running) await stop();
  vi.restoreAllMocks();
  await api.stop();
  rmSync(folder, { recursive: true });
});

function options(more: Partial<ControllerCommandOptions> = {}): ControllerCommandOptions {
  return {
    kubeconfig: join(folder, "kubeconfig"),
    xdsAddress: { address: "127.0.0.1", port: 0 },
    healthAddress: "127.0.0.1",
    healthPort: 0,
    leaderElect: false,
    gatewayClass: ["claimgate"],
    listenerAddress: "0.0.0.0",
    portOffset: 0,
    jwksCaFile: "/ca.crt",
    ...more,
  };
}

async function start(more: Partial<ControllerCommandOptions> = {}): Promise<Running> {
  let stop = () => {};
  const before = lines.length;
  const code = controller(options(more), new Promise<void>((resolve) => (stop = resolve)));
  const match = await waitFor("it to listen", () => {
    const line = lines.slice(before).find((text) => text.includes("xDS on"));
    return /xDS on \S+:(\d+); health on (http:\/\/\S+)\/readyz/.exec(line ?? "") ?? undefined;
  });
  const made = {
    xdsPort: Number(match[1]),
    health: match[2]!,
    stop: () => {
      stop();
      return code;
    },
  };
  running.push(made);
  return made;
}

/** Applies manifests of examples/, as kubectl would: with the default namespace. */
function apply(...files: string[]): void {
  for (const file of files) {
    for (const document of parseAllDocuments(example(file))) {
      const object = document.toJS() as StoredObject | null;
      const served = Object.values(FAKE_KINDS).find(({ kind }) => kind === object?.kind);
      if (object === null || served?.apiVersion !== object.apiVersion) continue;
      const namespace = object.kind === "Namespace" ? {} : { namespace: object.metadata.namespace ?? "default" };
      api.apply({ ...object, metadata: { ...object.metadata, ...namespace } });
    }
  }
}

const ready = ({ health }: Running) =>
  waitFor("readiness", async () => ((await fetch(`${health}/readyz`)).status === 200 ? true : undefined));

const gatewayApi = (kind: string, name: string) => ({
  ...{ apiVersion: "gateway.networking.k8s.io/v1", kind, metadata: { name, namespace: "default" } },
});

interface Condition {
  type: string;
  status: string;
  reason: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/** All conditions in a stored status, "Type=Status(Reason)". */
function conditions(kind: string, key: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== "object" || value === null) return;
    const { type, status, reason } = value as Condition;
    if (reason !== undefined && type !== undefined) found.push(`${type}=${status}(${reason})`);
    Object.values(value).forEach(visit);
  };
  visit(api.get(kind, key)?.status);
  return found;
}

const says = (kind: string, key: string, ...wanted: string[]) =>
  waitFor(
    `${kind} ${key}: ${wanted.join(", ")}`,
    () => wanted.every((one) => conditions(kind, key).includes(one)) || undefined,
    10,
  );

const json = async ({ health }: Running, path: string): Promise<never> =>
  (await (await fetch(`${health}/${path}`)).json()) as never;

test("the kgateway guide: statuses in the API server, Programmed when Envoy has acknowledged, none when it is gone", async () => {
  apply(
    "kgateway/01-gateway.yaml",
    "kgateway/02-httpbin.yaml",
    "kgateway/03-jwt.yaml",
    "kgateway/04-claims-to-headers.yaml",
  );
  const gateway = api.keys("Gateway")[0]!;
  const one = await start();
  await ready(one);
  await says("GatewayClass", "/claimgate", "Accepted=True(Accepted)");
  await says("Gateway", gateway, "Accepted=True(Accepted)", "Programmed=False(NoEnvoy)");
  const policy = api.keys("TrafficPolicy")[0]!;
  await says("TrafficPolicy", policy, "Accepted=True(Valid)", "Attached=True(Attached)", "Programmed=False(NoEnvoy)");

  const envoy = new ConnectedEnvoy(one.xdsPort, gateway);
  envoys.push(envoy);
  await says("Gateway", gateway, "Programmed=True(Programmed)");
  await says("TrafficPolicy", policy, "Programmed=True(Programmed)");
  expect([...envoy.envoy.listeners.keys()]).toHaveLength(1);
  expect(await json(one, "syncz")).toMatchObject({
    gateways: {
      [gateway]: { published: expect.stringMatching(/^[0-9a-f]{32}$/), envoys: [{ pending: [], refused: [] }] },
    },
  });
  // The same is said in both places.
  const { statuses } = (await json(one, "statusz")) as { statuses: { kind: string; name: string; status: object }[] };
  const stored = api.get("TrafficPolicy", policy)!;
  const written = statuses.find(({ kind, name }) => kind === "TrafficPolicy" && name === stored.metadata.name)!;
  const untimed = (status: unknown) =>
    JSON.parse(JSON.stringify(status, (key, value) => (key === "lastTransitionTime" ? undefined : value)));
  expect(untimed(stored.status)).toEqual(untimed(written.status));

  // What changes nothing about the others is written to none of them.
  const writes = api.writes(/./).length;
  const { spec } = api.get("Gateway", gateway)!;
  api.apply({ ...gatewayApi("Gateway", "second"), spec });
  await says("Gateway", "default/second", "Programmed=False(NoEnvoy)");
  expect(
    new Set(
      api
        .writes(/./)
        .slice(writes)
        .map(({ path }) => path),
    ),
  ).toEqual(new Set(["/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/second/status"]));

  envoy.close();
  await says("Gateway", gateway, "Programmed=False(NoEnvoy)");
  expect(await one.stop()).toBe(0);
});

test("nothing is written or served before everything was listed", async () => {
  apply("kgateway/01-gateway.yaml", "kgateway/02-httpbin.yaml", "kgateway/03-jwt.yaml");
  api.fault = ({ path }) => (path.endsWith("/trafficpolicies") ? { status: 403, message: "forbidden" } : undefined);
  const one = await start();
  await waitFor("the line", () => lines.find((line) => line.includes("403: forbidden")));
  const response = await fetch(`${one.health}/readyz`);
  expect([response.status, await response.text()]).toEqual([503, "waiting for the list of kind TrafficPolicy\n"]);
  expect(await json(one, "syncz")).toEqual({ gateways: {}, renders: 0 });
  expect(api.writes(/./)).toEqual([]);
  api.fault = undefined;
  await ready(one);
  await says("GatewayClass", "/claimgate", "Accepted=True(Accepted)");
});

test("two replicas: one writes; when it ends the other goes on; Envoys of both count for Programmed", async () => {
  apply("gloo/01-gateway.yaml", "gloo/02-httpbin.yaml", "gloo/03-jwt.yaml");
  const gateway = api.keys("Gateway")[0]!;
  const one = await start({ leaderElect: true });
  await waitFor("a leader", () => lines.find((line) => line.includes("leads: writes statuses")));
  const two = await start({ leaderElect: true });
  await ready(two);
  const nearby = new ConnectedEnvoy(one.xdsPort, gateway);
  const far = new ConnectedEnvoy(two.xdsPort, gateway);
  envoys.push(nearby, far);
  await says("Gateway", gateway, "Programmed=True(Programmed)");
  expect(lines.filter((line) => line.includes("leads: writes"))).toHaveLength(1);
  // The follower's Envoy does not answer any more: the leader knows.
  far.answers = false;
  api.delete("VirtualHostOption", api.keys("VirtualHostOption")[0]!);
  await says("Gateway", gateway, "Programmed=False(Pending)");
  far.answers = true;
  far.process();
  await says("Gateway", gateway, "Programmed=True(Programmed)");
  nearby.close();
  expect(await one.stop()).toBe(0);
  await waitFor("the other to lead", () => lines.filter((line) => line.includes("leads: writes"))[1]);
  far.close();
  await says("Gateway", gateway, "Programmed=False(NoEnvoy)");
});

test("a Gateway that is not as its schema says, and one of a class that is not ours", async () => {
  apply("kgateway/01-gateway.yaml");
  const listeners = [{ name: "http", port: 80, protocol: "HTTP" }];
  const make = (name: string, gatewayClassName: string, more: object) =>
    api.apply({
      ...gatewayApi("Gateway", name),
      spec: { gatewayClassName, listeners, ...more },
    });
  make("odd", "claimgate", { unheardOf: {} });
  make("foreign", "nginx", {});
  await start();
  await says("Gateway", "default/odd", "Accepted=False(Invalid)", "Programmed=False(Invalid)");
  expect(api.get("Gateway", "default/foreign")!.status).toBeUndefined();
});

test("a Gateway's Service gives its addresses", async () => {
  apply("kgateway/01-gateway.yaml");
  const [namespace, name] = api.keys("Gateway")[0]!.split("/") as [string, string];
  const labels = { "gateway.networking.k8s.io/gateway-name": name };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels },
    spec: { clusterIP: "10.0.0.7", ports: [{ port: 80 }] },
  };
  api.apply(service);
  await start();
  const addresses = () =>
    (api.get("Gateway", `${namespace}/${name}`)!.status as { addresses?: unknown } | undefined)?.addresses;
  const become = (wanted: unknown) =>
    waitFor("addresses", () => JSON.stringify(addresses()) === JSON.stringify(wanted) || undefined, 5);
  await become([{ type: "IPAddress", value: "10.0.0.7" }]);
  api.setStatus("Service", `${namespace}/${name}`, {
    loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "lb.example" }] },
  });
  await become([
    { type: "IPAddress", value: "192.0.2.1" },
    { type: "Hostname", value: "lb.example" },
  ]);
});

test("an API server that is not there at first is waited for", async () => {
  await api.stop();
  const one = await start();
  await waitFor("the line", () => lines.find((line) => line.includes("ECONNREFUSED")));
  expect((await fetch(`${one.health}/readyz`)).status).toBe(503);
  await api.resume();
  await ready(one);
});

test("ends when it is told to, though the API server has not said anything", async () => {
  const silent = createServer((socket) => socket.resume().on("error", () => undefined));
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  const connected = once(silent, "connection");
  const text = readFileSync(join(folder, "kubeconfig"), "utf8");
  const { port } = silent.address() as AddressInfo;
  writeFileSync(join(folder, "kubeconfig"), text.replace(/http:[^"]+/, `https://127.0.0.1:${port}`));
  const one = await start();
  await connected;
  expect(await one.stop()).toBe(0);
  // It did not wait until it gave up.
  expect(lines.join("\n")).not.toContain("no answer in time");
  await new Promise((done) => silent.close(done));
});

test("what cannot start says why in one line, with exit code 1", async () => {
  const attempt = async (more: Partial<ControllerCommandOptions>): Promise<string> => {
    lines.length = 0;
    expect(await controller(options(more), Promise.resolve())).toBe(1);
    expect(lines).toHaveLength(1);
    return lines[0]!;
  };
  expect(await attempt({ xdsAddress: { address: "0.0.0.0", port: 0 } })).toContain(
    "--xds-address 0.0.0.0 is not a loopback address",
  );
  expect(await attempt({ kubeconfig: join(folder, "absent") })).toContain("absent does not exist");
  writeFileSync(join(folder, "bad"), "clusters: [{name: secret-token");
  const bad = await attempt({ kubeconfig: join(folder, "bad") });
  expect(bad).toContain("is not a kubeconfig");
  expect(bad).not.toContain("secret-token");
  writeFileSync(join(folder, "empty"), "{}");
  expect(await attempt({ kubeconfig: join(folder, "empty") })).toContain("names no cluster");
  vi.stubEnv("KUBECONFIG", "");
  vi.stubEnv("KUBERNETES_SERVICE_HOST", undefined);
  const without = options();
  delete without.kubeconfig;
  lines.length = 0;
  expect(await controller(without, Promise.resolve())).toBe(1);
  expect(lines).toEqual(["claimgate: no API server: give --kubeconfig, set KUBECONFIG, or run in a cluster"]);
  vi.unstubAllEnvs();
  const taken = await start();
  expect(await attempt({ xdsAddress: { address: "127.0.0.1", port: taken.xdsPort } })).toContain(
    "xDS cannot listen on",
  );
  expect(await attempt({ healthPort: Number(new URL(taken.health).port) })).toContain("choose another --health-port");
});
