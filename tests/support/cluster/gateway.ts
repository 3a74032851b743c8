// The controller and a Gateway's pod as a cluster would run them, over mutual TLS with the certificates of `claimgate certs`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, UPSTREAM_ADDRESS } from "../cluster.js";
import { RunningController } from "../controller.js";
import { Mount } from "../mount.js";
import { Pod, secretData } from "./kubelet.js";

const SYSTEM = "claimgate-system";

export class RunningGateway {
  private constructor(
    readonly controller: RunningController,
    readonly pod: Pod,
    readonly folder: string,
  ) {}

  /** What was printed for them has been applied: Secrets of both, and the manifests of the Gateway. Resolves when the pod is ready. */
  static async start({ kubeconfig, kubectl }: Cluster, namespace: string, name: string): Promise<RunningGateway> {
    const folder = await mkdtemp(join(tmpdir(), "claimgate-gateway-"));
    const mount = await new Mount(folder).fill(await secretData(kubectl, SYSTEM, "claimgate-xds-tls"));
    const file = (of: string) => join(mount.path, of);
    const controller = await RunningController.start(
      kubeconfig,
      ...["--xds-address", `${UPSTREAM_ADDRESS}:18000`, "--xds-client-ca", file("ca.crt")],
      ...["--xds-tls-cert", file("tls.crt"), "--xds-tls-key", file("tls.key")],
    );
    const hosts = { [`claimgate.${SYSTEM}.svc`]: UPSTREAM_ADDRESS };
    const running = new RunningGateway(controller, await Pod.start(kubectl, { namespace, name, hosts }), folder);
    try {
      await running.pod.ready();
    } catch (error) {
      await running.stop();
      throw new Error(`${(error as Error).message}\n${controller.stderr}`, { cause: error });
    }
    return running;
  }

  async stop(): Promise<void> {
    await this.pod.stop();
    await this.controller.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
