// A cluster that serves the kgateway guide: its Gateway and route, an upstream, controllers, Envoys, and what to ask them.
import { createServer, get, type Server } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EnvoyProcess } from "../../../controller/envoy/process.js";
import { KubeClient } from "../../../controller/kube/client.js";
import { loadKubeConfig } from "../../../controller/kube/config.js";
import { packageRoot } from "../../../controller/xds/package-root.js";
import { conditionsIn } from "../claimgate.js";
import { Cluster, UPSTREAM_ADDRESS } from "../cluster.js";
import { RunningController } from "../controller.js";
import { example } from "../manifests.js";
import { SteadyLoad } from "../steady-load.js";
import { waitFor } from "../wait.js";
import { installCrds } from "./crds.js";

const TOKENS = readFileSync(join(packageRoot(), "examples", "tokens.sh"), "utf8");
export const ALICE = /ALICE_TOKEN=(\S+)/.exec(TOKENS)![1]!;
export const HOST = "www.example.com";
const PORT = 8080;

export class ServedCluster {
  readonly client: KubeClient;
  readonly #controllers: RunningController[] = [];
  readonly #envoys: EnvoyProcess[] = [];

  private constructor(
    readonly cluster: Cluster,
    private readonly upstream: Server,
  ) {
    this.client = new KubeClient(loadKubeConfig(cluster.kubeconfig));
  }

  /** A cluster of its own, whose API server gets `args`; no controller and no Envoy yet. */
  static async start(...args: readonly string[]): Promise<ServedCluster> {
    const cluster = await Cluster.startOwn(...args);
    const upstream = createServer((_, response) => response.end("upstream\n"));
    await new Promise<void>((resolve) => upstream.listen(8000, UPSTREAM_ADDRESS, resolve));
    const served = new ServedCluster(cluster, upstream);
    await installCrds(cluster);
    await cluster.kubectl.run(["create", "namespace", "claimgate-system"]);
    for (const file of ["01-gateway.yaml", "02-httpbin.yaml"]) await cluster.kubectl.apply(example(`kgateway/${file}`));
    await cluster.kubectl.apply({
      ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
      metadata: { name: "httpbin-1", namespace: "httpbin", labels: { "kubernetes.io/service-name": "httpbin" } },
      endpoints: [{ addresses: [UPSTREAM_ADDRESS], conditions: { ready: true } }],
      ports: [{ name: "http", port: 8000, protocol: "TCP" }],
    });
    return served;
  }

  async stop(): Promise<void> {
    await this.stopAll();
    this.client.close();
    await this.cluster.stop();
    this.upstream.close();
  }

  /** Ends Envoys and controllers. */
  async stopAll(): Promise<void> {
    for (const envoy of this.#envoys.splice(0)) await envoy.stop();
    for (const controller of this.#controllers.splice(0)) await controller.stop();
  }

  async controller(...args: readonly string[]): Promise<RunningController> {
    const controller = await RunningController.start(this.cluster.kubeconfig, ...args);
    this.#controllers.push(controller);
    return controller;
  }

  /** An Envoy of the guide's Gateway that gets its configuration from a port of 127.0.0.1. */
  async envoy(xdsPort: number): Promise<EnvoyProcess> {
    const xds = { address: "127.0.0.1", port: xdsPort };
    const common = { adminPort: 0, concurrency: 1, logLevel: "critical" };
    const envoy = new EnvoyProcess({ gateway: "kgateway-system/http", xds, ...common });
    this.#envoys.push(envoy);
    await envoy.start();
    return envoy;
  }

  apply(file: string, edit = (text: string): string => text): Promise<string> {
    return this.cluster.kubectl.apply(edit(example(`kgateway/${file}`)));
  }

  /** The status of one request; undefined if there was no answer. */
  ask(token?: string, path = "/headers", host = HOST): Promise<number | undefined> {
    const headers = { host, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    return new Promise((resolve) => {
      const request = get({ host: "127.0.0.1", port: PORT, path, headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on("error", () => resolve(undefined));
    });
  }

  /** Waits until requests are answered so; undefined: not at all. */
  async answers(status: number | undefined, token?: string, path?: string, host?: string): Promise<void> {
    const isSo = async () => ((await this.ask(token, path, host)) === status ? true : undefined);
    await waitFor(`the answer ${status}`, isSo, 60);
  }

  /** Requests of somebody without a token ("anonymous") and of Alice ("alice"), until it is stopped. */
  load(perSecond = 100): Promise<SteadyLoad> {
    const request = (kind: string, headers: Record<string, string>) => ({ kind, path: "/headers", headers });
    return SteadyLoad.start(
      PORT,
      [request("anonymous", { host: HOST }), request("alice", { host: HOST, authorization: `Bearer ${ALICE}` })],
      perSecond,
    );
  }

  /** Waits until kubectl shows these conditions of an object, as "Type=Status(Reason)". */
  async says(kind: string, namespace: string, name: string, ...wanted: readonly string[]): Promise<void> {
    const isSo = async () => {
      const { status } = await this.cluster.kubectl.get<{ status?: unknown }>(kind, name, "-n", namespace);
      const now = conditionsIn(status).map((one) => `${one.type}=${one.status}(${one.reason})`);
      return wanted.every((one) => now.includes(one)) || undefined;
    };
    await waitFor(`${kind} ${name}: ${wanted.join(", ")}`, isSo, 60);
  }
}

/** What a load was answered, as "KIND STATUS", each with a count. */
export function tally(load: SteadyLoad): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, status, body } of load.answers) {
    const key = status === 0 ? `${kind} ${body}` : `${kind} ${status}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
