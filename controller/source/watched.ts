// The kinds that are followed on an API server.
import { groupOf, KINDS, type KindInfo } from "../api/kinds.js";
import type { ObjectReference } from "../translate/resources.js";

export interface WatchedKind {
  kind: string;
  group: string;
  plural: string;
  /** Its apiVersions that claimgate reads, the preferred one first; they are views of the same objects. */
  apiVersions: readonly string[];
  /** Without it nothing can be served. Policies' kinds may be absent: people use those of kgateway, of Gloo or of both. */
  required: boolean;
  /** Only those in one namespace, of one name, or with some labels. */
  namespace?: string;
  name?: string;
  labelSelector?: string;
}

/** Kinds of which only those are read that another resource names. */
const BY_NAME: ReadonlySet<string> = new Set(["ConfigMap", "Secret"]);
const OPTIONAL_GROUPS: ReadonlySet<string> = new Set(["gateway.kgateway.dev", "gateway.solo.io", "gloo.solo.io"]);

/** Each with all of its objects. */
export const WATCHED: readonly WatchedKind[] = watched(KINDS.filter(({ kind }) => !BY_NAME.has(kind)));

/** One Secret or ConfigMap. */
export function watchedObject({ group, kind, namespace, name }: ObjectReference): WatchedKind {
  const { plural, apiVersion } = KINDS.find((info) => info.kind === kind && groupOf(info.apiVersion) === group)!;
  return { kind, group, plural, apiVersions: [apiVersion], required: true, namespace, name };
}

function watched(kinds: readonly KindInfo[]): WatchedKind[] {
  const byKind = new Map<string, { of: KindInfo; apiVersions: string[] }>();
  for (const info of kinds) {
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
