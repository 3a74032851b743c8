// Whether the new content of a file may take the place of its last good one.
//
// A file may be looked at while somebody writes it, and a copy may break off: taken at its word, a manifest cut in the middle
// is one that protects less. So content that cannot be understood, or is what a broken copy would be, is not taken.
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../api/defaults.js";
import { kindOf } from "../api/kinds.js";
import type { KubernetesObject } from "../api/types.js";
import { ManifestError, parseManifests } from "./parse.js";
import type { Manifests } from "./parse.js";
import type { LoadedResource } from "./source.js";

export interface GoodContent {
  text: string;
  manifests: Manifests;
}

export type Judgement = { good: GoodContent } | { refused: string; line?: number };

/**
 * Judges the content of a file.
 * @param last the content in force, if there is one
 * @param starting nothing is in force yet anywhere: what may be missing behind the end of a file would be open
 */
export function judge(name: string, text: string, last?: GoodContent, starting = false): Judgement {
  if (text === last?.text) return { good: last };
  if (text.trim() === "") return { refused: "is empty" };
  let manifests: Manifests;
  try {
    manifests = parseManifests(name, text);
  } catch (error) {
    if (error instanceof ManifestError) return { refused: error.message, line: error.line };
    // Nesting beyond the stack.
    return { refused: "does not parse: it is nested too deeply" };
  }
  const refused =
    unreadableTargets(manifests) ?? brokenOff(name, text, manifests, starting) ?? truncated(text, manifests, last);
  return refused === undefined ? { good: { text, manifests } } : { refused };
}

function describe(resource: LoadedResource): string {
  const { kind, metadata } = resource.object;
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** A policy nobody can tell the targets of could only be enforced everywhere or nowhere. */
function unreadableTargets(manifests: Manifests): string | undefined {
  const unreadable = manifests.resources.find(
    ({ object }) => kindOf(object)?.policy && targetsOf(object) === undefined,
  );
  if (unreadable === undefined) return undefined;
  return `does not say what ${describe(unreadable)} protects: spec or spec.targetRefs is incomplete`;
}

/** How many targets a policy has; undefined if that cannot be told. */
function targetsOf(object: KubernetesObject): number | undefined {
  const { spec } = object as KubernetesObject & { spec?: unknown };
  if (!isObject(spec)) return undefined;
  const references = Object.hasOwn(spec, "targetRefs") ? spec["targetRefs"] : [];
  const selectors = Object.hasOwn(spec, "targetSelectors") ? spec["targetSelectors"] : [];
  if (!Array.isArray(references) || !Array.isArray(selectors)) return undefined;
  const named = (field: string) => (value: unknown) =>
    isObject(value) && typeof value[field] === "string" && value[field] !== "";
  if (!references.every(named("kind")) || !references.every(named("name")) || !selectors.every(named("kind")))
    return undefined;
  return references.length + selectors.length;
}

/**
 * Without a newline at its end, a file whose last resource lacks something was most likely not written to its end. At a start
 * that counts with a newline too: a policy may have stood behind the cut, and nobody would know.
 */
function brokenOff(name: string, text: string, manifests: Manifests, starting: boolean): string | undefined {
  const last = manifests.resources.at(-1);
  const whole = text.endsWith("\n");
  if (name.endsWith(".json") || (whole && !starting) || last === undefined) return undefined;
  const lacking = last.findings.find((finding) => finding.incomplete);
  if (lacking === undefined) return undefined;
  const where = whole
    ? `ends inside ${describe(last)} (${lacking.path})`
    : `ends without a newline inside ${describe(last)}`;
  return `${where}: it looks like a truncated copy`;
}

/**
 * A strict prefix of the last good content is a truncated copy, unless what is left are whole leading documents, or whole
 * lines that make resources without findings and no policy lost its targets: then somebody deleted the rest.
 */
function truncated(text: string, manifests: Manifests, last: GoodContent | undefined): string | undefined {
  if (last === undefined || !last.text.startsWith(text)) return undefined;
  const { documents, resources } = manifests;
  if (documents.length > 0 && isDeepStrictEqual(documents, last.manifests.documents.slice(0, documents.length))) {
    return undefined;
  }
  const isEdit =
    text.endsWith("\n") && documents.length > 0 && resources.every(({ findings }) => findings.length === 0);
  if (isEdit && !lostTargets(resources, last.manifests.resources)) return undefined;
  return "is the beginning of its last good content: it looks like a truncated copy";
}

function lostTargets(now: readonly LoadedResource[], before: readonly LoadedResource[]): boolean {
  return now.some(({ object }, index) => {
    const former = before[index]?.object;
    return kindOf(object)?.policy && former !== undefined && targetsOf(object) === 0 && targetsOf(former) !== 0;
  });
}
