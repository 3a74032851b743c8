// Programmed: whether the Envoys really have what a status speaks of.
import type { Condition, ResourceStatus } from "../translate/status.js";
import { condition } from "../translate/status.js";

/** How far the Envoys of a Gateway are with its newest snapshot. */
export type Progress = { programmed: true } | { programmed: false; reason: "Pending" | "NoEnvoy"; message: string };

/**
 * Adds the condition Programmed wherever a status has an Accepted that is true: such content is meant to be in force.
 * `gateways` are those whose Envoys carry it, `progress` what is known of each.
 */
export function withProgrammed(
  status: ResourceStatus,
  gateways: Iterable<string>,
  progress: (gateway: string) => Progress,
): ResourceStatus {
  const laggard = [...gateways].map(progress).find(({ programmed }) => !programmed);
  return { ...status, status: visit(status.status, laggard) as ResourceStatus["status"] };
}

function visit(value: unknown, laggard: Progress | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => visit(item, laggard));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name !== "conditions" || !Array.isArray(member)) return [name, visit(member, laggard)];
      return [name, conditionsWith(member as Condition[], laggard)];
    }),
  );
}

function conditionsWith(conditions: Condition[], laggard: Progress | undefined): Condition[] {
  const accepted = conditions.find(({ type }) => type === "Accepted");
  if (accepted?.status !== "True") return conditions;
  const generation = accepted.observedGeneration;
  const programmed =
    laggard === undefined || laggard.programmed
      ? condition("Programmed", true, "Programmed", "Every connected Envoy has acknowledged it", generation)
      : condition("Programmed", false, laggard.reason, laggard.message, generation);
  return [...conditions, programmed];
}
