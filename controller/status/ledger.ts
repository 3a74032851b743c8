// What statuses were about when each version was published: one change must not make a thousand other resources say for a moment that
// they are not programmed, and then that they are, each with two writes to the API server.
import type { ResourceStatus } from "../translate/status.js";
import { shortVersion } from "./acks.js";

/** A resource as it is and what translation says of it; the same object as long as both are the same. */
export interface Entry {
  /** "Kind NS/NAME". */
  readonly id: string;
  /** Of routes and policies. */
  readonly content: string | undefined;
  readonly text: string;
  readonly status: ResourceStatus;
}

export type Carriers = ReadonlyMap<string, ReadonlySet<string>>;

interface Page {
  /** Each resource once. */
  readonly entries: readonly Entry[];
  /** Of entries, by id: the same map in all pages that are about the same resources in the same order. */
  readonly positions: ReadonlyMap<string, number>;
  readonly carriers: Carriers;
}

/** Versions of a Gateway that are remembered; an Envoy that is further behind counts as one that has nothing. */
const VERSIONS = 32;

const ids = new WeakMap<ResourceStatus, string>();

/** "Kind NS/NAME". */
export function statusId(status: ResourceStatus): string {
  let id = ids.get(status);
  if (id === undefined) ids.set(status, (id = `${status.kind} ${status.namespace}/${status.name}`));
  return id;
}

export class Ledger {
  /** Another object whenever something was taken. */
  page: Page = { entries: [], positions: new Map(), carriers: new Map() };
  private readonly published = new Map<string, Map<string, Page>>();

  /** Takes what a translation says. Where nothing changed about a resource its status is the same object as before. */
  take(statuses: readonly ResourceStatus[], contents: ReadonlyMap<string, string>, carriers: Carriers): void {
    const before = this.page;
    let entries = statuses.map((status, position): Entry => {
      const id = statusId(status);
      const there = before.entries[position];
      const known = there?.id === id ? there : entryOf(before, id);
      const content = contents.get(id);
      if (known?.status === status && known.content === content) return known;
      const next = { id, content, text: JSON.stringify(status), status };
      return known?.content === content && known?.text === next.text ? known : next;
    });
    let { positions } = before;
    if (entries.length !== before.entries.length || entries.some(({ id }, i) => id !== before.entries[i]!.id)) {
      entries = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
      positions = new Map(entries.map(({ id }, position) => [id, position]));
    }
    this.page = { entries, positions, carriers };
  }

  /** What was taken last is what Envoys of a Gateway that acknowledge this version have. */
  publish(gateway: string, version: string): void {
    const versions = this.published.get(gateway) ?? new Map<string, Page>();
    this.published.set(gateway, versions);
    versions.delete(shortVersion(version));
    versions.set(shortVersion(version), this.page);
    if (versions.size > VERSIONS) versions.delete(versions.keys().next().value!);
  }

  forget(gateway: string): void {
    this.published.delete(gateway);
  }

  list(): readonly Entry[] {
    return this.page.entries;
  }

  /** Gateways whose Envoys carry a resource. */
  carriers(id: string): ReadonlySet<string> {
    return this.page.carriers.get(id) ?? NONE;
  }

  /** Whether an Envoy of a Gateway with this version, full or short, has all that there is to have of a route or policy. */
  holds(gateway: string, version: string | undefined, entry: Entry): boolean {
    const page = this.published.get(gateway)?.get(shortVersion(version));
    // A Gateway is all that its Envoys have.
    if (entry.content === undefined || page === undefined || entryOf(page, entry.id) !== entry) return false;
    return page.carriers.get(entry.id)?.has(gateway) === true;
  }
}

function entryOf({ entries, positions }: Page, id: string): Entry | undefined {
  const position = positions.get(id);
  return position === undefined ? undefined : entries[position];
}

const NONE: ReadonlySet<string> = new Set();
