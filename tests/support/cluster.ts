// A Kubernetes cluster for one test file: real etcd, API server and kubectl, and nothing else.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { ApiServer, UPSTREAM_ADDRESS } from "./cluster/apiserver.js";
import { Etcd } from "./cluster/etcd.js";
import { Kubectl } from "./cluster/kubectl.js";

export { UPSTREAM_ADDRESS } from "./cluster/apiserver.js";
export type { Kubectl, Result } from "./cluster/kubectl.js";

export class Cluster {
  /** As the administrator. */
  readonly kubectl: Kubectl;
  readonly #folder: string;
  readonly #own: { etcd: Etcd; apiServer: ApiServer } | undefined;

  private constructor(folder: string, kubectl: Kubectl, own?: { etcd: Etcd; apiServer: ApiServer }) {
    this.#folder = folder;
    this.kubectl = kubectl;
    this.#own = own;
  }

  /** A cluster of its own, or the one of $KUBECONFIG_TEST; resolves when it answers. */
  static async start(): Promise<Cluster> {
    const given = process.env["KUBECONFIG_TEST"];
    if (!given) return Cluster.startOwn();
    const folder = mkdtempSync(join(tmpdir(), "claimgate-cluster-"));
    const copy = join(folder, "admin.kubeconfig");
    writeFileSync(copy, await flattened(new Kubectl(given)), { mode: 0o600 });
    return new Cluster(folder, new Kubectl(copy));
  }

  /** A cluster whose servers the test may stop; `args` are added to the API server's. Resolves when it answers. */
  static async startOwn(...args: readonly string[]): Promise<Cluster> {
    expectNamespace();
    const folder = mkdtempSync(join(tmpdir(), "claimgate-cluster-"));
    const token = randomBytes(16).toString("hex");
    const etcd = await Etcd.create(folder);
    const apiServer = await ApiServer.create(folder, etcd.url, token, args);
    const kubeconfig = join(folder, "admin.kubeconfig");
    const cluster = new Cluster(folder, new Kubectl(kubeconfig), { etcd, apiServer });
    try {
      await etcd.start();
      await apiServer.start();
      const authority = Buffer.from(apiServer.certificate).toString("base64");
      const entry = { server: apiServer.url, "certificate-authority-data": authority };
      writeKubeconfig(kubeconfig, entry, "admin", token);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The administrator's kubeconfig. */
  get kubeconfig(): string {
    return this.kubectl.kubeconfig;
  }

  /** May be stopped, killed and started again on the same data. */
  get apiServer(): ApiServer {
    return this.#servers.apiServer;
  }

  /** May be stopped, killed, started again on the same data, and compacted. */
  get etcd(): Etcd {
    return this.#servers.etcd;
  }

  get #servers(): { etcd: Etcd; apiServer: ApiServer } {
    if (this.#own === undefined)
      throw new Error("the servers of a given cluster (KUBECONFIG_TEST) are not a test's to stop");
    return this.#own;
  }

  /**
   * kubectl as a ServiceAccount, which is made if it is absent (its namespace is not): a real token of an hour's life, so RBAC
   * judges it as it would the controller's pod.
   */
  async serviceAccount(namespace: string, name: string): Promise<Kubectl> {
    await this.kubectl.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name } });
    const token = (await this.kubectl.run(["create", "token", name, "-n", namespace, "--duration=1h"])).trim();
    const { clusters } = JSON.parse(await flattened(this.kubectl)) as { clusters: { cluster: object }[] };
    const kubeconfig = join(this.#folder, `${namespace}.${name}.kubeconfig`);
    writeKubeconfig(kubeconfig, clusters[0]!.cluster, name, token);
    return new Kubectl(kubeconfig);
  }

  /** Ends what was started and removes all data. */
  async stop(): Promise<void> {
    await this.#own?.apiServer.stop();
    await this.#own?.etcd.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The kubeconfig's current cluster and user as JSON, with no reference to other files. */
function flattened(kubectl: Kubectl): Promise<string> {
  return kubectl.run(["config", "view", "--raw", "--minify", "--flatten", "-o", "json"]);
}

/** Outside of it, the API server would advertise an address of a network that others are on. */
function expectNamespace(): void {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
  if (addresses.includes(UPSTREAM_ADDRESS)) return;
  throw new Error("cluster tests run in a network namespace: python3 tools/netns.py npx vitest run --project cluster");
}

function writeKubeconfig(path: string, cluster: object, user: string, token: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user } }],
    "current-context": "test",
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}
