// The kinds that are followed on an API server.
import { groupOf, KINDS, type KindInfo } from "../api/kinds.js";

export interface WatchedKind {
  kind: string;
  group: string;
  plural: string;
  /** Its apiVersions that claimgate reads, the preferred one first; they are views of the same objects. */
  apiVersions: readonly string[];
  /** Without it nothing can be served. Policies' kinds may be absent: people use those of kgateway, of Gloo or of both. */
  required: boolean;
  /** Only those in one namespace, or with some labels. */
  namespace?: string;
  labelSelector?: string;
}

/** Read by reference only, and not by the translation yet. */
const NOT_FOLLOWED: ReadonlySet<string> = new Set(["ConfigMap", "Secret"]);
const OPTIONAL_GROUPS: ReadonlySet<string> = new Set(["gateway.kgateway.dev", "gateway.solo.io"]);

export const WATCHED: readonly WatchedKind[] = watched(KINDS);

function watched(kinds: readonly KindInfo[]): WatchedKind[] {
  const byKind = new Map<string, { of: KindInfo; apiVersions: string[] }>();
  for (const info of kinds) {
    if (NOT_FOLLOWED.has(info.kind)) continue;
    const key = `${groupOf(info.apiVersion)} ${info.kind}`;
    const known = byKind.get(key);
    if (known === undefined) byKind.set(key, { of: info, apiVersions: [info.apiVersion] });
    else known.apiVersions.push(info.apiVersion);
  }
  return [...byKind.values()].map(({ of: { kind, plural, apiVersion }, apiVersions }) => {
    const group = groupOf(apiVersion);
    return { kind, group, plural, apiVersions, required: !OPTIONAL_GROUPS.has(group) };
  });
}
