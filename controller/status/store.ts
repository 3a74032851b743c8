// Statuses over time: a condition keeps the time of its last transition until it really changes.
import { isObject } from "../api/defaults.js";
import { unchanging } from "../translate/canonical.js";
import type { Condition, ResourceStatus } from "../translate/status.js";

type Clock = () => Date;

/** A status as it was given, and as it is to be published. */
interface Stamped {
  readonly from: ResourceStatus;
  readonly stamped: ResourceStatus;
}

/** Statuses as they are to be published, with transition times. */
export class StatusStore {
  private current: readonly Stamped[] = [];
  private stamped: readonly ResourceStatus[] = [];

  constructor(private readonly now: Clock = () => new Date()) {}

  /** Takes the newest statuses; those of resources that are gone are forgotten. */
  update(statuses: readonly ResourceStatus[]): void {
    const { current } = this;
    if (statuses.length === current.length && statuses.every((status, i) => status === current[i]!.from)) return;
    const time = this.now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
    let byKey: ReadonlyMap<string, Stamped> | undefined;
    const next = statuses.map((status, i): Stamped => {
      const there = current[i];
      // Of the very same object nothing can have changed.
      if (there?.from === status) return there;
      const key = keyOf(status);
      if (there !== undefined && keyOf(there.from) === key)
        return { from: status, stamped: restamped(status, there.stamped, time) };
      byKey ??= new Map(current.map((known) => [keyOf(known.from), known]));
      const before = byKey.get(key);
      return before?.from === status ? before : { from: status, stamped: restamped(status, before?.stamped, time) };
    });
    this.current = next;
    this.stamped = next.map(({ stamped }) => stamped);
  }

  /** All statuses, in the order of the last update. */
  list(): ResourceStatus[] {
    return [...this.stamped];
  }
}

const keys = new WeakMap<ResourceStatus, string>();

function keyOf(status: ResourceStatus): string {
  let key = keys.get(status);
  if (key === undefined) {
    const { apiVersion, kind, namespace, name } = status;
    keys.set(status, (key = `${apiVersion} ${kind} ${namespace}/${name}`));
  }
  return key;
}

function restamped(status: ResourceStatus, before: ResourceStatus | undefined, time: string): ResourceStatus {
  const stamped = stamp(status.status, before?.status, time) as ResourceStatus["status"];
  return unchanging({ ...status, status: stamped });
}

/** A copy of `value` in which every condition has a time: that of its counterpart in `before` if its status is the same. */
function stamp(value: unknown, before: unknown, time: string): unknown {
  if (Array.isArray(value)) {
    const earlier: unknown[] = Array.isArray(before) ? before : [];
    return value.map((item) =>
      stamp(
        item,
        earlier.find((candidate) => isCounterpart(item, candidate)),
        time,
      ),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, member]) => {
    const counterpart = isObject(before) ? before[name] : undefined;
    return [name, stamp(member, counterpart, time)] as const;
  });
  const copy = Object.fromEntries(fields);
  return isCondition(copy) ? { ...copy, lastTransitionTime: transitionTime(copy, before, time) } : copy;
}

function transitionTime(condition: Condition, before: unknown, time: string): string {
  if (!isObject(before) || before["status"] !== condition.status) return time;
  const known = before["lastTransitionTime"];
  return typeof known === "string" ? known : time;
}

/** The same condition, ancestor, parent or listener as before. */
function isCounterpart(item: unknown, candidate: unknown): boolean {
  if (!isObject(item) || !isObject(candidate)) return false;
  return ["type", "ancestorRef", "parentRef", "name"].every(
    (field) => JSON.stringify(item[field]) === JSON.stringify(candidate[field]),
  );
}

function isCondition(value: object): value is Condition {
  return "type" in value && "status" in value && "reason" in value;
}
