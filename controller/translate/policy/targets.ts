// What a policy's targetRefs come to. A reference that comes to nothing is not enforced, and its status says why.
import type { Gateway, HTTPRoute, PolicyTargetReference } from "../../api/types.js";
import type { Policy, Target } from "./model.js";
import { GATEWAY_GROUP, namespaceOf } from "../resources.js";

export interface ResolvedTarget {
  ref: PolicyTargetReference;
  /** null: `message` says why there is none. */
  target: Target | null;
  message: string;
  /** The policy is attached by ExtensionRef filters of this route, not by the route itself. */
  filterOf?: HTTPRoute;
}

/** The resources that can be targets, by `namespace/name`. */
export interface Targets {
  /** Those of our classes. */
  gateways: ReadonlyMap<string, Gateway>;
  /** Those that name a parent of ours, in a shape that can be read. */
  routes: ReadonlyMap<string, HTTPRoute>;
  /** Routes that some listener of ours serves. */
  servedRoutes: ReadonlySet<string>;
  /** "Kind namespace/name" of Gateways of other classes and the routes of those alone: not ours to judge. */
  foreign: ReadonlySet<string>;
  /** Gateways that failed validation: they have no listeners. */
  invalidGateways: ReadonlySet<string>;
  /** `namespace/name` of everything that is called "Kind NAME". */
  known: ReadonlyMap<string, readonly string[]>;
}

const ALL_KINDS: readonly string[] = ["Gateway", "HTTPRoute"];
/** What each kind of policy may target; a kind that nobody knows closes whatever it names. */
const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["TrafficPolicy", ALL_KINDS],
  ["VirtualHostOption", ["Gateway"]],
  ["RouteOption", ["HTTPRoute"]],
]);

/** Resolves every targetRef of a policy, in order; those that are not ours to judge are left out. */
export function resolveTargets(policy: Policy, targets: Targets): ResolvedTarget[] {
  const namespace = namespaceOf(policy.object);
  return policy.targetRefs.flatMap((ref) => {
    if (targets.foreign.has(`${ref.kind} ${namespace}/${ref.name}`)) return [];
    const found = resolve(policy.object.kind, namespace, ref, targets);
    return [typeof found === "string" ? { ref, target: null, message: found } : { ref, target: found, message: "" }];
  });
}

function resolve(kind: string, namespace: string, ref: PolicyTargetReference, targets: Targets): Target | string {
  const kinds = KINDS.get(kind) ?? ALL_KINDS;
  if (ref.group !== GATEWAY_GROUP || !kinds.includes(ref.kind)) {
    return `${kind} cannot target ${ref.group}/${ref.kind}; it may target ${kinds.join(" or ")}`;
  }
  if (ref.namespace !== undefined && ref.namespace !== namespace) {
    return `${ref.kind} ${ref.namespace}/${ref.name} is in another namespace; a policy only applies in its own (${namespace})`;
  }
  const key = `${namespace}/${ref.name}`;
  return ref.kind === "Gateway" ? resolveGateway(key, ref, targets) : resolveRoute(key, ref, targets);
}

function resolveGateway(key: string, ref: PolicyTargetReference, targets: Targets): Target | string {
  const gateway = targets.gateways.get(key);
  if (gateway === undefined) {
    return targets.invalidGateways.has(key) ? `Gateway ${key} is not valid and not served` : absent(key, ref, targets);
  }
  if (ref.sectionName === undefined) return { level: "gateway", gateway: key };
  if (gateway.spec.listeners.some((listener) => listener.name === ref.sectionName)) {
    return { level: "listener", gateway: key, listener: ref.sectionName };
  }
  return `Gateway ${key} has no listener ${ref.sectionName}`;
}

function resolveRoute(key: string, ref: PolicyTargetReference, targets: Targets): Target | string {
  if (!targets.servedRoutes.has(key)) {
    const exists = targets.known.get(`HTTPRoute ${ref.name}`)?.includes(key) === true;
    return exists ? `HTTPRoute ${key} is not attached to any Gateway of this controller` : absent(key, ref, targets);
  }
  if (ref.sectionName === undefined) return { level: "route", route: key };
  const rules = targets.routes.get(key)?.spec.rules ?? [];
  const rule = rules.findIndex(({ name }) => name === ref.sectionName);
  return rule >= 0 ? { level: "rule", route: key, rule } : `HTTPRoute ${key} has no rule named ${ref.sectionName}`;
}

/** A target of the same name elsewhere is the commonest mistake of all: say where it is. */
function absent(key: string, { kind, name }: PolicyTargetReference, { known }: Targets): string {
  const elsewhere = known.get(`${kind} ${name}`)?.[0];
  if (elsewhere === undefined) return `${kind} ${key} not found`;
  return `${kind} ${key} not found; ${elsewhere} is in another namespace, and a policy only applies in its own`;
}
