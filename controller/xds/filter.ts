// Which filter an Envoy has, and where: it says so in node.metadata, since its file system need not be the controller's.
import type { NodeRequest } from "./service.js";

/** A compiled filter on some file system. */
export interface FilterFile {
  /** Absolute. */
  readonly path: string;
  /** Of its content, in lower-case hex. */
  readonly sha256: string;
}

const PATH = "claimgate.dev/wasm-path";
const SHA256 = "claimgate.dev/wasm-sha256";
/** As PATH_MAX of Linux. */
const MAX_PATH = 4096;

/** For a bootstrap's node.metadata. */
export function filterMetadata({ path, sha256 }: FilterFile): Record<string, string> {
  return { [PATH]: path, [SHA256]: sha256 };
}

/**
 * The path at which an Envoy loads the filter that the controller makes configurations for, or why it would not be that filter. Envoy itself
 * checks no hash of local files, and another version of the filter may read a configuration otherwise.
 * @param ours the controller's own; its path is that of Envoys that say nothing: they share its file system
 */
export function filterOf(
  node: NodeRequest["node"],
  ours: { readonly path: string; readonly sha256?: string | undefined },
): { readonly path: string } | { readonly problem: string } {
  const { [PATH]: path, [SHA256]: sha256 } = node?.metadata?.fields ?? {};
  if (path === undefined && sha256 === undefined) return { path: ours.path };
  const [where, hash] = [path?.stringValue ?? "", sha256?.stringValue ?? ""];
  if (!where.startsWith("/") || where.length > MAX_PATH || where.includes("\0"))
    return { problem: `its node.metadata has no absolute path in ${PATH}` };
  if (!/^[0-9a-f]{64}$/.test(hash)) return { problem: `its node.metadata has no hash in ${SHA256}` };
  if (ours.sha256 === undefined || hash === ours.sha256) return { path: where };
  return {
    problem: `it has filter ${hash.slice(0, 12)}, and this controller ${ours.sha256.slice(0, 12)}: give both the same version`,
  };
}
