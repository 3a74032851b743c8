// What statuses were about when each version was published: one change must not make a thousand other resources say for a moment that
// they are not programmed, and then that they are, each with two writes to the API server.
import type { ResourceStatus } from "../translate/status.js";
import { shortVersion } from "./acks.js";

/** A resource as it is and what translation says of it; the same object as long as both are the same. */
interface Entry {
  /** Of routes and policies. */
  readonly content: string | undefined;
  readonly text: string;
  readonly status: ResourceStatus;
}

export type Carriers = ReadonlyMap<string, ReadonlySet<string>>;

interface Page {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly carriers: Carriers;
}

/** Versions of a Gateway that are remembered; an Envoy that is further behind counts as one that has nothing. */
const VERSIONS = 32;

/** "Kind NS/NAME". */
export function statusId({ kind, namespace, name }: ResourceStatus): string {
  return `${kind} ${namespace}/${name}`;
}

export class Ledger {
  private page: Page = { entries: new Map(), carriers: new Map() };
  private readonly published = new Map<string, Map<string, Page>>();

  /** Takes what a translation says. Where nothing changed about a resource its status is the same object as before. */
  take(statuses: readonly ResourceStatus[], contents: ReadonlyMap<string, string>, carriers: Carriers): void {
    const entries = new Map<string, Entry>();
    for (const status of statuses) {
      const id = statusId(status);
      const known = this.page.entries.get(id);
      const next = { content: contents.get(id), text: JSON.stringify(status), status };
      entries.set(id, known?.content === next.content && known?.text === next.text ? known : next);
    }
    this.page = { entries, carriers };
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

  list(): ResourceStatus[] {
    return [...this.page.entries.values()].map(({ status }) => status);
  }

  /** Gateways whose Envoys carry a resource. */
  carriers(id: string): Iterable<string> {
    return this.page.carriers.get(id) ?? [];
  }

  /** Whether an Envoy of a Gateway with this version, full or short, has all that there is to have of a route or policy. */
  holds(gateway: string, version: string | undefined, id: string): boolean {
    const page = this.published.get(gateway)?.get(shortVersion(version));
    const entry = page?.entries.get(id);
    // A Gateway is all that its Envoys have.
    if (entry?.content === undefined || entry !== this.page.entries.get(id)) return false;
    return page!.carriers.get(id)?.has(gateway) === true;
  }
}
