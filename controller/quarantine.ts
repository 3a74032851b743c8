// One mistake must not freeze everybody's updates: when an Envoy refuses what the checks before it let through, whatever changed
// since it last agreed is closed and named, and the rest goes on. Which of several changes was at fault is not known, so they
// leave quarantine together, when one of them changes: if that did not mend it, Envoy says so again.
import { contentOf } from "./contents.js";
import type { LoadedResource } from "./source/source.js";
import { objectId } from "./translate/resources.js";

/** Content hashes of resources, by "Kind NS/NAME". */
export type Contents = ReadonlyMap<string, string>;

const ROUTES: ReadonlySet<string> = new Set(["HTTPRoute"]);
const POLICIES: ReadonlySet<string> = new Set([
  "GatewayExtension",
  "TrafficPolicy",
  "VirtualHostOption",
  "RouteOption",
]);

/** The contents that can be at fault, of one view of all resources. */
export function contentsOf(resources: readonly LoadedResource[]): Contents {
  const contents = new Map<string, string>();
  for (const { object } of resources) {
    if (!ROUTES.has(object.kind) && !POLICIES.has(object.kind)) continue;
    contents.set(objectId(object), contentOf(object));
  }
  return contents;
}

interface Entry {
  content: string;
  message: string;
  /** Everything that was taken in for the same refusal. */
  batch: readonly string[];
}

/** Resources in quarantine. */
export class Quarantine {
  private readonly entries = new Map<string, Entry>();

  /** "Kind NS/NAME" to what is to be said of it. */
  list(): ReadonlyMap<string, string> {
    return new Map([...this.entries].map(([id, { message }]) => [id, message]));
  }

  /** Forgets those that changed or are gone, and what was taken in with them. */
  release(contents: Contents): void {
    const changed = [...this.entries].filter(([id, { content }]) => contents.get(id) !== content);
    for (const [, { batch }] of changed) for (const id of batch) this.entries.delete(id);
  }

  /**
   * Takes in what changed between the contents an Envoy agreed to (none: everything) and those it refused, as far as it is
   * still the same now: routes if it refused a route table, policies if it refused a plugin configuration, and both if that
   * leaves nobody. Returns the newcomers; none if what is at fault was taken in since, because of another refusal.
   * @param known what was in quarantine already when the refused configuration was made
   */
  add(
    agreed: Contents | undefined,
    refused: { contents: Contents; known: ReadonlySet<string> },
    current: Contents,
    kind: "routes" | "policies",
    message: string,
  ): string[] {
    const changed = [...refused.contents].filter(
      ([id, content]) => agreed?.get(id) !== content && current.get(id) === content && !refused.known.has(id),
    );
    const suspects = kind === "routes" ? ROUTES : POLICIES;
    const likely = changed.filter(([id]) => suspects.has(id.split(" ")[0]!));
    const taken = likely.length > 0 ? likely : changed;
    if (taken.some(([id]) => this.entries.has(id))) return [];
    const batch = taken.map(([id]) => id);
    for (const [id, content] of taken) this.entries.set(id, { content, message, batch });
    return batch;
  }
}
