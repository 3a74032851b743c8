import { withDefaults } from "./defaults.js";
import { withoutEffect } from "./effect.js";
import type { Finding } from "./finding.js";
import { dispositionOf } from "./kinds.js";
import { brokenRules } from "./rules.js";
import { structuralFindings } from "./structure.js";
import type { KubernetesObject } from "./types.js";
import { unknownFields } from "./unknown.js";

/**
 * All that is wrong with a resource: fields its schema does not have, missing and ill-typed ones, broken rules, and policies
 * that would enforce nothing. Never throws and never changes the object. A kind claimgate refuses has the one finding that
 * says so, at "kind"; a kind it ignores has none.
 */
export function validate(object: KubernetesObject): Finding[] {
  const disposition = dispositionOf(object);
  if ("ignored" in disposition) return [];
  if ("refused" in disposition) return [{ path: "kind", message: disposition.refused }];
  const { schema } = disposition.read;
  const complete = withDefaults(object);
  const structural = structuralFindings(complete, schema);
  return [
    ...unknownFields(complete, schema),
    ...structural,
    ...brokenRules(complete, schema, structural),
    ...withoutEffect(complete),
  ];
}

export type { Finding };
export { withDefaults };
