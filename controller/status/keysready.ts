// KeysReady: how Envoys fare with remote keys, in the status of the resource that names them.
import { isObject } from "../api/defaults.js";
import type { KeyHealth } from "../keys/health.js";
import { type Condition, condition, type ResourceStatus } from "../translate/status.js";

/** A provider with remote keys, as a resource names it. */
export interface NamedHealth {
  name: string;
  /** undefined: no Envoy has said anything of it. */
  health: KeyHealth | undefined;
}

type State = Pick<Condition, "status" | "reason">;

/** From worst to best: what one provider is, all together are. */
const STATES: readonly State[] = [
  { status: "False", reason: "FetchFailed" },
  { status: "Unknown", reason: "NoReport" },
  { status: "True", reason: "RefreshFailed" },
  { status: "True", reason: "Fetched" },
];
/** Of a condition's message (apimachinery meta/v1 Condition, 32768), with room for the rest. */
const MAX_MESSAGE = 32_000;

/** withKeyHealth(), which gives the same object again as long as there is nothing else to say. */
export class KeyHealthStatuses {
  private readonly known = new WeakMap<ResourceStatus, { key: string; made: ResourceStatus }>();

  add(status: ResourceStatus, providers: readonly NamedHealth[]): ResourceStatus {
    const key = JSON.stringify(providers);
    let known = this.known.get(status);
    if (known?.key !== key) {
      known = { key, made: withKeyHealth(status, providers) };
      this.known.set(status, known);
    }
    return known.made;
  }
}

/** Adds the condition wherever a status has an Accepted that is true, and what is amiss to Gloo's own. `providers`: at least one. */
export function withKeyHealth(status: ResourceStatus, providers: readonly NamedHealth[]): ResourceStatus {
  const states = providers.map(({ health }) => stateOf(health));
  const state = STATES.find((candidate) => states.includes(candidate))!;
  const message = providers.map(inWords).join("; ").slice(0, MAX_MESSAGE);
  const { statuses, ...rest } = visit(status.status) as ResourceStatus["status"];
  const amiss = state.reason === "FetchFailed" || state.reason === "RefreshFailed";
  const own = isObject(statuses) && amiss ? Object.entries(statuses).map(doubted) : undefined;
  return {
    ...status,
    status: { ...rest, ...(statuses !== undefined && { statuses: own ? Object.fromEntries(own) : statuses }) },
  };

  function visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(visit);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        if (name !== "conditions" || !Array.isArray(member)) return [name, visit(member)];
        const accepted = (member as Condition[]).find(({ type }) => type === "Accepted");
        if (accepted?.status !== "True") return [name, member];
        const base = condition("KeysReady", true, state.reason, message, accepted.observedGeneration);
        return [name, [...(member as Condition[]), { ...base, status: state.status }]];
      }),
    );
  }

  function doubted([namespace, entry]: [string, unknown]): [string, unknown] {
    const { state: verdict, reason } = entry as { state: string; reason?: string };
    if (verdict !== "Accepted" && verdict !== "Warning") return [namespace, entry];
    const words = reason === undefined ? message : `${reason}; ${message}`;
    return [namespace, { ...(entry as object), state: "Warning", reason: words }];
  }
}

function stateOf(health: KeyHealth | undefined): State {
  const [failed, silent, stale, fetched] = STATES as [State, State, State, State];
  if (health === undefined) return silent;
  if (health.without > 0) return failed;
  return health.error === "" ? fetched : stale;
}

function inWords({ name, health }: NamedHealth): string {
  if (health === undefined) return `${name}: no Envoy has fetched its keys yet, or said so`;
  const { envoys, without, error, errorSince } = health;
  const failure = error === "" ? "" : `${error}${errorSince === undefined ? "" : ` since ${time(errorSince)}`}`;
  if (without === envoys) return `${name}: no keys${failure === "" ? "" : `: ${failure}`}`;
  const some = without === 0 ? "" : `, but ${without} of ${envoys} Envoys have none`;
  return `${name}: ${keysOf(health)}${some}${failure === "" ? "" : `; fetching fails: ${failure}`}`;
}

function keysOf({ keys, more, fetched }: KeyHealth): string {
  const names = keys.map(({ kid, alg }) => `${kid === "" ? "a key without kid" : kid}${alg === "" ? "" : ` (${alg})`}`);
  const all = more === 0 ? names : [...names, `${more} more`];
  return `${all.join(", ")}${fetched === undefined ? "" : `, fetched ${time(fetched)}`}`;
}

/** As Kubernetes has it. */
function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
