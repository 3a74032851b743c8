// The rules of a schema: x-kubernetes-validations, and the keys of lists that are maps or sets.
import { isObject, propertyOf } from "./defaults.js";
import { fieldPath, itemPath } from "./finding.js";
import type { Finding } from "./finding.js";
import type { Schema } from "./schema/schema.js";

/**
 * The rules a value breaks. A rule is not asked about a value that has structural findings at or below its path: it relies
 * on the structure (as an API server, which evaluates CEL on well-formed values only).
 */
export function brokenRules(value: unknown, schema: Schema, structural: readonly Finding[], path = ""): Finding[] {
  const found: Finding[] = [];
  visit(value, schema, path);
  return found;

  function visit(self: unknown, of: Schema, at: string): void {
    if (!structural.some((finding) => isAtOrBelow(finding.path, at))) {
      for (const rule of of["x-kubernetes-validations"] ?? []) {
        if (!rule.holds(self)) found.push({ path: at, message: rule.message });
      }
      if (Array.isArray(self)) found.push(...duplicates(self, of, at));
    }
    if (Array.isArray(self)) {
      if (of.items !== undefined)
        for (const [index, item] of self.entries()) visit(item, of.items, itemPath(at, index));
    } else if (isObject(self)) {
      for (const [field, child] of Object.entries(self)) {
        const property = propertyOf(of, field) ?? of.additionalProperties;
        if (property !== undefined) visit(child, property, fieldPath(at, field));
      }
    }
  }
}

function isAtOrBelow(path: string, ancestor: string): boolean {
  if (ancestor === "" || path === ancestor) return true;
  return path.startsWith(ancestor) && (path[ancestor.length] === "." || path[ancestor.length] === "[");
}

function duplicates(items: readonly unknown[], schema: Schema, path: string): Finding[] {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "map" && type !== "set") return [];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const seen = new Map<string, number>();
  return items.flatMap((item, index) => {
    const key = JSON.stringify(
      type === "set" ? item : keys.map((name) => (item as { [field: string]: unknown })[name]),
    );
    const first = seen.get(key);
    seen.set(key, first ?? index);
    if (first === undefined) return [];
    const same = type === "set" ? "is the same" : `has the same ${keys.join(" and ")}`;
    return [{ path: itemPath(path, index), message: `${same} as ${itemPath(path, first)}` }];
  });
}
