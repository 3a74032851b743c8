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
  const origins = new Map<string, string>();
  for (const { origin, object, findings } of resources) {
    const resource = objectId(object);
    if (findings.length === 0) origins.set(resource, origin);
    for (const finding of findings) complaints.push({ origin, resource, message: describeFinding(finding) });
  }
  for (const { kind, namespace, name, status } of statuses) {
    const resource = `${kind} ${namespace}/${name}`;
    const origin = origins.get(resource);
    if (origin === undefined) continue;
    const messages = conditionsIn(status)
      .filter(isRefusal)
      .map(({ message }) => message);
    const all = new Set([...messages, ...(unsaid.get(resource) ?? [])]);
    for (const message of all) complaints.push({ origin, resource, message });
  }
  return complaints;
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
