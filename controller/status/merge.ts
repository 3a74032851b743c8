// What is to stand in a stored status: ours put in, everything of others left as and where it is. Pure.
import { isObject } from "../api/defaults.js";
import { canonicalJson } from "../translate/canonical.js";
import type { Condition } from "../translate/status.js";

type Fields = Record<string, unknown>;

export interface Owner {
  /** Marks our entries in `ancestors` and `parents`. */
  controllerName: string;
  /** Key of our entry in Gloo's `statuses`. */
  statusNamespace: string;
}

export interface Merged {
  /** The whole status as it is to be; undefined if what is stored says all of it already. */
  status: Fields | undefined;
  /** Our entries for which others left no room. */
  dropped: string[];
}

/** Gateway API's limits (apis/v1/policy_types.go: PolicyStatus; httproute_types.go: RouteStatus). */
const MAX_ENTRIES = { ancestors: 16, parents: 32 } as const;
const REFERENCE = { ancestors: "ancestorRef", parents: "parentRef" } as const;
/** metav1.Condition. */
const MAX_MESSAGE = 32_768;
/** Types of conditions that are ours where an entry does not say whose it is; others' beside them are not touched. */
const OWN_TYPES: ReadonlySet<string> = new Set(["Accepted", "Programmed", "ResolvedRefs", "Conflicted"]);

/**
 * Merges the wanted status of a resource into the one stored. With nothing wanted, our entries go; conditions that do not say
 * whose they are stay.
 * @param time of transitions that happen now, RFC 3339
 */
export function mergeStatus(stored: unknown, wanted: Fields | undefined, owner: Owner, time: string): Merged {
  const before = isObject(stored) ? stored : {};
  const status: Fields = { ...before };
  const dropped: string[] = [];
  for (const list of ["ancestors", "parents"] as const) {
    const entries = mergeEntries(list, items(before[list]), items(wanted?.[list]), owner.controllerName, time);
    dropped.push(...entries.dropped);
    put(status, list, entries.merged);
  }
  if (wanted?.["conditions"] !== undefined) {
    put(status, "conditions", mergeConditions(items(before["conditions"]), items(wanted["conditions"]), time));
  }
  if (wanted?.["listeners"] !== undefined) {
    put(status, "listeners", mergeListeners(items(before["listeners"]), items(wanted["listeners"]), time));
  }
  if (wanted?.["addresses"] !== undefined) put(status, "addresses", items(wanted["addresses"]));
  mergeGloo(status, before, wanted, owner.statusNamespace);
  return { status: canonicalJson(status) === canonicalJson(before) ? undefined : status, dropped };
}

/** Of a list there was none of, an empty one says nothing. */
function put(status: Fields, field: string, list: readonly Fields[]): void {
  if (list.length > 0 || status[field] !== undefined) status[field] = list;
}

function mergeGloo(status: Fields, before: Fields, wanted: Fields | undefined, namespace: string): void {
  const theirs = isObject(before["statuses"]) ? before["statuses"] : undefined;
  const ours = isObject(wanted?.["statuses"]) ? wanted["statuses"] : {};
  if (theirs === undefined && Object.keys(ours).length === 0) return;
  const { [namespace]: former, ...others } = theirs ?? {};
  status["statuses"] = { ...others, ...ours };
  if (wanted?.["observedGeneration"] !== undefined) status["observedGeneration"] = wanted["observedGeneration"];
  else if (former !== undefined) delete status["observedGeneration"];
}

/** Others' entries and ours that remain keep their places; new ones come last, as far as there is room. */
function mergeEntries(
  list: "ancestors" | "parents",
  stored: readonly Fields[],
  wanted: readonly Fields[],
  controllerName: string,
  time: string,
): { merged: Fields[]; dropped: string[] } {
  const reference = REFERENCE[list];
  const left = new Map(wanted.map((entry) => [identity(entry[reference]), entry]));
  const merged: Fields[] = [];
  for (const entry of stored) {
    if (entry["controllerName"] !== controllerName) {
      merged.push(entry);
      continue;
    }
    const key = identity(entry[reference]);
    const ours = left.get(key);
    if (ours === undefined) continue;
    left.delete(key);
    merged.push({ ...ours, conditions: timed(items(entry["conditions"]), items(ours["conditions"]), time) });
  }
  const room = Math.max(MAX_ENTRIES[list] - merged.length, 0);
  const added = [...left.values()];
  for (const ours of added.slice(0, room)) {
    merged.push({ ...ours, conditions: timed([], items(ours["conditions"]), time) });
  }
  return { merged, dropped: added.slice(room).map((entry) => describe(entry[reference])) };
}

function mergeListeners(stored: readonly Fields[], wanted: readonly Fields[], time: string): Fields[] {
  return wanted.map((listener) => {
    const before = stored.find(({ name }) => name === listener["name"]);
    const conditions = mergeConditions(items(before?.["conditions"]), items(listener["conditions"]), time);
    return { ...listener, conditions };
  });
}

/** By type, in the order stored; ours that are not wanted any more go. */
function mergeConditions(stored: readonly Fields[], wanted: readonly Fields[], time: string): Fields[] {
  const next = new Map(timed(stored, wanted, time).map((condition) => [condition["type"], condition]));
  const kept = stored.flatMap((condition) => {
    const type = condition["type"];
    const ours = next.get(type);
    next.delete(type);
    if (ours !== undefined) return [ours];
    return OWN_TYPES.has(String(type)) ? [] : [condition];
  });
  return [...kept, ...next.values()];
}

/** Conditions with the time of their last transition, which is the stored one as long as the status is the same. */
function timed(stored: readonly Fields[], wanted: readonly Fields[], time: string): Fields[] {
  return wanted.map((condition) => {
    const before = stored.find(({ type }) => type === condition["type"]);
    const { observedGeneration: judged, message } = condition as unknown as Condition;
    // Another writer knows a newer generation: its word stands (Gateway API, GEP-713).
    if (before !== undefined && Number(before["observedGeneration"] ?? 0) > (judged ?? Infinity)) return before;
    const known = before?.["status"] === condition["status"] ? before?.["lastTransitionTime"] : undefined;
    const { lastTransitionTime: fallback, ...rest } = condition;
    return { ...rest, message: message.slice(0, MAX_MESSAGE), lastTransitionTime: known ?? fallback ?? time };
  });
}

/** What a reference names, whatever defaults were spelled out in it. */
function identity(reference: unknown): string {
  const { group, kind, namespace, name, sectionName, port } = isObject(reference) ? reference : {};
  return JSON.stringify([group ?? "gateway.networking.k8s.io", kind ?? "Gateway", namespace, name, sectionName, port]);
}

function describe(reference: unknown): string {
  const { kind, namespace, name, sectionName } = isObject(reference) ? reference : {};
  const section = sectionName === undefined ? "" : `, section ${String(sectionName)}`;
  return `${String(kind ?? "Gateway")} ${namespace === undefined ? "" : `${String(namespace)}/`}${String(name)}${section}`;
}

function items(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The merge patch (RFC 7396) that makes `after` of `before`: null removes, lists are replaced whole. */
export function patchBetween(before: Fields, after: Fields): Fields {
  const patch: Fields = {};
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) patch[name] = null;
  for (const [name, value] of Object.entries(after)) {
    const former = before[name];
    if (isObject(former) && isObject(value)) {
      const inner = patchBetween(former, value);
      if (Object.keys(inner).length > 0) patch[name] = inner;
    } else if (canonicalJson(former ?? null) !== canonicalJson(value)) patch[name] = value;
  }
  return patch;
}
