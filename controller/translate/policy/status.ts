// What is said of policies and extensions: the truth about each target, in the shape of each API.
import type { PolicyTargetReference } from "../../api/types.js";
import type { Condition } from "../status.js";
import { condition, CONTROLLER_NAME } from "../status.js";
import type { EffectivePolicies } from "./effective.js";
import type { Extension } from "./kgateway.js";
import type { Field, Policy } from "./model.js";
import { FIELDS } from "./model.js";
import { namespaceOf } from "../resources.js";
import type { ResolvedTarget } from "./targets.js";

/** Gateway API allows no more entries in `status.ancestors` (apis/v1/policy_types.go). */
const MAX_ANCESTORS = 16;

const NOWHERE = "Not enforced: it names no target that exists, and no route names it";

interface AncestorStatus {
  ancestorRef: PolicyTargetReference;
  controllerName: string;
  conditions: Condition[];
}

/** By target, fields that something else supplies. */
export type Lost = readonly (readonly Field[])[];

/** What a policy says and other policies overrule. */
export function lostFields(policy: Policy, resolved: readonly ResolvedTarget[], effective: EffectivePolicies): Lost {
  return resolved.slice(0, MAX_ANCESTORS).map(({ target, filterOf }) => {
    if (target === null) return [];
    return filterOf === undefined
      ? effective.overridden(policy, target)
      : effective.overriddenInFilters(policy, filterOf);
  });
}

/** One entry for each target, in the order of `targetRefs`; `ancestorRef` is the targetRef itself. */
function ancestors(policy: Policy, resolved: readonly ResolvedTarget[], lost: Lost): AncestorStatus[] {
  const generation = policy.object.metadata.generation;
  return resolved.slice(0, MAX_ANCESTORS).map((target, index) => ({
    ancestorRef: { ...target.ref, namespace: target.ref.namespace ?? namespaceOf(policy.object) },
    controllerName: CONTROLLER_NAME,
    conditions: [accepted(policy, target, generation), attached(policy, target, lost[index]!, generation)],
  }));
}

function accepted(policy: Policy, { target, message }: ResolvedTarget, generation?: number): Condition {
  if (target === null) return condition("Accepted", false, "TargetNotFound", `Not enforced: ${message}`, generation);
  if (policy.problems.length === 0) {
    return condition("Accepted", true, "Valid", withNotes("Policy accepted", policy.notes), generation);
  }
  const problems = policy.problems.join("; ");
  const words = `${problems}${/[.?!]$/.test(problems) ? "" : "."} The routes it covers answer 500 until this is mended`;
  return condition("Accepted", false, "Invalid", words, generation);
}

function attached(
  policy: Policy,
  { target, filterOf }: ResolvedTarget,
  lost: readonly Field[],
  generation?: number,
): Condition {
  if (target === null)
    return condition("Attached", false, "TargetNotFound", "Not attached: no such target", generation);
  if (policy.problems.length > 0) {
    return condition("Attached", false, "Pending", "Not enforced as written; what it covers is closed", generation);
  }
  const set = FIELDS.filter((field) => policy.settings[field] !== undefined);
  if (lost.length === 0) return condition("Attached", true, "Attached", "Attached to the target", generation);
  const whom = filterOf === undefined ? "an older policy with the same target" : "an earlier filter of the same rule";
  if (lost.length === set.length) {
    return condition("Attached", false, "Overridden", `Overridden by ${whom}`, generation);
  }
  return condition("Attached", true, "Merged", `Merged: ${inWords(lost)} comes from ${whom}`, generation);
}

/** Of Gloo's stages, the earlier one needs a word only where the later one is not meant, too. */
function inWords(fields: readonly Field[]): string {
  const words = fields.filter((field) => field !== "precedingAuthentication" || !fields.includes("authentication"));
  return words.join(", ").replace("precedingAuthentication", "authentication before external authorization");
}

function withNotes(words: string, notes: readonly string[] = []): string {
  return [words, ...notes].join("; ");
}

/** Status of a TrafficPolicy (Gateway API PolicyStatus). */
export function trafficPolicyStatus(
  policy: Policy,
  resolved: readonly ResolvedTarget[],
  lost: Lost,
): Record<string, unknown> {
  return { ancestors: ancestors(policy, resolved, lost) };
}

/** Status of a VirtualHostOption or RouteOption: Gloo's `statuses` by namespace, and ancestors beside it. */
export function glooStatus(
  policy: Policy,
  resolved: readonly ResolvedTarget[],
  lost: Lost,
  namespace: string,
): Record<string, unknown> {
  const entries = ancestors(policy, resolved, lost);
  const doubts = entries.flatMap(({ conditions }) => conditions.filter(({ status }) => status === "False"));
  const doubt = entries.length === 0 ? NOWHERE : doubts[0]?.message;
  const words = [...(doubt === undefined ? [] : [doubt]), ...(policy.notes ?? [])];
  const state = policy.problems.length > 0 ? "Rejected" : words.length > 0 ? "Warning" : "Accepted";
  const reason = policy.problems.length > 0 ? policy.problems.join("; ") : words.join("; ");
  const generation = policy.object.metadata.generation;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    statuses: { [namespace]: { reportedBy: CONTROLLER_NAME, state, ...(reason === "" ? {} : { reason }) } },
    ancestors: entries,
  };
}

/** Status of a GatewayExtension. */
export function extensionStatus(extension: Extension): Record<string, unknown> {
  const generation = extension.object.metadata.generation;
  const verdict =
    extension.problems.length === 0
      ? condition("Accepted", true, "Accepted", withNotes("Extension accepted", extension.notes), generation)
      : condition("Accepted", false, "Invalid", extension.problems.join("; "), generation);
  return { conditions: [verdict] };
}

/** What is wrong with a policy that its ancestors do not say, because there are none for it. */
export function unsaid(policy: Policy, resolved: readonly ResolvedTarget[]): string[] {
  // With targets it says so there; if none of its targets is ours to judge, nothing is said.
  if (resolved.some(({ target }) => target !== null)) return [];
  return resolved.length === 0 ? [...policy.problems, NOWHERE] : [...policy.problems];
}
