// One mistake must not freeze everybody's updates: when an Envoy refuses what the checks before it let through, whatever changed
// since it last agreed is closed and named, and the rest goes on. A resource leaves quarantine when it changes.
import { createHash } from "node:crypto";
import type { LoadedResource } from "./source/source.js";
import { canonicalJson } from "./translate/canonical.js";
import { keyOf } from "./translate/resources.js";

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
    const hash = createHash("sha256").update(canonicalJson({ ...object, status: undefined })).digest("base64");
    contents.set(`${object.kind} ${keyOf(object)}`, hash);
  }
  return contents;
}

/** Resources in quarantine. */
export class Quarantine {
  private readonly entries = new Map<string, { content: string; message: string }>();

  /** "Kind NS/NAME" to what is to be said of it. */
  list(): ReadonlyMap<string, string> {
    return new Map([...this.entries].map(([id, { message }]) => [id, message]));
  }

  /** Forgets those that changed or are gone. */
  release(contents: Contents): void {
    for (const [id, { content }] of this.entries) if (contents.get(id) !== content) this.entries.delete(id);
  }

  /**
   * Takes in what changed between the contents an Envoy agreed to (none: everything) and those it refused: routes if it refused
   * a route table, policies if it refused a plugin configuration, and both if that leaves nobody. Returns the newcomers.
   */
  add(agreed: Contents | undefined, refused: Contents, kind: "routes" | "policies", message: string): string[] {
    const changed = [...refused].filter(([id, content]) => agreed?.get(id) !== content && !this.entries.has(id));
    const suspects = kind === "routes" ? ROUTES : POLICIES;
    const likely = changed.filter(([id]) => suspects.has(id.split(" ")[0]!));
    const taken = likely.length > 0 ? likely : changed;
    for (const [id, content] of taken) this.entries.set(id, { content, message });
    return taken.map(([id]) => id);
  }
}
