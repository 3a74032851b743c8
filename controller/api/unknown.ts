import { closest } from "./closest.js";
import { isObject, propertyOf } from "./defaults.js";
import { fieldPath, itemPath } from "./finding.js";
import type { Finding } from "./finding.js";
import type { Schema } from "./schema/schema.js";

/** The fields a schema does not have, one finding each, with the field that was probably meant. */
export function unknownFields(value: unknown, schema: Schema, path = ""): Finding[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item, index) => unknownFields(item, items, itemPath(path, index)));
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([field, child]) => {
    const at = fieldPath(path, field);
    const property = propertyOf(schema, field) ?? schema.additionalProperties;
    if (property !== undefined) return unknownFields(child, property, at);
    if (schema["x-kubernetes-preserve-unknown-fields"] || schema.type !== "object") return [];
    const known = Object.keys(schema.properties ?? {}).filter((name) => !Object.hasOwn(value, name));
    const meant = closest(field, known);
    return [{ path: at, message: meant === undefined ? "unknown field" : `unknown field, did you mean ${meant}?` }];
  });
}
