// One object that nobody thought of must not freeze everybody's updates: when nothing can be made of a view because translation
// itself fails, the object it fails on is found and treated as one with a finding, which closes what it covers, and the rest goes on.
import type { LoadedResource } from "./source/source.js";
import { contentOf } from "./contents.js";
import { objectId } from "./translate/resources.js";

/** Attempts at one view, each as expensive as a translation; what is not cleared by then is closed together. */
const MAX_ATTEMPTS = 200;

/**
 * Kinds that are suspected last, and last but one: closing a Gateway, or a Service that many share, would do away with the
 * failure as well, and with everything that is sound beside it.
 */
const PLACES: readonly string[] = ["Gateway", "GatewayClass", "Namespace"];
const SHARED: readonly string[] = [
  "GatewayExtension",
  "Service",
  "EndpointSlice",
  "ConfigMap",
  "Secret",
  "ReferenceGrant",
];

export class Isolation {
  /** With which it last went well. */
  private sound: readonly LoadedResource[] = [];
  private closed: readonly LoadedResource[] = [];

  /**
   * What `attempt` makes of the resources or, where it throws, of the resources with those closed that it throws on: of what
   * changed since it last went well if that is enough, else of all, and as few of them as will do. They are tried again every
   * time. Throws what `attempt` threw if closing does not help.
   */
  run<T>(resources: readonly LoadedResource[], attempt: (resources: readonly LoadedResource[]) => T): T {
    try {
      const result = attempt(resources);
      [this.sound, this.closed] = [resources, []];
      return result;
    } catch (error) {
      const search = new Search(resources, attempt, placeOf(error));
      const closed = this.culprits(resources, search);
      const found = search.result(closed);
      if (found === undefined) throw error;
      this.sound = resources.filter((resource) => !closed.has(resource));
      this.closed = [...closed];
      return found.value;
    }
  }

  private culprits<T>(resources: readonly LoadedResource[], search: Search<T>): ReadonlySet<LoadedResource> {
    const [sound, closed] = [contents(this.sound), contents(this.closed)];
    const changed = resources.filter((resource) => !sound.has(contentId(resource)));
    const before = resources.filter((resource) => closed.has(contentId(resource)));
    for (const suspects of [before, ...tiers(changed), ...tiers(resources)]) {
      if (suspects.length > 0 && search.result(new Set(suspects)) !== undefined) return search.fewest(suspects);
    }
    return new Set();
  }
}

/** Ever more of them. */
function tiers(resources: readonly LoadedResource[]): (readonly LoadedResource[])[] {
  const shared = resources.filter(({ object }) => !PLACES.includes(object.kind));
  return [shared.filter(({ object }) => !SHARED.includes(object.kind)), shared, resources];
}

function contents(resources: readonly LoadedResource[]): ReadonlySet<string> {
  return new Set(resources.map(contentId));
}

function contentId({ object }: LoadedResource): string {
  return `${objectId(object)} ${contentOf(object)}`;
}

/** Attempts at one view with some of its resources closed. */
class Search<T> {
  private attempts = 0;

  constructor(
    private readonly resources: readonly LoadedResource[],
    private readonly attempt: (resources: readonly LoadedResource[]) => T,
    private readonly place: string,
  ) {}

  result(closed: ReadonlySet<LoadedResource>): { value: T } | undefined {
    this.attempts++;
    try {
      return { value: this.attempt(this.resources.map((one) => (closed.has(one) ? this.close(one) : one))) };
    } catch {
      return undefined;
    }
  }

  /**
   * Suspects none of which can be left out, given that all of them are enough and none is not: QuickXplain (Junker, AAAI 2004),
   * some k·log(n/k) attempts for k of n.
   */
  fewest(suspects: readonly LoadedResource[], closed: readonly LoadedResource[] = []): ReadonlySet<LoadedResource> {
    if (suspects.length === 1 || this.attempts >= MAX_ATTEMPTS) return new Set(suspects);
    const middle = suspects.length >> 1;
    const [first, second] = [suspects.slice(0, middle), suspects.slice(middle)];
    for (const half of [first, second]) {
      if (this.result(new Set([...closed, ...half])) !== undefined) return this.fewest(half, closed);
    }
    const ofFirst = this.fewest(first, [...closed, ...second]);
    const ofSecond = this.fewest(second, [...closed, ...ofFirst]);
    return new Set([...ofFirst, ...ofSecond]);
  }

  private close(resource: LoadedResource): LoadedResource {
    const message = `claimgate cannot handle it (internal error, ${this.place}); it is closed until it changes, please report it`;
    return { ...resource, findings: [...resource.findings, { path: "", message }] };
  }
}

/** Kind and place of an error. Not its message, which may quote a value: "TypeError in parseRules (translate/routing/rules.js:12)". */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const [, name, file] = /^\s+at (?:(.+?) \()?.*?\/controller\/(\S+:\d+):\d+\)?$/m.exec(error.stack ?? "") ?? [];
  return [error.name, name && `in ${name}`, file && `(${file})`].filter(Boolean).join(" ");
}
