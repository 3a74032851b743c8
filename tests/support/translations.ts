// Translations as they are compared: all that comes of them, and nothing that changes in somebody's hands.
import type { KubernetesObject } from "../../controller/api/types.js";
import { validate, withDefaults } from "../../controller/api/validate.js";
import type { LoadedResource } from "../../controller/source/source.js";
import { objectId } from "../../controller/translate/resources.js";
import type { Translation } from "../../controller/translate/translate.js";
import { encodeSnapshot } from "../../controller/xds/resources.js";

/** As a source hands it on. */
export function load(object: KubernetesObject): LoadedResource {
  return frozen({ object: withDefaults(object), origin: objectId(object), findings: validate(object) });
}

const done = new WeakSet<object>();

/** Whoever changes it, or something in it, from now on throws. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || done.has(value)) return value;
  done.add(value);
  if (value instanceof Map || value instanceof Set) {
    const refuse = (): never => {
      throw new TypeError("a collection that was handed out is changed");
    };
    for (const method of ["set", "add", "delete", "clear"]) Object.defineProperty(value, method, { value: refuse });
    for (const item of value as Iterable<unknown>) frozen(item);
  } else for (const item of Object.values(Object.freeze(value))) frozen(item);
  return value;
}

/** All of it as text, the bytes that Envoys get included. */
export function textOf(translation: Translation): string {
  const versions = [...translation.snapshots.values()].map((snapshot) => encodeSnapshot(snapshot).version);
  const plain = (_: string, value: unknown) =>
    value instanceof Map ? { map: [...value] } : value instanceof Set ? { set: [...value] } : value;
  return JSON.stringify({ ...translation, versions }, plain, 1);
}
