// Programmed: whether the Envoys really have what a status speaks of.
import type { Condition, ResourceStatus } from "../translate/status.js";
import { condition } from "../translate/status.js";

/** How far the Envoys of a Gateway are with its newest snapshot. `versions`: what those that are behind have, "" for nothing. */
export type Progress =
  | { programmed: true }
  | {
      programmed: false;
      reason: "Pending" | "NoEnvoy";
      message: string;
      versions: readonly string[];
    };

export const PROGRAMMED: Progress = { programmed: true };

interface Made {
  readonly gateways: ReadonlySet<string>;
  /** Of each of the Gateways. */
  readonly progress: readonly (readonly [gateway: string, progress: Progress | undefined])[];
  readonly words: string;
  readonly made: ResourceStatus;
}

/** withProgrammed(), which gives the same object again as long as there is nothing else to say. */
export class ProgrammedStatuses {
  private readonly known = new WeakMap<ResourceStatus, Made>();

  add(
    status: ResourceStatus,
    gateways: ReadonlySet<string>,
    progress: (gateway: string) => Progress | undefined,
  ): ResourceStatus {
    const known = this.known.get(status);
    // The very same progress has the same words: most often there is nothing else to look at.
    if (known?.gateways === gateways && isSame(known, progress)) return known.made;
    const all = [...gateways].map((gateway) => [gateway, progress(gateway)] as const);
    const words = all.map(([gateway, own]) => `${gateway} ${describe(own)}\n`).join("");
    const make = () =>
      withProgrammed(status, gateways, new Map(all.flatMap(([gateway, own]) => (own ? [[gateway, own]] : []))));
    const made = known?.words === words ? known.made : make();
    this.known.set(status, { gateways, progress: all, words, made });
    return made;
  }
}

function isSame(known: Made, progress: (gateway: string) => Progress | undefined): boolean {
  for (const [gateway, own] of known.progress) if (progress(gateway) !== own) return false;
  return true;
}

function describe(progress: Progress | undefined): string {
  if (progress === undefined) return "unknown";
  return progress.programmed ? "programmed" : `${progress.reason} ${progress.message}`;
}

/** Adds the condition Programmed wherever a status has an Accepted that is true: such content is meant to be in force. */
export function withProgrammed(
  status: ResourceStatus,
  /** Gateways whose Envoys carry it; what none carries is not said to be programmed or not. */
  gateways: Iterable<string>,
  /** By Gateway. */
  progress: ReadonlyMap<string, Progress>,
): ResourceStatus {
  return { ...status, status: visit(status.status, [...gateways]) as ResourceStatus["status"] };

  function visit(value: unknown, carriers: readonly string[]): unknown {
    if (Array.isArray(value)) return value.map((item) => visit(item, carriers));
    if (typeof value !== "object" || value === null) return value;
    const entry = value as Entry;
    const concerned = gatewayOf(entry.parentRef ?? entry.ancestorRef, status.namespace, carriers);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        if (name !== "conditions" || !Array.isArray(member)) return [name, visit(member, concerned)];
        return [name, conditionsWith(member as Condition[], concerned, progress)];
      }),
    );
  }
}

interface Reference {
  kind?: string;
  namespace?: string;
  name: string;
}

interface Entry {
  parentRef?: Reference;
  ancestorRef?: Reference;
}

/** What is said of one Gateway is that Gateway's progress; what is said of anything else, that of all carriers. */
function gatewayOf(
  reference: Reference | undefined,
  namespace: string,
  carriers: readonly string[],
): readonly string[] {
  if (reference === undefined || (reference.kind ?? "Gateway") !== "Gateway") return carriers;
  return carriers.filter((key) => key === `${reference.namespace ?? namespace}/${reference.name}`);
}

function conditionsWith(
  conditions: Condition[],
  carriers: readonly string[],
  progress: ReadonlyMap<string, Progress>,
): Condition[] {
  const accepted = conditions.find(({ type }) => type === "Accepted");
  if (accepted?.status !== "True" || carriers.length === 0) return conditions;
  const generation = accepted.observedGeneration;
  const known = carriers.flatMap((gateway) => progress.get(gateway) ?? []);
  const laggard = known.find(({ programmed }) => !programmed);
  const programmed =
    laggard === undefined || laggard.programmed
      ? condition("Programmed", true, "Programmed", "Every connected Envoy has acknowledged it", generation)
      : condition("Programmed", false, laggard.reason, laggard.message, generation);
  return [...conditions, programmed];
}
