// Which policy is in force where: per field the most specific one, and among equals the oldest (design: rule > route > listener > Gateway).
import type { HTTPRoute } from "../../api/types.js";
import type { Api, Field, Policy, Settings, Target } from "./model.js";
import { brokenSettings, FIELDS } from "./model.js";
import { bySeniority } from "./names.js";
import { Kept, Pairs } from "../kept.js";
import { append, keyOf, namespaceOf, objectId } from "../resources.js";

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

const targetKeys = new WeakMap<Target, string>();

/** All that a target says, as text. */
export function targetKey(target: Target): string {
  let key = targetKeys.get(target);
  if (key === undefined) targetKeys.set(target, (key = keyOfTarget(target)));
  return key;
}

const routeTargetKeys = new WeakMap<HTTPRoute, string>();

/** targetKey() of a whole route. */
function routeTargetKey(route: HTTPRoute): string {
  let key = routeTargetKeys.get(route);
  if (key === undefined) routeTargetKeys.set(route, (key = keyOfTarget({ level: "route", route: keyOf(route) })));
  return key;
}

function keyOfTarget(target: Target): string {
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
  readonly settings: Settings;
  readonly sources: Partial<Record<Field, Policy>>;
}

/** By target and the first of them, what its policies come to. */
const ofTarget = new Kept<object, Winners>();
const targets = new Pairs<Policy>();

/** Which settings are in force where. */
export class EffectivePolicies {
  /** Of each API and target, what its own policies come to, whatever is more specific. */
  private readonly byTarget: Readonly<Record<Api, ReadonlyMap<string, Winners>>>;
  private readonly byId = new Map<string, Policy>();
  /** Whether any policy has a single rule for its target. */
  private readonly ofRules: boolean;
  /** Of listeners with their Gateways, as they are asked for. */
  private readonly common: Readonly<Record<Api, Map<string, readonly Winners[]>>>;

  /** `attached`: every policy with the targets that were found for it. */
  constructor(attached: readonly { policy: Policy; targets: readonly Target[] }[]) {
    const policies = { kgateway: new Map<string, Policy[]>(), gloo: new Map<string, Policy[]>() };
    let ofRules = false;
    for (const { policy, targets } of attached) {
      this.byId.set(objectId(policy.object), policy);
      for (const target of targets) {
        ofRules ||= target.level === "rule";
        append(policies[policy.api], targetKey(target), policy);
      }
    }
    this.byTarget = { kgateway: winnersOf(policies.kgateway), gloo: winnersOf(policies.gloo) };
    this.ofRules = ofRules;
    this.common = { kgateway: new Map(), gloo: new Map() };
  }

  /** The winning setting of every field of one API at a place, with the policy it comes from. */
  at(api: Api, place: Place): Winners {
    const winners: Winners = { settings: {}, sources: {} };
    for (const own of this.levels(api, place)) supply(winners, own as Winners);
    return winners;
  }

  /**
   * Adds to `into` all that at() looks at, the most specific first. The same objects stand for the same settings: what is made of
   * a place is to be made anew only if one of them is another.
   */
  levels(api: Api, { gateway, listener, rule }: Place, into: unknown[] = []): unknown[] {
    const own = this.byTarget[api];
    if (rule !== undefined) {
      for (const policy of this.fromFilters(api, rule.route, rule.index)) into.push(ownOf(policy));
      if (own.size > 0) {
        const { route } = rule;
        const ofRule = this.ofRules
          ? own.get(keyOfTarget({ level: "rule", route: keyOf(route), rule: rule.index }))
          : undefined;
        if (ofRule !== undefined) into.push(ofRule);
        const ofRoute = own.get(routeTargetKey(route));
        if (ofRoute !== undefined) into.push(ofRoute);
      }
    }
    for (const winners of this.ofListener(api, gateway, listener)) into.push(winners);
    return into;
  }

  private ofListener(api: Api, gateway: string, listener: string): readonly Winners[] {
    const key = `listener ${gateway} ${listener}`;
    let levels = this.common[api].get(key);
    if (levels === undefined) {
      const keys = [key, keyOfTarget({ level: "gateway", gateway })];
      levels = keys.flatMap((target) => this.byTarget[api].get(target) ?? []);
      this.common[api].set(key, levels);
    }
    return levels;
  }

  /** What the policies of a target come to, which overridden() goes by. */
  winnersOf(api: Api, target: Target): Winners | undefined {
    return this.byTarget[api].get(targetKey(target));
  }

  /** Fields of `policy` that an older policy with the same target supplies instead. */
  overridden(policy: Policy, target: Target): Field[] {
    const sources = this.byTarget[policy.api].get(targetKey(target))?.sources ?? {};
    return FIELDS.filter((field) => policy.settings[field] !== undefined && sources[field] !== policy);
  }

  /** Fields of a policy named by filters of a route that earlier filters supply instead, in every rule that names it. */
  overriddenInFilters(policy: Policy, route: HTTPRoute): Field[] {
    const wins = new Set<Field>();
    for (const index of (route.spec.rules ?? []).keys()) {
      const winners: Winners = { settings: {}, sources: {} };
      for (const named of this.fromFilters(policy.api, route, index)) supply(winners, ownOf(named));
      for (const field of FIELDS) if (winners.sources[field] === policy) wins.add(field);
    }
    return FIELDS.filter((field) => policy.settings[field] !== undefined && !wins.has(field));
  }

  /** ExtensionRef filters of a rule that name no policy, by field; they close it. */
  absentInFilters(route: HTTPRoute, index: number): readonly { field: string; message: string }[] {
    const refs = extensionRefs(route, index);
    if (refs.length === 0) return NOTHING_ABSENT;
    return refs
      .filter(({ kind, key }) => !this.byId.has(`${kind} ${key}`))
      .map(({ kind, key, filter }) => ({
        field: `spec.rules[${index}].filters[${filter}].extensionRef`,
        message: `${kind} ${key}: policy not found`,
      }));
  }

  /** ExtensionRef filters, in list order; one that names nothing closes the rule. */
  private fromFilters(api: Api, route: HTTPRoute, index: number): readonly Policy[] {
    const refs = extensionRefs(route, index);
    if (refs.length === 0) return NONE;
    return refs.flatMap(({ kind, key, api: named }) => {
      if (named !== api) return [];
      const settings = brokenSettings(`${kind} ${key}: policy not found`);
      const absent = { api, object: route, targetRefs: [], settings, writes: [], problems: [] };
      return [this.byId.get(`${kind} ${key}`) ?? absent];
    });
  }
}

const NONE: readonly Policy[] = [];
const NOTHING_ABSENT: readonly never[] = [];

/** Of every target's policies, the oldest first. */
function winnersOf(byTarget: ReadonlyMap<string, Policy[]>): ReadonlyMap<string, Winners> {
  const result = new Map<string, Winners>();
  for (const [key, policies] of byTarget) {
    if (policies.length > 1) policies.sort((a, b) => bySeniority(a.object, b.object));
    const make = (): Winners => {
      const winners: Winners = { settings: {}, sources: {} };
      for (const policy of policies) supply(winners, ownOf(policy));
      return winners;
    };
    result.set(
      key,
      policies.length === 1 ? ownOf(policies[0]!) : ofTarget.get(targets.of(policies[0]!, key), policies, make),
    );
  }
  return result;
}

const alone = new Kept<Policy, Winners>();

/** What one policy supplies where there is no other. */
function ownOf(policy: Policy): Winners {
  return alone.get(policy, [], () => {
    const set = FIELDS.filter((field) => policy.settings[field] !== undefined);
    return { settings: policy.settings, sources: Object.fromEntries(set.map((field) => [field, policy])) };
  });
}

/** Adds the settings of fields that nobody supplied so far. */
function supply(winners: Winners, { settings, sources }: Winners): void {
  for (const field of FIELDS) {
    if (winners.sources[field] !== undefined || settings[field] === undefined) continue;
    Object.assign(winners.settings, { [field]: settings[field] });
    winners.sources[field] = sources[field]!;
  }
}

interface FilterRef {
  kind: string;
  key: string;
  api: Api;
  filter: number;
}

const NO_FILTERS: readonly FilterRef[] = [];

/** The policies that a rule's ExtensionRef filters name, `key` as `namespace/name`, `filter` counted from 0. */
export function extensionRefs(route: HTTPRoute, rule: number): readonly FilterRef[] {
  const filters = route.spec.rules?.[rule]?.filters;
  if (filters === undefined || filters.length === 0) return NO_FILTERS;
  const namespace = namespaceOf(route);
  return filters.flatMap((filter, index) => {
    const reference = filter["extensionRef"] as { group?: string; kind?: string; name?: string } | undefined;
    const api = EXTENSION_KINDS[`${reference?.group}/${reference?.kind}`];
    if (filter.type !== "ExtensionRef" || api === undefined) return [];
    return [{ kind: reference!.kind!, key: `${namespace}/${reference!.name}`, api, filter: index }];
  });
}
