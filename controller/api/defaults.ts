import { kindOf } from "./kinds.js";
import type { Schema } from "./schema/schema.js";
import type { KubernetesObject } from "./types.js";

type Fields = { [field: string]: unknown };

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A schema's entry for a field, and nothing Object.prototype has. */
export function propertyOf(schema: Schema, field: string): Schema | undefined {
  const { properties } = schema;
  return properties !== undefined && Object.hasOwn(properties, field) ? properties[field] : undefined;
}

/**
 * A deep copy with the defaults of the object's kind, `metadata.namespace: default` where a namespace is missing, and
 * `metadata.generation: 1` where it is, as an API server fills them in. Fields of a wrong shape are copied as they are. An object of a kind we do not read is copied.
 */
export function withDefaults<T extends KubernetesObject>(object: T): T {
  const copy = structuredClone(object);
  const info = kindOf(copy);
  if (info === undefined) return copy;
  if (info.scope === "Namespaced" && isObject(copy.metadata) && !Object.hasOwn(copy.metadata, "namespace")) {
    copy.metadata.namespace = "default";
  }
  if (isObject(copy.metadata) && !Object.hasOwn(copy.metadata, "generation")) copy.metadata.generation = 1;
  fill(copy, info.schema);
  return copy;
}

function fill(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) fill(item, schema.items);
    return;
  }
  if (!isObject(value)) return;
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    if (property.default !== undefined && !Object.hasOwn(value, field))
      value[field] = structuredClone(property.default);
  }
  for (const [field, child] of Object.entries(value)) {
    const property = propertyOf(schema, field) ?? schema.additionalProperties;
    if (property !== undefined) fill(child, property);
  }
}
