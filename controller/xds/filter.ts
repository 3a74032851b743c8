// Which filter an Envoy has, and where: it says so in node.metadata, since its file system need not be the controller's.
import type { NodeRequest } from "./service.js";

/** A compiled filter on some file system. */
export interface FilterFile {
  /** Absolute. */
  readonly path: string;
  /** Of its content, in lower-case hex. */
  readonly sha256: string;
}

/** The controller's own filter. */
export interface FilterProgram {
  /** Of `bytes`, in lower-case hex. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

const PATH = "claimgate.dev/wasm-path";
const SHA256 = "claimgate.dev/wasm-sha256";
/** As PATH_MAX of Linux. */
const MAX_PATH = 4096;

/** For a bootstrap's node.metadata. */
export function filterMetadata({ path, sha256 }: FilterFile): Record<string, string> {
  return { [PATH]: path, [SHA256]: sha256 };
}

/** The code of the filter as its ECDS resource has it: a file of Envoy's, or the bytes themselves. */
export type FilterCode = { readonly path: string } | { readonly bytes: Uint8Array };

export interface Delivery {
  readonly code: FilterCode;
  /** Of bytes: why the file that Envoy says it has will not do. */
  readonly reason?: string;
}

/**
 * How an Envoy gets the filter that the controller makes configurations for: from its own file system if it says that it has it there,
 * with every configuration otherwise. Envoy itself checks no hash of local files, and another version of the filter may read a configuration
 * otherwise (docs/decisions/0006-filter-in-the-image.md).
 * @param ours the controller's own; its path is that of Envoys that say nothing: they share its file system. Without `program`, whatever
 *   they have will do
 */
export function deliveryTo(
  node: NodeRequest["node"],
  ours: { readonly path: string; readonly program?: FilterProgram | undefined },
): Delivery {
  const { [PATH]: path, [SHA256]: sha256 } = node?.metadata?.fields ?? {};
  if (path === undefined && sha256 === undefined) return { code: { path: ours.path } };
  const [where, hash] = [path?.stringValue ?? "", sha256?.stringValue ?? ""];
  const isPath = where.startsWith("/") && where.length <= MAX_PATH && !where.includes("\0");
  const { program } = ours;
  if (program === undefined) return { code: { path: isPath ? where : ours.path } };
  const send = (reason: string): Delivery => ({ code: { bytes: program.bytes }, reason });
  if (!isPath) return send(`its node.metadata has no absolute path in ${PATH}`);
  if (!/^[0-9a-f]{64}$/.test(hash)) return send(`its node.metadata has no hash in ${SHA256}`);
  if (hash === program.sha256) return { code: { path: where } };
  return send(`its image has filter ${hash.slice(0, 12)}, and this controller ${program.sha256.slice(0, 12)}`);
}
