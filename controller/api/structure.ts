// Types, limits and required fields: what ajv knows of a schema.
import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import { RE2JS } from "re2js";
import { isObject } from "./defaults.js";
import { fieldPath, itemPath } from "./finding.js";
import type { Finding } from "./finding.js";
import { PATTERN_WORDS } from "./schema/common.js";
import type { Schema } from "./schema/schema.js";

const INT32_LIMIT = 2 ** 31;

/** Patterns are RE2, as in an API server: linear in the length of the text, whatever somebody wrote there. */
function re2(pattern: string): { test: (text: string) => boolean } {
  const compiled = RE2JS.compile(pattern);
  // ajv keeps compiled expressions by their text.
  const expression = { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  return expression;
}
re2.code = "re2";

const ajv = new Ajv({
  allErrors: true,
  strict: true,
  verbose: true,
  code: { regExp: re2 },
  formats: {
    int32: { type: "number", validate: (value: number) => value >= -INT32_LIMIT && value < INT32_LIMIT },
    int64: { type: "number", validate: Number.isSafeInteger },
  },
});
ajv.addVocabulary([
  "x-kubernetes-validations",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-preserve-unknown-fields",
]);
ajv.addKeyword({
  keyword: "x-kubernetes-int-or-string",
  validate: (_: true, data: unknown) => typeof data === "string" || Number.isInteger(data),
});

const compiled = new WeakMap<Schema, ValidateFunction>();

/** Where a value departs from its schema, unknown fields and rules aside. */
export function structuralFindings(value: unknown, schema: Schema): Finding[] {
  let validator = compiled.get(schema);
  if (validator === undefined) {
    validator = ajv.compile(schema);
    compiled.set(schema, validator);
  }
  if (validator(value)) return [];
  return (validator.errors ?? []).map((error) => findingOf(error, value));
}

function findingOf(error: ErrorObject, root: unknown): Finding {
  const path = pathOf(error.instancePath, root);
  const { keyword, params, data } = error as ErrorObject<string, Record<string, unknown>>;
  if (keyword === "required") {
    return { path: fieldPath(path, String(params["missingProperty"])), message: "is required", incomplete: true };
  }
  if (data === null) return { path, message: `${expectation(error)}, but nothing is given`, incomplete: true };
  return { path, message: expectation(error) };
}

const ARTICLES: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function expectation(error: ErrorObject): string {
  const { keyword, params, data } = error as ErrorObject<string, Record<string, unknown>>;
  const limit = Number(params["limit"]);
  switch (keyword) {
    case "type": {
      const wanted = ARTICLES[String(params["type"]).split(",")[0]!] ?? String(params["type"]);
      return data === null ? `must be ${wanted}` : `must be ${wanted}, not ${nameOfType(data)}`;
    }
    case "x-kubernetes-int-or-string":
      return "must be a whole number or a string";
    case "enum":
      return `must be one of ${(params["allowedValues"] as unknown[]).join(", ")}`;
    case "minLength":
      return limit === 1 ? "must not be empty" : `must have at least ${plural(limit, "character")}`;
    case "maxLength":
      return `must have at most ${plural(limit, "character")}`;
    case "minItems":
      return limit === 1 ? "must not be empty" : `must have at least ${plural(limit, "item")}`;
    case "maxItems":
      return `must have at most ${plural(limit, "item")}`;
    case "maxProperties":
      return `must have at most ${limit} entries`;
    case "minimum":
      return `must be at least ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "pattern": {
      const pattern = String(params["pattern"]);
      return PATTERN_WORDS.has(pattern) ? `must be ${PATTERN_WORDS.get(pattern)}` : `must match ${pattern}`;
    }
    case "format":
      return `must be an ${String(params["format"])} number`;
    default:
      return error.message ?? `fails ${keyword}`;
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function nameOfType(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "boolean" ? "true or false" : (ARTICLES[typeof value] ?? typeof value);
}

/** Kubernetes notation of a JSON pointer (RFC 6901) into `root`. */
function pathOf(pointer: string, root: unknown): string {
  let path = "";
  let value = root;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) {
      path = itemPath(path, Number(name));
      value = value[Number(name)];
    } else {
      path = fieldPath(path, name);
      value = isObject(value) ? value[name] : undefined;
    }
  }
  return path;
}
