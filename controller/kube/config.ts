import { existsSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import { Kubeconfig, type ServerConfig } from "./kubeconfig.js";

/** Where the kubelet mounts a pod's service account (kubernetes.io/docs: Accessing the API from within a Pod). */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The context of a configuration that is the cluster's. */
const IN_CLUSTER = "inClusterContext";

/**
 * The API server to talk to: a kubeconfig file, else those in $KUBECONFIG, else that of the cluster we run in. Not the
 * `~/.kube/config` of whoever starts us: a controller writes. Throws an Error with one line that says what to do.
 */
export function loadKubeConfig(file?: string, environment: NodeJS.ProcessEnv = process.env): ServerConfig {
  let config = new Kubeconfig();
  const variable = environment["KUBECONFIG"] ?? "";
  const files = file !== undefined ? [file] : variable.split(":").filter((name) => name !== "");
  if (files.length > 0) {
    for (const name of files) if (file !== undefined || existsSync(name)) merge(config, name);
  } else if (environment["KUBERNETES_SERVICE_HOST"] !== undefined && existsSync(`${SERVICE_ACCOUNT}/token`)) {
    config = Kubeconfig.inCluster(SERVICE_ACCOUNT, IN_CLUSTER, environment);
  } else {
    throw new Error("no API server: give --kubeconfig, set KUBECONFIG, or run in a cluster");
  }
  const from = file ?? (files.length > 0 ? `KUBECONFIG=${variable}` : SERVICE_ACCOUNT);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`${from} names no cluster: is current-context set?`);
  if (!URL.canParse(server)) throw new Error(`${from}: the cluster's server is not a URL`);
  return config;
}

/** As kubectl finds it, for what a person runs: a kubeconfig file, else $KUBECONFIG, else `~/.kube/config`. Rejects with one line. */
export async function loadUserConfig(file?: string): Promise<KubeConfig> {
  if (file !== undefined) {
    const config = new Kubeconfig();
    merge(config, file);
    return config.full();
  }
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

/** The first file that names a context decides, as with kubectl. */
function merge(config: Kubeconfig, name: string): void {
  let one: Kubeconfig;
  try {
    one = Kubeconfig.read(name);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // Not the parser's own words: they may quote the file, and with it a key.
    const unreadable = code === "ENOENT" ? "does not exist" : `is not readable (${code})`;
    const reason = syscall === undefined ? "is not a kubeconfig" : unreadable;
    throw new Error(`kubeconfig ${name} ${reason}`, { cause: error });
  }
  config.merge(one);
}

/** The namespace of the pod we run in; undefined outside a cluster, whatever a kubeconfig's context prefers. */
export function podNamespace(config: ServerConfig): string | undefined {
  if (config.getCurrentContext() !== IN_CLUSTER) return undefined;
  return config.getContextObject(IN_CLUSTER)?.namespace?.trim() || undefined;
}
