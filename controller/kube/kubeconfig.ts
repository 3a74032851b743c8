// A kubeconfig, as far as most have anything in it: certificates and tokens. @kubernetes/client-node reads it and knows the rest, but its
// KubeConfig brings along the classes of all of Kubernetes, 60 MB of a controller's memory: it is loaded where a user or a proxy needs it.
import { readFileSync } from "node:fs";
import { Agent, type RequestOptions } from "node:https";
import { isIPv6 } from "node:net";
import { dirname, resolve } from "node:path";
import type { Cluster, Context, KubeConfig, User } from "@kubernetes/client-node";
import { newClusters, newContexts, newUsers } from "@kubernetes/client-node/dist/config_types.js";
import { FileAuth } from "@kubernetes/client-node/dist/file_auth.js";
import { parse } from "yaml";

/** What of client-node's KubeConfig we use; it is one itself. */
export type ServerConfig = Pick<
  KubeConfig,
  "getCurrentCluster" | "getCurrentContext" | "getContextObject" | "applyToHTTPSOptions"
>;

export class Kubeconfig implements ServerConfig {
  readonly clusters: Cluster[] = [];
  readonly users: User[] = [];
  readonly contexts: Context[] = [];
  currentContext = "";
  /** Reads a token again once a minute. */
  readonly #tokenFile = new FileAuth();
  #full: Promise<KubeConfig> | undefined;

  /** Throws what readFileSync() does, or an Error of one who reads YAML, which may quote the file. */
  static read(file: string): Kubeconfig {
    // Warnings would be printed, and may quote the file too.
    const options = { logLevel: "error", merge: true } as const;
    const text = (parse(readFileSync(file, "utf8"), options) ?? {}) as Record<string, unknown>;
    const config = new Kubeconfig();
    const absolute = (path: string | undefined) => path && resolve(dirname(file), path);
    for (const cluster of newClusters(text["clusters"] as [])) {
      config.clusters.push({ ...cluster, caFile: absolute(cluster.caFile)! });
    }
    for (const user of newUsers(text["users"] as [])) {
      config.users.push({ ...user, certFile: absolute(user.certFile)!, keyFile: absolute(user.keyFile)! });
    }
    config.contexts.push(...newContexts(text["contexts"] as []));
    config.currentContext = (text["current-context"] as string | undefined) ?? "";
    return config;
  }

  /** Of the cluster we run in (kubernetes.io/docs: Accessing the API from within a Pod); `folder` is where the service account is. */
  static inCluster(folder: string, context: string, environment: NodeJS.ProcessEnv = process.env): Kubeconfig {
    const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "443" } = environment;
    const config = new Kubeconfig();
    const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    config.clusters.push({ name: "inCluster", caFile: `${folder}/ca.crt`, server, skipTLSVerify: false });
    const authProvider = { name: "tokenFile", config: { tokenFile: `${folder}/token` } };
    config.users.push({ name: "inClusterUser", authProvider });
    config.contexts.push({ cluster: "inCluster", user: "inClusterUser", name: context, ...namespaceIn(folder) });
    config.currentContext = context;
    return config;
  }

  /** Adds another's; of its current context, only if there is none yet. Throws an Error if both have something of one name. */
  merge(other: Kubeconfig): void {
    this.currentContext ||= other.currentContext;
    for (const kind of ["clusters", "users", "contexts"] as const) {
      for (const { name } of other[kind]) {
        if (this[kind].some((known) => known.name === name)) throw new Error(`Duplicate ${kind.slice(0, -1)}: ${name}`);
      }
    }
    this.clusters.push(...other.clusters);
    this.users.push(...other.users);
    this.contexts.push(...other.contexts);
  }

  getCurrentContext(): string {
    return this.currentContext;
  }

  getContextObject(name: string): Context | null {
    return this.contexts.find((context) => context.name === name) ?? null;
  }

  getCurrentCluster(): Cluster | null {
    const context = this.getContextObject(this.currentContext);
    return this.clusters.find(({ name }) => name === context?.cluster) ?? null;
  }

  /** Adds who we are and whom we trust. */
  async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    const cluster = this.getCurrentCluster();
    const context = this.getContextObject(this.currentContext);
    const user = this.users.find(({ name }) => name === context?.user);
    if (cluster === null || user === undefined || !isPlain(cluster, user)) {
      return (await this.full()).applyToHTTPSOptions(options);
    }
    if (cluster.skipTLSVerify) options.rejectUnauthorized = false;
    if (cluster.tlsServerName) options.servername = cluster.tlsServerName;
    const [ca, cert, key] = [
      bytes(cluster.caFile, cluster.caData),
      bytes(user.certFile, user.certData),
      bytes(user.keyFile, user.keyData),
    ];
    Object.assign(options, ca && { ca }, cert && { cert }, key && { key });
    const headers = (options.headers ??= {}) as Record<string, string>;
    if (user.authProvider) await this.#tokenFile.applyAuthentication(user, { ...options, headers });
    if (user.token) headers["Authorization"] = `Bearer ${user.token}`;
    const { rejectUnauthorized, servername } = options;
    options.agent = new Agent({
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
      ...(servername !== undefined && { servername }),
    });
  }

  /** The same for client-node. */
  full(): Promise<KubeConfig> {
    return (this.#full ??= import("@kubernetes/client-node").then(({ KubeConfig }) => {
      const config = new KubeConfig();
      config.loadFromOptions(this);
      return config;
    }));
  }
}

/** Nothing is asked of it but certificates and tokens: no plugin, no password, nobody else's name, no proxy, no plain text. */
function isPlain(cluster: Cluster, user: User): boolean {
  const { authProvider } = user;
  const hasTokenFile = Boolean((authProvider as { config?: { tokenFile?: unknown } } | null)?.config?.tokenFile);
  return (
    (!authProvider || (hasTokenFile && authProvider.name === "tokenFile")) &&
    !(user.exec || user.username || user.password || user.impersonateUser || cluster.proxyUrl) &&
    cluster.server.startsWith("https:")
  );
}

function bytes(file: string | undefined, data: string | undefined): Buffer | undefined {
  if (file) return readFileSync(file);
  return data ? Buffer.from(data, "base64") : undefined;
}

function namespaceIn(folder: string): { namespace?: string } {
  try {
    return { namespace: readFileSync(`${folder}/namespace`, "utf8") };
  } catch {
    return {};
  }
}
