// What is wrong with resources, one line for each thing, for people who read standard error and for exit codes.
import { describeFinding } from "../api/finding.js";
import type { LoadedResource } from "../source/source.js";
import { objectId } from "./resources.js";
import type { Condition, ResourceStatus } from "./status.js";

export interface Complaint {
  /** "file.yaml:12"; empty if it is not known. */
  origin: string;
  /** "Kind NS/NAME". */
  resource: string;
  message: string;
}

/**
 * Findings first; then, for resources without, every condition of their status that says they are not in force as written, and
 * what no status has a place for: `unsaid`, by "Kind NS/NAME".
 */
export function complaintsAbout(
  resources: readonly LoadedResource[],
  statuses: readonly ResourceStatus[],
  unsaid: ReadonlyMap<string, readonly string[]>,
): Complaint[] {
  const complaints: Complaint[] = [];
  for (const { origin, object, findings } of resources)
    for (const finding of findings)
      complaints.push({ origin, resource: objectId(object), message: describeFinding(finding) });
  const words: [resource: string, messages: ReadonlySet<string>][] = [];
  for (const status of statuses) {
    const refusals = refusalsIn(status);
    if (refusals.length === 0 && unsaid.size === 0) continue;
    const resource = `${status.kind} ${status.namespace}/${status.name}`;
    const all = new Set([...refusals.map(({ message }) => message), ...(unsaid.get(resource) ?? [])]);
    if (all.size > 0) words.push([resource, all]);
  }
  if (words.length === 0) return complaints;
  const origins = new Map<string, string>();
  for (const { origin, object, findings } of resources)
    if (findings.length === 0) origins.set(objectId(object), origin);
  for (const [resource, all] of words) {
    const origin = origins.get(resource);
    if (origin !== undefined) for (const message of all) complaints.push({ origin, resource, message });
  }
  return complaints;
}

const known = new WeakMap<ResourceStatus, readonly Condition[]>();

/** Statuses are never changed in place. */
function refusalsIn(status: ResourceStatus): readonly Condition[] {
  let refusals = known.get(status);
  if (refusals === undefined) known.set(status, (refusals = conditionsIn(status.status).filter(isRefusal)));
  return refusals;
}

function isRefusal({ type, status }: Condition): boolean {
  return type === "PartiallyInvalid" ? status === "True" : type === "Accepted" && status === "False";
}

/** Every condition anywhere in a status: ancestors, parents, listeners or the resource itself. */
function conditionsIn(status: unknown, into: Condition[] = []): Condition[] {
  if (Array.isArray(status)) for (const item of status) conditionsIn(item, into);
  else if (typeof status === "object" && status !== null) {
    for (const [name, value] of Object.entries(status)) {
      if (name === "conditions" && Array.isArray(value)) into.push(...(value as Condition[]));
      else if (typeof value === "object") conditionsIn(value, into);
    }
  }
  return into;
}
