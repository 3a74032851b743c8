// Which policy is in force where: per field the most specific one, and among equals the oldest (design: rule > route > listener > Gateway).
import type { HTTPRoute } from "../../api/types.js";
import type { Api, Field, Policy, Settings, Target } from "./model.js";
import { APIS, FIELDS } from "./model.js";
import { bySeniority } from "./names.js";
import { keyOf } from "../resources.js";

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

/** Policies by what they target, in order of precedence. */
export class EffectivePolicies {
  private readonly byTarget = new Map<string, Policy[]>();
  private readonly byId = new Map<string, Policy>();

  /** `attached`: every policy with the targets that were found for it. */
  constructor(attached: readonly { policy: Policy; targets: readonly Target[] }[]) {
    const ordered = [...attached].sort((a, b) => bySeniority(a.policy.object, b.policy.object));
    for (const { policy, targets } of ordered) {
      this.byId.set(`${policy.object.kind} ${keyOf(policy.object)}`, policy);
      for (const target of targets) {
        const key = `${policy.api} ${targetKey(target)}`;
        this.byTarget.set(key, [...(this.byTarget.get(key) ?? []), policy]);
      }
    }
  }

  /** The winning setting of every field of one API at a place, with the policy it comes from. */
  at(api: Api, place: Place): { settings: Settings; sources: Partial<Record<Field, Policy>> } {
    const settings: Settings = {};
    const sources: Partial<Record<Field, Policy>> = {};
    for (const policy of this.candidates(api, place)) {
      for (const field of FIELDS) {
        if (sources[field] !== undefined || policy.settings[field] === undefined) continue;
        Object.assign(settings, { [field]: policy.settings[field] });
        sources[field] = policy;
      }
    }
    return { settings, sources };
  }

  /** Every policy that reaches a place, of either API, whether its settings win or not. */
  reaching(place: Place): Policy[] {
    return APIS.flatMap((api) => [...this.candidates(api, place)]);
  }

  /** Fields of `policy` that an older policy with the same target supplies instead. */
  overridden(policy: Policy, target: Target): Field[] {
    const peers = this.byTarget.get(`${policy.api} ${targetKey(target)}`) ?? [];
    const elders = peers.slice(0, peers.indexOf(policy));
    return FIELDS.filter((field) => policy.settings[field] && elders.some((elder) => elder.settings[field]));
  }

  private *candidates(api: Api, place: Place): Generator<Policy> {
    if (place.rule !== undefined) {
      const { route, index } = place.rule;
      const key = keyOf(route);
      yield* this.fromFilters(api, route, index);
      yield* this.byTarget.get(`${api} ${targetKey({ level: "rule", route: key, rule: index })}`) ?? [];
      yield* this.byTarget.get(`${api} ${targetKey({ level: "route", route: key })}`) ?? [];
    }
    const { gateway, listener } = place;
    yield* this.byTarget.get(`${api} ${targetKey({ level: "listener", gateway, listener })}`) ?? [];
    yield* this.byTarget.get(`${api} ${targetKey({ level: "gateway", gateway })}`) ?? [];
  }

  /** ExtensionRef filters, in list order; one that names nothing closes the rule. */
  private *fromFilters(api: Api, route: HTTPRoute, index: number): Generator<Policy> {
    for (const { kind, key, api: named } of extensionRefs(route, index)) {
      if (named !== api) continue;
      yield (
        this.byId.get(`${kind} ${key}`) ?? {
          api,
          object: route,
          targetRefs: [],
          settings: {
            authentication: { problem: `${kind} ${key}: policy not found` },
            authorization: { problem: `${kind} ${key}: policy not found` },
          },
          problems: [],
        }
      );
    }
  }
}

/** The policies that a rule's ExtensionRef filters name, `key` as `namespace/name`. */
export function extensionRefs(route: HTTPRoute, rule: number): { kind: string; key: string; api: Api }[] {
  const namespace = route.metadata.namespace ?? "default";
  return (route.spec.rules?.[rule]?.filters ?? []).flatMap((filter) => {
    const reference = filter["extensionRef"] as { group?: string; kind?: string; name?: string } | undefined;
    const api = EXTENSION_KINDS[`${reference?.group}/${reference?.kind}`];
    if (filter.type !== "ExtensionRef" || api === undefined) return [];
    return [{ kind: reference!.kind!, key: `${namespace}/${reference!.name}`, api }];
  });
}
