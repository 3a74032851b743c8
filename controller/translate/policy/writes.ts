// Names of headers a policy writes, or was meant to write. A policy that cannot be enforced writes nothing, but routes which have
// a policy of their own stay open beside it: what clients send under those names must not reach the backends because of a typo.
import { isObject } from "../../api/defaults.js";
import type { Validator } from "../validator.js";

/** By what it was asked of: objects are never changed in place. */
const known = new WeakMap<Validator, WeakMap<object, readonly string[]>>();

/** The lower-case names in all claimsToHeaders in a value of any shape, those that the filter would not take left out. */
export function writtenHeaders(value: unknown, validator: Validator): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  let ofValidator = known.get(validator);
  if (ofValidator === undefined) known.set(validator, (ofValidator = new WeakMap()));
  let names = ofValidator.get(value);
  if (names === undefined) ofValidator.set(value, (names = headersWrittenBy(value, validator)));
  return names;
}

function headersWrittenBy(value: object, validator: Validator): string[] {
  const names = new Set(headersIn(value).map((name) => name.toLowerCase()));
  return [...names].filter(
    (name) =>
      validator.configuration({
        version: 1,
        identityHeaders: [name],
        policies: { open: { checks: [] } },
        defaultPolicy: "open",
      }) === null,
  );
}

function headersIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(headersIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([field, member]) => {
    if (field !== "claimsToHeaders" || !Array.isArray(member)) return headersIn(member);
    return member.flatMap((mapping) =>
      isObject(mapping) && typeof mapping["header"] === "string" ? [mapping["header"]] : [],
    );
  });
}
