// Which limits and rules a schema has, and which of them a refusal was about.
import type { Schema } from "../../../controller/api/schema/schema.js";
import { wordsOf } from "./causes.js";

/** The words for a limit that is exceeded, as the API server has them. */
const WORDS: readonly (readonly [keyof Schema, RegExp])[] = [
  ["required", /^Required value$/],
  ["maxLength", /^Too long: /],
  ["maxItems", /^Too many: /],
  ["minLength", / in body should be at least 1 chars long$/],
  ["minItems", / in body should have at least 1 items$/],
  ["minimum", / in body should be greater than or equal to /],
  ["maximum", / in body should be less than or equal to /],
  ["pattern", / in body should match /],
  ["enum", /^Unsupported value: /],
  ["x-kubernetes-list-map-keys", /^Duplicate value: /],
];

/** Every limit and rule at or below a schema: "spec.jwt.providers[].name: maxLength", "spec: <message of a rule>". */
export function limitsOf(schema: Schema, path: string): string[] {
  const own = WORDS.flatMap(([keyword]) => {
    if (schema[keyword] === undefined) return [];
    if (keyword === "required") return schema.required!.map((field) => `${path}.${field}: required`);
    // Said of the second item.
    if (keyword === "x-kubernetes-list-map-keys") return [`${path}[]: ${keyword}`];
    return [`${path}: ${keyword}`];
  });
  const rules = (schema["x-kubernetes-validations"] ?? []).map(({ message }) => `${path}: ${message}`);
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => limitsOf(child, `${path}.${name}`));
  const items = schema.items === undefined ? [] : limitsOf(schema.items, `${path}[]`);
  const entries = schema.additionalProperties === undefined ? [] : limitsOf(schema.additionalProperties, `${path}.*`);
  return [...own, ...rules, ...fields, ...items, ...entries];
}

/** The limit or rule a cause is about, in the same notation. */
export function limitOf(cause: string): string {
  const colon = cause.indexOf(": ");
  const path = cause
    .slice(0, colon)
    .replaceAll(/\[[0-9]+\]/g, "[]")
    .replaceAll(/\[[a-z]+\]/g, ".*");
  const keyword = WORDS.find(([, pattern]) => pattern.test(cause.slice(colon + 2)))?.[0];
  return `${path}: ${keyword ?? wordsOf(cause)}`;
}

/** The messages of all rules at or below a schema. */
export function rulesOf(schema: Schema): Set<string> {
  const own = (schema["x-kubernetes-validations"] ?? []).map(({ message }) => message);
  const { properties = {}, items, additionalProperties } = schema;
  const below = [...Object.values(properties), items, additionalProperties].filter((child) => child !== undefined);
  return new Set([...own, ...below.flatMap((child) => [...rulesOf(child)])]);
}
