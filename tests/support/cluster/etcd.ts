import { join } from "node:path";
import { freePort } from "../ports.js";
import { kubeAsset } from "./assets.js";
import { Server } from "./server.js";

/** The API server's store. */
export class Etcd extends Server {
  readonly url: string;

  private constructor(args: readonly string[], url: string) {
    super(kubeAsset("etcd"), args, async () => (await fetch(`${url}/health`)).ok);
    this.url = url;
  }

  /** An etcd that keeps its data in `folder`; not started. */
  static async create(folder: string): Promise<Etcd> {
    const url = `http://127.0.0.1:${await freePort()}`;
    const peers = `http://127.0.0.1:${await freePort()}`;
    const args = [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
      // A test's data may be lost in a power failure.
      "--unsafe-no-fsync",
      "--log-level=warn",
    ];
    return new Etcd(args, url);
  }

  /** The revision of the newest write. */
  async revision(): Promise<number> {
    const { header } = (await this.#call("range", { key: "AA==" })) as { header: { revision: string } };
    return Number(header.revision);
  }

  /**
   * Forgets everything but the newest state, as Kubernetes has etcd do every five minutes. A watch from an older
   * resourceVersion then ends with 410 Expired, once the API server's own cache does not have it any more either:
   * restart it, or give it --watch-cache=false.
   */
  async compact(): Promise<void> {
    await this.#call("compaction", { revision: String(await this.revision()), physical: true });
  }

  async #call(method: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.url}/v3/kv/${method}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${method}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
