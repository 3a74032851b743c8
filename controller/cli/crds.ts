import { stringify } from "yaml";
import { customResourceDefinitions, OWNER, OWNER_LABEL } from "../api/crds.js";
import { loadUserConfig } from "../kube/config.js";
import { gatewayApiCrds } from "./gateway-api.js";
import type { PublishedCrd } from "./gateway-api.js";
import { printDocuments, printLine } from "./print.js";

export interface CrdsOptions {
  /** Gateway API's too. */
  gatewayApi?: boolean;
  /** Leave out those that the cluster has from somebody else. */
  keepForeign?: boolean;
  kubeconfig?: string;
}

/**
 * `claimgate crds`: prints CRDs as YAML for `kubectl apply --server-side -f -`. All or nothing: if some cannot be had, none
 * are printed and the exit code is 1.
 */
export async function crds(options: CrdsOptions): Promise<number> {
  try {
    const all = [...(options.gatewayApi ? await gatewayApiCrds() : []), ...ours()];
    const wanted = options.keepForeign ? await withoutForeign(all, options.kubeconfig) : all;
    if (wanted.length === 0) printLine("the cluster has them all; there is nothing to apply");
    printDocuments(wanted.map(({ text }) => text));
    return 0;
  } catch (error) {
    printLine((error as Error).message);
    return 1;
  }
}

function ours(): PublishedCrd[] {
  return customResourceDefinitions().map((crd) => ({
    name: crd.metadata!.name!,
    text: stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }),
  }));
}

async function withoutForeign(all: readonly PublishedCrd[], kubeconfig: string | undefined): Promise<PublishedCrd[]> {
  const foreign = await foreignCrds(kubeconfig);
  for (const { name } of all) {
    if (foreign.has(name)) printLine(`left out ${name}: the cluster has it from somebody else`);
  }
  return all.filter(({ name }) => !foreign.has(name));
}

/** Names of the CRDs of a cluster that do not bear our label. */
async function foreignCrds(kubeconfig: string | undefined): Promise<Set<string>> {
  const config = await loadUserConfig(kubeconfig);
  const { ApiextensionsV1Api } = await import("@kubernetes/client-node");
  const api = config.makeApiClient(ApiextensionsV1Api);
  let items;
  try {
    ({ items } = await api.listCustomResourceDefinition());
  } catch (error) {
    const server = config.getCurrentCluster()?.server ?? "the cluster";
    throw new Error(`the CustomResourceDefinitions of ${server} cannot be listed: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const theirs = items.filter(({ metadata }) => metadata?.labels?.[OWNER_LABEL] !== OWNER);
  return new Set(theirs.map(({ metadata }) => metadata!.name!));
}

/** The API server's own message if there is one; never the headers, which client-node's errors show too. */
function reasonOf(error: unknown): string {
  const { code, body, message } = error as { code?: number | string; body?: string; message: string };
  if (typeof code !== "number") return message;
  try {
    return (JSON.parse(body ?? "") as { message: string }).message;
  } catch {
    return `HTTP ${code}`;
  }
}
