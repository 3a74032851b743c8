// What a policy's targetRefs come to. A reference that comes to nothing is not enforced, and its status says why.
import type { Gateway, HTTPRoute, PolicyTargetReference } from "../../api/types.js";
import type { Policy, Target } from "./model.js";
import { keyOf } from "../resources.js";

export interface ResolvedTarget {
  ref: PolicyTargetReference;
  /** null: `message` says why there is none. */
  target: Target | null;
  message: string;
}

/** The resources that can be targets, by `namespace/name`. */
export interface Targets {
  gateways: ReadonlyMap<string, Gateway>;
  routes: ReadonlyMap<string, HTTPRoute>;
  /** Routes that some listener of ours serves. */
  attachedRoutes: ReadonlySet<string>;
  /** Gateways of other classes: not ours to judge. */
  foreignGateways: ReadonlySet<string>;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  TrafficPolicy: ["Gateway", "HTTPRoute"],
  VirtualHostOption: ["Gateway"],
  RouteOption: ["HTTPRoute"],
};

/** Resolves every targetRef of a policy, in order; those that name a Gateway of another class are left out. */
export function resolveTargets(policy: Policy, targets: Targets): ResolvedTarget[] {
  const namespace = policy.object.metadata.namespace ?? "default";
  return policy.targetRefs.flatMap((ref) => {
    if (ref.kind === "Gateway" && targets.foreignGateways.has(`${namespace}/${ref.name}`)) return [];
    const found = resolve(policy.object.kind, namespace, ref, targets);
    return [typeof found === "string" ? { ref, target: null, message: found } : { ref, target: found, message: "" }];
  });
}

function resolve(kind: string, namespace: string, ref: PolicyTargetReference, targets: Targets): Target | string {
  if (ref.group !== "gateway.networking.k8s.io" || !KINDS[kind]?.includes(ref.kind)) {
    return `${kind} cannot target ${ref.group}/${ref.kind}; it may target ${KINDS[kind]?.join(" or ")}`;
  }
  if (ref.namespace !== undefined && ref.namespace !== namespace) {
    return `${ref.kind} ${ref.namespace}/${ref.name} is in another namespace; a policy only applies in its own (${namespace})`;
  }
  const key = `${namespace}/${ref.name}`;
  return ref.kind === "Gateway" ? resolveGateway(key, ref, targets) : resolveRoute(key, ref, targets);
}

function resolveGateway(key: string, ref: PolicyTargetReference, targets: Targets): Target | string {
  const gateway = targets.gateways.get(key);
  if (gateway === undefined) return absent("Gateway", key, ref.name, targets.gateways.values());
  if (ref.sectionName === undefined) return { level: "gateway", gateway: key };
  if (gateway.spec.listeners.some((listener) => listener.name === ref.sectionName)) {
    return { level: "listener", gateway: key, listener: ref.sectionName };
  }
  return `Gateway ${key} has no listener ${ref.sectionName}`;
}

function resolveRoute(key: string, ref: PolicyTargetReference, targets: Targets): Target | string {
  const route = targets.routes.get(key);
  if (route === undefined) return absent("HTTPRoute", key, ref.name, targets.routes.values());
  if (!targets.attachedRoutes.has(key)) return `HTTPRoute ${key} is not attached to any Gateway of this controller`;
  if (ref.sectionName === undefined) return { level: "route", route: key };
  const rule = (route.spec.rules ?? []).findIndex(({ name }) => name === ref.sectionName);
  return rule >= 0 ? { level: "rule", route: key, rule } : `HTTPRoute ${key} has no rule named ${ref.sectionName}`;
}

/** A target of the same name elsewhere is the commonest mistake of all: say where it is. */
function absent(kind: string, key: string, name: string, all: Iterable<Gateway | HTTPRoute>): string {
  const elsewhere = [...all].find((object) => object.metadata.name === name);
  if (elsewhere === undefined) return `${kind} ${key} not found`;
  return `${kind} ${key} not found; ${keyOf(elsewhere)} is in another namespace, and a policy only applies in its own`;
}
