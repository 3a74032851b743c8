// The text of one manifest file to resources. Strict: what is not understood whole is refused whole.
import { isAlias, isMap, isSeq, LineCounter, parseAllDocuments, Scalar } from "yaml";
import type { Document, Node, ScalarTag } from "yaml";
import { isObject, withDefaults } from "../api/defaults.js";
import { dispositionOf } from "../api/kinds.js";
import type { KubernetesObject } from "../api/types.js";
import { validate } from "../api/validate.js";
import type { LoadedResource } from "./source.js";

/** A file that was understood whole. */
export interface Manifests {
  resources: readonly LoadedResource[];
  /** The value of every document that is not empty, in order. */
  documents: readonly unknown[];
}

/** Why a file could not be understood; `line` counts from 1. */
export class ManifestError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/** Aliases may not multiply a document beyond this: 100 aliases of ever larger nodes are a "billion laughs". */
const MAX_ALIASES = 100;

/** kubectl reads YAML 1.1 booleans; the same file must not mean something else here. */
function oldBoolean(value: boolean, test: RegExp): ScalarTag {
  return { default: true, tag: "tag:yaml.org,2002:bool", test, resolve: () => new Scalar(value) };
}
const OLD_BOOLEANS = [
  oldBoolean(true, /^(?:[Yy]|[Yy]es|YES|[Oo]n|ON)$/),
  oldBoolean(false, /^(?:[Nn]|[Nn]o|NO|[Oo]ff|OFF)$/),
];

/**
 * The resources in a file of YAML documents or JSON. Kinds that are not ours are left out, a List is replaced by its items.
 * @param name the file's name as shown to people; one that ends in ".json" must hold JSON
 * @throws ManifestError if any document does not parse or is not a resource
 */
export function parseManifests(name: string, text: string): Manifests {
  if (name.endsWith(".json")) requireJson(text);
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    merge: true,
    prettyErrors: false,
    customTags: (tags) => [...OLD_BOOLEANS, ...tags],
  });
  const documents: unknown[] = [];
  const resources: LoadedResource[] = [];
  // An empty stream is not a list of documents.
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const value = valueOf(document, lines);
    if (value === null || value === undefined) continue;
    documents.push(value);
    collect(value, document.contents, resources, name, lines);
  }
  return { resources, documents };
}

function requireJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new ManifestError(1, "is not JSON");
  }
}

function lineOf(node: Node | null | undefined, lines: LineCounter): number {
  return Math.max(1, lines.linePos(node?.range?.[0] ?? 0).line);
}

function valueOf(document: Document, lines: LineCounter): unknown {
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    throw new ManifestError(
      Math.max(1, lines.linePos(error.pos[0]).line),
      `does not parse: ${firstLine(error.message)}`,
    );
  }
  try {
    // Through JSON: no shared or circular nodes are left, and nothing JSON does not have.
    const json = JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }));
    return json === undefined ? undefined : (JSON.parse(json) as unknown);
  } catch {
    throw new ManifestError(
      lineOf(document.contents as Node | null, lines),
      "does not parse: an alias that has no anchor, is circular, or one of too many",
    );
  }
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]!;
}

function collect(value: unknown, node: Node | null, into: LoadedResource[], name: string, lines: LineCounter): void {
  const line = lineOf(node, lines);
  const apiVersion = isObject(value) ? value["apiVersion"] : undefined;
  const kind = isObject(value) ? value["kind"] : undefined;
  if (!isObject(value) || !isName(apiVersion) || !isName(kind)) {
    throw new ManifestError(line, "is not a resource: it needs apiVersion, kind and metadata.name");
  }
  if (apiVersion === "v1" && kind === "List") return collectItems(value, node, into, name, lines);
  const disposition = dispositionOf({ apiVersion, kind });
  if ("ignored" in disposition) return;
  const { metadata } = value;
  if (!isObject(metadata) || !isName(metadata["name"])) {
    throw new ManifestError(line, `is not a resource: the ${kind} has no metadata.name that is a string`);
  }
  if (typeof (metadata["namespace"] ?? "") !== "string")
    throw new ManifestError(line, `is not a resource: the ${kind}'s metadata.namespace is not a string`);
  const object = value as unknown as KubernetesObject;
  into.push({ object: withDefaults(object), origin: `${name}:${line}`, findings: validate(object) });
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

type ListValue = { [field: string]: unknown };

function collectItems(
  list: ListValue,
  node: Node | null,
  into: LoadedResource[],
  name: string,
  lines: LineCounter,
): void {
  const { items } = list;
  if (!Array.isArray(items)) throw new ManifestError(lineOf(node, lines), "is not a List: it has no items");
  const itemNodes = isMap(node) ? node.get("items", true) : undefined;
  for (const [index, item] of items.entries()) {
    const itemNode = isSeq(itemNodes) ? (itemNodes.items[index] as Node | undefined) : undefined;
    collect(item, itemNode === undefined || isAlias(itemNode) ? node : itemNode, into, name, lines);
  }
}
