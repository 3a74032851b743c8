// The language of our schemas: what a structural schema of a CustomResourceDefinition may say, as plain data.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * One validation rule: CEL for the API server, and the same predicate for validation without one. `holds` is only called
 * on a value whose structure the schema has accepted, with defaults applied, as the API server does. It is a function, so
 * printing a schema as JSON leaves exactly `rule` and `message`.
 */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly holds: (self: unknown) => boolean;
}

export interface Schema {
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly format?: "int32" | "int64" | "date-time";
  readonly nullable?: true;
  readonly properties?: { readonly [field: string]: Schema };
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly (string | number)[];
  readonly default?: Json;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly "x-kubernetes-validations"?: readonly Rule[];
  readonly "x-kubernetes-list-type"?: "atomic" | "map" | "set";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-int-or-string"?: true;
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
}

/** A rule on values of shape T; `cel` and `holds` must say the same. */
export function rule<T>(cel: string, message: string, holds: (self: T) => boolean): Rule {
  return { rule: cel, message, holds: holds as (self: unknown) => boolean };
}

function countSet(self: object, fields: readonly string[]): number {
  return fields.filter((field) => field in self).length;
}

function setFields(fields: readonly string[]): string {
  return `[${fields.map((field) => `has(self.${field})`).join(",")}].filter(x,x==true).size()`;
}

/** kubebuilder's ExactlyOneOf, with the message kgateway's CRDs have. */
export function exactlyOneOf(...fields: string[]): Rule {
  const message = `exactly one of the fields in [${fields.join(" ")}] must be set`;
  return rule<object>(`${setFields(fields)} == 1`, message, (self) => countSet(self, fields) === 1);
}

/** kubebuilder's AtMostOneOf. */
export function atMostOneOf(...fields: string[]): Rule {
  const message = `at most one of the fields in [${fields.join(" ")}] may be set`;
  return rule<object>(`${setFields(fields)} <= 1`, message, (self) => countSet(self, fields) <= 1);
}
