// An API server takes JSON of 10,000 levels, and stores it where a CRD preserves unknown fields. Whoever walks such an object
// recursively, as JSON.stringify and structuredClone do, overflows the stack: it is cut before anybody does.
import type { StoredObject } from "./objects.js";

/** Levels of an object that are read; no resource of a known kind has half as many. */
export const MAX_DEPTH = 100;

const cut = new WeakSet<object>();

/** Whether something of the object was deeper than what is read. */
export function isCut(object: StoredObject): boolean {
  return cut.has(object);
}

/**
 * The object itself, with null in place of what is nested deeper than MAX_DEPTH. Statuses are everybody's: what others write there
 * is no reason to close anything.
 */
export function levelled(object: StoredObject): StoredObject {
  const { status, ...rest } = object;
  cutBelow({ status });
  if (cutBelow(rest)) cut.add(object);
  return object;
}

/** Cuts in place, level by level; whether there was anything to cut. */
function cutBelow(root: object): boolean {
  let found = false;
  let level = [root];
  for (let depth = 1; level.length > 0; depth++) {
    const next: object[] = [];
    for (const parent of level) {
      for (const [key, child] of Object.entries(parent)) {
        if (typeof child !== "object" || child === null) continue;
        if (depth < MAX_DEPTH) next.push(child as object);
        else {
          (parent as Record<string, unknown>)[key] = null;
          found = true;
        }
      }
    }
    level = next;
  }
  return found;
}
