import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../../controller/xds/package-root.js";

let folder: string | undefined;

/**
 * The path of kube-apiserver, etcd or kubectl: of $KUBEBUILDER_ASSETS, else of `make kube`; for a given cluster ($KUBECONFIG_TEST)
 * any kubectl will do. Throws what is to be done if they are
 * not there; it does not build them, because a test runs where there is no network.
 */
export function kubeAsset(name: "kube-apiserver" | "etcd" | "kubectl"): string {
  const { KUBECONFIG_TEST: given, KUBEBUILDER_ASSETS: assets } = process.env;
  if (name === "kubectl" && given && !assets) return name;
  folder ??= find();
  return join(folder, name);
}

function find(): string {
  const script = join(packageRoot(), "tools", "kube", "build.mjs");
  try {
    return execFileSync(process.execPath, [script, "--find"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch (error) {
    throw new Error((error as { stderr: string }).stderr.trim(), { cause: error });
  }
}
