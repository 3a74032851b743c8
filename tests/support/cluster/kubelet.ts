// A cluster of this kind has no nodes: what a kubelet would do for a Gateway's Deployment, as far as Envoy can tell.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wasmPath } from "../../../controller/cli/paths.js";
import { findEnvoy } from "../../../controller/envoy/find.js";
import { Child } from "../child.js";
import { Mount } from "../mount.js";
import { waitFor } from "../wait.js";
import type { Kubectl } from "./kubectl.js";

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
}

interface Deployment {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: [Container]; readonly volumes: readonly Volume[] } };
  };
}

export interface PodOptions {
  readonly namespace: string;
  /** Of the Deployment. */
  readonly name: string;
  /** What names resolve to, as the cluster's DNS would have it. */
  readonly hosts: Readonly<Record<string, string>>;
}

/**
 * The one container of a Deployment's pod, Envoy, with the command, arguments and volumes that the API server has for it. Its file system begins
 * in a temporary directory, so mount paths are longer by that, and the filter of its image is that of this checkout.
 */
export class Pod {
  readonly #root: string;
  readonly #container: Container;
  readonly #child: Child;

  private constructor(root: string, container: Container, args: readonly string[]) {
    this.#root = root;
    this.#container = container;
    this.#child = new Child(findEnvoy(), args);
  }

  /** Starts it; it is not waited for. */
  static async start(kubectl: Kubectl, { namespace, name, hosts }: PodOptions): Promise<Pod> {
    const { spec } = await kubectl.get<Deployment>("deployment", name, "-n", namespace);
    const { containers, volumes } = spec.template.spec;
    const [container] = containers;
    const root = await mkdtemp(join(tmpdir(), "claimgate-pod-"));
    const translated: [string, string][] = [
      ...container.volumeMounts.map(({ mountPath }): [string, string] => [mountPath, join(root, mountPath)]),
      ["/usr/share/claimgate/claimgate.wasm", wasmPath()],
      // Only addresses: names in certificates are to be what they are.
      ...Object.entries(hosts).map(([host, ip]): [string, string] => [`"address": "${host}"`, `"address": "${ip}"`]),
    ];
    const inPod = (text: string) => translated.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    for (const { name: volume, mountPath } of container.volumeMounts) {
      const files = await contentOf(
        kubectl,
        namespace,
        volumes.find((one) => one.name === volume)!,
      );
      const entries = Object.entries(files).map(([file, text]) => [file, inPod(text)]);
      await new Mount(join(root, mountPath)).fill(Object.fromEntries(entries) as Record<string, string>);
    }
    if (container.command.join() !== "/usr/local/bin/envoy") throw new Error(`runs ${container.command.join(" ")}`);
    return new Pod(root, container, container.args.map(inPod));
  }

  /** Envoy's log. */
  get output(): string {
    return this.#child.output;
  }

  /** What its readiness probe says. */
  async isReady(): Promise<boolean> {
    const { path, port } = this.#container.readinessProbe.httpGet;
    const { containerPort } = this.#container.ports.find(({ name }) => name === port)!;
    const answer = await fetch(`http://127.0.0.1:${containerPort}${path}`).catch(() => undefined);
    return answer?.ok === true;
  }

  async ready(): Promise<void> {
    await waitFor("the pod to be ready", async () => {
      this.#child.expectRunning();
      return (await this.isReady()) || undefined;
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output}`, { cause: error });
    });
  }

  async stop(): Promise<void> {
    await this.#child.stop();
    await rm(this.#root, { recursive: true, force: true });
  }
}

async function contentOf(
  kubectl: Kubectl,
  namespace: string,
  { configMap, secret }: Volume,
): Promise<Record<string, string>> {
  if (secret === undefined) {
    const { data } = await kubectl.get<{ data: Record<string, string> }>("configmap", configMap!.name, "-n", namespace);
    return data;
  }
  return secretData(kubectl, namespace, secret.secretName);
}

/** A Secret's contents by name. */
export async function secretData(kubectl: Kubectl, namespace: string, name: string): Promise<Record<string, string>> {
  const { data } = await kubectl.get<{ data: Record<string, string> }>("secret", name, "-n", namespace);
  return Object.fromEntries(
    Object.entries(data).map(([file, base64]) => [file, Buffer.from(base64, "base64").toString()]),
  );
}
