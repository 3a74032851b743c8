import { claimgate } from "../claimgate.js";
import type { Cluster } from "../cluster.js";

/** Installs our CRDs and Gateway API's, as the documentation says, and resolves when they are served. */
export async function installCrds(cluster: Cluster): Promise<void> {
  const { code, stdout, stderr } = await claimgate(["crds", "--gateway-api"]);
  if (code !== 0) throw new Error(stderr);
  await cluster.kubectl.run(["apply", "--server-side", "-f", "-"], stdout);
  await cluster.kubectl.run(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
}
