// Which policy is in force where: per field the most specific one, and among equals the oldest (design: rule > route > listener > Gateway).
import type { HTTPRoute } from "../../api/types.js";
import type { Api, Field, Policy, Settings, Target } from "./model.js";
import { brokenSettings, FIELDS } from "./model.js";
import { bySeniority } from "./names.js";
import { keyOf, namespaceOf, objectId } from "../resources.js";

/** Where a request is judged: a rule of a route on a listener, or the listener itself (no route matched). */
export interface Place {
  gateway: string;
  listener: string;
  rule?: { route: HTTPRoute; index: number };
}

/** The kinds an HTTPRoute ExtensionRef filter may name, and the API they belong to. */
const EXTENSION_KINDS: Readonly<Record<string, Api>> = {
  "gateway.kgateway.dev/TrafficPolicy": "kgateway",
  "gateway.solo.io/RouteOption": "gloo",
};

function targetKey(target: Target): string {
  switch (target.level) {
    case "gateway":
      return `gateway ${target.gateway}`;
    case "listener":
      return `listener ${target.gateway} ${target.listener}`;
    case "route":
      return `route ${target.route}`;
    case "rule":
      return `rule ${target.route} ${target.rule}`;
  }
}

/** The winning setting of every field, with the policy it comes from. */
export interface Winners {
  settings: Settings;
  sources: Partial<Record<Field, Policy>>;
}

/** Which settings are in force where. */
export class EffectivePolicies {
  /** Of each target, what its own policies come to, whatever is more specific. */
  private readonly byTarget = new Map<string, Winners>();
  private readonly byId = new Map<string, Policy>();

  /** `attached`: every policy with the targets that were found for it. */
  constructor(attached: readonly { policy: Policy; targets: readonly Target[] }[]) {
    const ordered = [...attached].sort((a, b) => bySeniority(a.policy.object, b.policy.object));
    for (const { policy, targets } of ordered) {
      this.byId.set(objectId(policy.object), policy);
      for (const target of targets) {
        const key = `${policy.api} ${targetKey(target)}`;
        const winners = this.byTarget.get(key) ?? { settings: {}, sources: {} };
        supply(winners, policy.settings, () => policy);
        this.byTarget.set(key, winners);
      }
    }
  }

  /** The winning setting of every field of one API at a place, with the policy it comes from. */
  at(api: Api, place: Place): Winners {
    const winners: Winners = { settings: {}, sources: {} };
    const { gateway, listener, rule } = place;
    const targets: Target[] = [
      { level: "listener", gateway, listener },
      { level: "gateway", gateway },
    ];
    if (rule !== undefined) {
      for (const policy of this.fromFilters(api, rule.route, rule.index))
        supply(winners, policy.settings, () => policy);
      const route = keyOf(rule.route);
      targets.unshift({ level: "rule", route, rule: rule.index }, { level: "route", route });
    }
    for (const target of targets) {
      const own = this.byTarget.get(`${api} ${targetKey(target)}`);
      if (own !== undefined) supply(winners, own.settings, (field) => own.sources[field]!);
    }
    return winners;
  }

  /** Fields of `policy` that an older policy with the same target supplies instead. */
  overridden(policy: Policy, target: Target): Field[] {
    const sources = this.byTarget.get(`${policy.api} ${targetKey(target)}`)?.sources ?? {};
    return FIELDS.filter((field) => policy.settings[field] !== undefined && sources[field] !== policy);
  }

  /** Fields of a policy named by filters of a route that earlier filters supply instead, in every rule that names it. */
  overriddenInFilters(policy: Policy, route: HTTPRoute): Field[] {
    const wins = new Set<Field>();
    for (const index of (route.spec.rules ?? []).keys()) {
      const winners: Winners = { settings: {}, sources: {} };
      for (const named of this.fromFilters(policy.api, route, index)) supply(winners, named.settings, () => named);
      for (const field of FIELDS) if (winners.sources[field] === policy) wins.add(field);
    }
    return FIELDS.filter((field) => policy.settings[field] !== undefined && !wins.has(field));
  }

  /** ExtensionRef filters of a rule that name no policy, by field; they close it. */
  absentInFilters(route: HTTPRoute, index: number): { field: string; message: string }[] {
    return extensionRefs(route, index)
      .filter(({ kind, key }) => !this.byId.has(`${kind} ${key}`))
      .map(({ kind, key, filter }) => ({
        field: `spec.rules[${index}].filters[${filter}].extensionRef`,
        message: `${kind} ${key}: policy not found`,
      }));
  }

  /** ExtensionRef filters, in list order; one that names nothing closes the rule. */
  private *fromFilters(api: Api, route: HTTPRoute, index: number): Generator<Policy> {
    for (const { kind, key, api: named } of extensionRefs(route, index)) {
      if (named !== api) continue;
      const problem = `${kind} ${key}: policy not found`;
      const absent = {
        api,
        object: route,
        targetRefs: [],
        settings: brokenSettings(problem),
        writes: [],
        problems: [],
      };
      yield this.byId.get(`${kind} ${key}`) ?? absent;
    }
  }
}

/** Adds the settings of fields that nobody supplied so far. */
function supply(winners: Winners, settings: Settings, source: (field: Field) => Policy): void {
  for (const field of FIELDS) {
    if (winners.sources[field] !== undefined || settings[field] === undefined) continue;
    Object.assign(winners.settings, { [field]: settings[field] });
    winners.sources[field] = source(field);
  }
}

/** The policies that a rule's ExtensionRef filters name, `key` as `namespace/name`, `filter` counted from 0. */
export function extensionRefs(
  route: HTTPRoute,
  rule: number,
): { kind: string; key: string; api: Api; filter: number }[] {
  const namespace = namespaceOf(route);
  return (route.spec.rules?.[rule]?.filters ?? []).flatMap((filter, index) => {
    const reference = filter["extensionRef"] as { group?: string; kind?: string; name?: string } | undefined;
    const api = EXTENSION_KINDS[`${reference?.group}/${reference?.kind}`];
    if (filter.type !== "ExtensionRef" || api === undefined) return [];
    return [{ kind: reference!.kind!, key: `${namespace}/${reference!.name}`, api, filter: index }];
  });
}
