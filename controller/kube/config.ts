import { existsSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";

/** Where the kubelet mounts a pod's service account (kubernetes.io/docs: Accessing the API from within a Pod). */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The context that KubeConfig.loadFromCluster() makes. */
const IN_CLUSTER = "inClusterContext";

/**
 * The API server to talk to: a kubeconfig file, else those in $KUBECONFIG, else that of the cluster we run in. Not the
 * `~/.kube/config` of whoever starts us: a controller writes. Throws an Error with one line that says what to do.
 */
export function loadKubeConfig(file?: string, environment: NodeJS.ProcessEnv = process.env): KubeConfig {
  const config = new KubeConfig();
  const variable = environment["KUBECONFIG"] ?? "";
  const files = file !== undefined ? [file] : variable.split(":").filter((name) => name !== "");
  if (files.length > 0) {
    for (const name of files) if (file !== undefined || existsSync(name)) merge(config, name);
  } else if (environment["KUBERNETES_SERVICE_HOST"] !== undefined && existsSync(`${SERVICE_ACCOUNT}/token`)) {
    config.loadFromCluster();
  } else {
    throw new Error("no API server: give --kubeconfig, set KUBECONFIG, or run in a cluster");
  }
  const from = file ?? (files.length > 0 ? `KUBECONFIG=${variable}` : SERVICE_ACCOUNT);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`${from} names no cluster: is current-context set?`);
  if (!URL.canParse(server)) throw new Error(`${from}: the cluster's server is not a URL`);
  return config;
}

/** As kubectl finds it, for what a person runs: a kubeconfig file, else $KUBECONFIG, else `~/.kube/config`. Throws one line. */
export function loadUserConfig(file?: string): KubeConfig {
  const config = new KubeConfig();
  if (file === undefined) config.loadFromDefault();
  else merge(config, file);
  return config;
}

function merge(config: KubeConfig, name: string): void {
  const one = new KubeConfig();
  try {
    one.loadFromFile(name);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Not the parser's own words: they may quote the file, and with it a key.
    const reason =
      code === "ENOENT" ? "does not exist" : code === undefined ? "is not a kubeconfig" : `is not readable (${code})`;
    throw new Error(`kubeconfig ${name} ${reason}`, { cause: error });
  }
  // The first file that names a context decides, as with kubectl.
  config.mergeConfig(one, Boolean(config.getCurrentContext()));
}

/** The namespace of the pod we run in; undefined outside a cluster, whatever a kubeconfig's context prefers. */
export function podNamespace(config: KubeConfig): string | undefined {
  if (config.getCurrentContext() !== IN_CLUSTER) return undefined;
  return config.getContextObject(IN_CLUSTER)?.namespace?.trim() || undefined;
}
