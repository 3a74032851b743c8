// From resources to policies: both APIs, extensions, selectors, and what could not even be read.
import type {
  GatewayExtension,
  KubernetesObject,
  PolicyTargetReference,
  PolicyTargetSelector,
  RouteOption,
  TrafficPolicy,
  VirtualHostOption,
} from "../../api/types.js";
import { describeFinding } from "../../api/finding.js";
import type { LoadedResource } from "../../source/source.js";
import { GATEWAY_GROUP, keyOf, namespaceOf, type ResourceIndex } from "../resources.js";
import type { Validator } from "../validator.js";
import { readRouteOption, readVirtualHostOption } from "./gloo.js";
import { type Extension, readExtension, readTrafficPolicy } from "./kgateway.js";
import { brokenSettings, type Policy, type Providers } from "./model.js";

export interface PolicyResources {
  policies: Policy[];
  extensions: ReadonlyMap<string, Extension>;
  providers: Providers;
}

/**
 * Reads every policy and extension. `quarantined` names, as "Kind NS/NAME", those whose configuration Envoy refused, with what
 * to say of them.
 */
export function readPolicies(
  resources: readonly LoadedResource[],
  index: ResourceIndex,
  validator: Validator,
  quarantined: ReadonlyMap<string, string>,
): PolicyResources {
  const providers: Providers = new Map();
  const extensions = new Map<string, Extension>();
  const findingsOf = (resource: LoadedResource): string[] => {
    const refused = quarantined.get(`${resource.object.kind} ${keyOf(resource.object)}`);
    return [...resource.findings.map(describeFinding), ...(refused === undefined ? [] : [refused])];
  };
  for (const resource of resources) {
    if (resource.object.kind !== "GatewayExtension") continue;
    const extension = readExtension(resource.object as GatewayExtension, findingsOf(resource), validator, providers);
    extensions.set(keyOf(resource.object), extension);
  }
  const policies: Policy[] = [];
  for (const resource of resources) {
    const { object } = resource;
    const findings = findingsOf(resource);
    if (object.kind === "TrafficPolicy") {
      const targetRefs = [...targetRefsOf(object), ...selected(object, index)];
      policies.push(readTrafficPolicy(object as TrafficPolicy, findings, targetRefs, extensions, index));
    } else if (object.kind === "VirtualHostOption") {
      const option = { ...object, spec: specOf(object) } as VirtualHostOption;
      policies.push({
        ...readVirtualHostOption(option, findings, validator, providers),
        targetRefs: targetRefsOf(object),
      });
    } else if (object.kind === "RouteOption") {
      const option = { ...object, spec: specOf(object) } as RouteOption;
      policies.push({ ...readRouteOption(option, findings, validator), targetRefs: targetRefsOf(object) });
    } else if (isUnknownPolicy(resource)) {
      policies.push({
        api: object.apiVersion.startsWith("gateway.solo.io/") ? "gloo" : "kgateway",
        object,
        targetRefs: targetRefsOf(object),
        settings: brokenSettings(findings[0]!),
        problems: findings,
      });
    }
  }
  return { policies, extensions, providers };
}

/** A kind that nobody knows, with targets: most likely a misspelt policy, so what it names is closed. */
export function isUnknownPolicy({ object, findings }: LoadedResource): boolean {
  return findings.some(({ path }) => path === "kind") && targetRefsOf(object).length > 0;
}

function specOf(object: KubernetesObject): Record<string, unknown> {
  const spec = (object as unknown as { spec?: unknown }).spec;
  return typeof spec === "object" && spec !== null ? (spec as Record<string, unknown>) : {};
}

/** The targetRefs that are well-formed enough to close what they name, even if the policy is not. */
function targetRefsOf(object: KubernetesObject): PolicyTargetReference[] {
  const refs = specOf(object)["targetRefs"];
  if (!Array.isArray(refs)) return [];
  return refs.flatMap((ref: unknown) => {
    if (typeof ref !== "object" || ref === null) return [];
    const { group, kind, name, namespace, sectionName } = ref as Record<string, unknown>;
    if (typeof kind !== "string" || typeof name !== "string") return [];
    return [
      {
        group: typeof group === "string" ? group : GATEWAY_GROUP,
        kind,
        name,
        ...(typeof namespace === "string" ? { namespace } : {}),
        ...(typeof sectionName === "string" ? { sectionName } : {}),
      },
    ];
  });
}

/** What a TrafficPolicy's targetSelectors select, as references. */
function selected(object: KubernetesObject, index: ResourceIndex): PolicyTargetReference[] {
  const selectors = specOf(object)["targetSelectors"];
  if (!Array.isArray(selectors)) return [];
  const namespace = namespaceOf(object);
  return selectors.flatMap((selector: Partial<PolicyTargetSelector>) => {
    const { group = GATEWAY_GROUP, kind, matchLabels, sectionName } = selector;
    if (group !== GATEWAY_GROUP || typeof matchLabels !== "object" || matchLabels === null) return [];
    const wanted = Object.entries(matchLabels);
    const candidates: readonly KubernetesObject[] =
      kind === "Gateway" ? index.resources.gateways : kind === "HTTPRoute" ? index.resources.httpRoutes : [];
    return candidates
      .filter(({ metadata }) => (metadata.namespace ?? "default") === namespace)
      .filter(({ metadata }) => wanted.every(([label, value]) => metadata.labels?.[label] === value))
      .map(({ metadata }) => ({
        group,
        kind: kind!,
        name: metadata.name,
        ...(typeof sectionName === "string" ? { sectionName } : {}),
      }));
  });
}
