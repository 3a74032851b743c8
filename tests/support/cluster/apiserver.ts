import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { freePort } from "../ports.js";
import { kubeAsset } from "./assets.js";
import { Server } from "./server.js";

/** Where upstreams listen: an address of the namespace's loopback interface that EndpointSlices may name (tools/netns.py). */
export const UPSTREAM_ADDRESS = "192.0.2.10";

/** A kube-apiserver with RBAC. There is no controller-manager: nobody makes EndpointSlices, or empties deleted namespaces. */
export class ApiServer extends Server {
  readonly url: string;
  readonly #folder: string;

  private constructor(folder: string, args: readonly string[], url: string) {
    super(kubeAsset("kube-apiserver"), args, async () => answersOk(`${url}/readyz`, this.certificate));
    this.url = url;
    this.#folder = folder;
  }

  /** An API server that keeps its keys in `folder`, with one user, `token`, who may do everything; not started. */
  static async create(folder: string, etcd: string, token: string, more: readonly string[]): Promise<ApiServer> {
    const port = await freePort();
    const key = join(folder, "service-accounts.pem");
    const tokens = join(folder, "tokens.csv");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    writeFileSync(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
    const args = [
      `--etcd-servers=${etcd}`,
      // When etcd is compacted is for a test to say.
      "--etcd-compaction-interval=0",
      `--cert-dir=${join(folder, "serving")}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      // There is no default route to guess it from.
      `--advertise-address=${UPSTREAM_ADDRESS}`,
      "--service-cluster-ip-range=10.0.0.0/24",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      `--token-auth-file=${tokens}`,
      "--authorization-mode=RBAC",
      // It waits for tokens and accounts that a controller-manager makes.
      "--disable-admission-plugins=ServiceAccount",
      "--profiling=false",
      ...more,
    ];
    return new ApiServer(folder, args, `https://127.0.0.1:${port}`);
  }

  /** Its own certificate and the authority's that signed it, PEM; made at the first start. */
  get certificate(): string {
    return readFileSync(join(this.#folder, "serving", "apiserver.crt"), "utf8");
  }
}

/** Without fetch: its certificate authorities cannot be chosen. */
function answersOk(url: string, ca: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get(url, { ca, agent: false, timeout: 5000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject);
  });
}
