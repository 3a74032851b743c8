// `claimgate envoy --manifests`: an Envoy for a Gateway as YAML for `kubectl apply -f-`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { describeFinding } from "../api/finding.js";
import type { Gateway } from "../api/types.js";
import { gatewayManifests } from "../envoy/manifests.js";
import { KubeClient } from "../kube/client.js";
import { loadUserConfig } from "../kube/config.js";
import { ApiError, reasonOf } from "../kube/errors.js";
import { apiPath } from "../kube/objects.js";
import { readDirectory } from "../source/directory.js";
import { packageRoot } from "../xds/package-root.js";
import type { HostAndPort } from "./address.js";
import { clientSecret } from "./certs.js";
import { filterFile } from "./paths.js";
import { printDocuments, printLine, printProblems } from "./print.js";

export interface ManifestsOptions {
  /** "NS/NAME". */
  gateway: string;
  /** Where pods find the controller; its Service in claimgate-system unless given. */
  xds?: HostAndPort;
  xdsServerName?: string;
  /** claimgate-envoy of this version unless given. */
  image?: string;
  replicas: number;
  /** Worker threads of each; 2 unless given. */
  concurrency?: number;
  /** A directory that has the Gateway, instead of a cluster. */
  resources?: string;
  kubeconfig?: string;
}

const GATEWAYS = { apiVersion: "gateway.networking.k8s.io/v1", plural: "gateways" } as const;
/** As in the image. */
export const FILTER_PATH = "/usr/share/claimgate/claimgate.wasm";
const XDS: HostAndPort = { address: "claimgate.claimgate-system.svc", port: 18000 };

/** Resolves to the exit code: 1, after one line that says why and with nothing printed, if something is wrong. */
export async function manifests(options: ManifestsOptions): Promise<number> {
  try {
    const { gateway, xds = XDS, xdsServerName = xds.address, replicas, concurrency = 2 } = options;
    const made = gatewayManifests(await find(options), {
      image: options.image ?? `claimgate-envoy:${packageVersion()}`,
      filter: { path: FILTER_PATH, sha256: filterFile().sha256 },
      xds: { ...xds, serverName: xdsServerName },
      tlsSecret: clientSecret(gateway.split("/")[1]!),
      replicas,
      concurrency,
    });
    printDocuments(made.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })));
    return 0;
  } catch (error) {
    printLine((error as Error).message);
    return 1;
  }
}

function find({ gateway, resources, kubeconfig }: ManifestsOptions): Promise<Gateway> {
  const [namespace, name] = gateway.split("/") as [string, string];
  return resources === undefined ? fromCluster(namespace, name, kubeconfig) : fromDirectory(namespace, name, resources);
}

async function fromDirectory(namespace: string, name: string, directory: string): Promise<Gateway> {
  const { complete, problems, resources } = await readDirectory(directory);
  printProblems(problems);
  if (!complete) throw new Error(`${directory} could not be read whole`);
  const found = resources.find(
    ({ object: { kind, metadata } }) =>
      kind === "Gateway" && metadata.name === name && (metadata.namespace ?? "default") === namespace,
  );
  if (found === undefined) throw new Error(`${directory} has no Gateway ${namespace}/${name}`);
  if (found.findings.length > 0) {
    throw new Error(`${found.origin}: Gateway ${namespace}/${name}: ${found.findings.map(describeFinding).join("; ")}`);
  }
  return found.object as Gateway;
}

async function fromCluster(namespace: string, name: string, kubeconfig: string | undefined): Promise<Gateway> {
  const client = new KubeClient(await loadUserConfig(kubeconfig));
  try {
    return await client.request<Gateway>({ path: apiPath(GATEWAYS, { namespace, name }) });
  } catch (error) {
    const absent = error instanceof ApiError && error.status === 404;
    const hint = absent ? " (or give --resources, a directory that has it)" : "";
    throw new Error(`Gateway ${namespace}/${name} cannot be read: ${reasonOf(error)}${hint}`, { cause: error });
  } finally {
    client.close();
  }
}

function packageVersion(): string {
  const file = join(packageRoot(), "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
