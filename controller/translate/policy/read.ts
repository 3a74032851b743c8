// From resources to policies: both APIs, extensions, selectors, and what could not even be read.
import type {
  GatewayExtension,
  KubernetesObject,
  RouteOption,
  TrafficPolicy,
  VirtualHostOption,
} from "../../api/types.js";
import { describeFinding } from "../../api/finding.js";
import type { LoadedResource } from "../../source/source.js";
import { GATEWAY_GROUP, keyOf, type ResourceIndex, objectId } from "../resources.js";
import type { Validator } from "../validator.js";
import { readRouteOption, readVirtualHostOption } from "./gloo.js";
import { type Extension, readExtension, readTrafficPolicy } from "./kgateway.js";
import { brokenSettings, type Policy, type Providers, type Reading } from "./model.js";
import type { KeyCluster } from "./remote/cluster.js";
import { selectable, targetRefsOf } from "./references.js";

export interface PolicyResources {
  policies: Policy[];
  extensions: ReadonlyMap<string, Extension>;
  providers: Providers;
  /** By name, which the configurations of providers with remote keys have. */
  keyClusters: ReadonlyMap<string, KeyCluster>;
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
  { now, jwksCaFile }: Pick<Reading, "now" | "jwksCaFile">,
): PolicyResources {
  const providers: Providers = new Map();
  const keyClusters = new Map<string, KeyCluster>();
  const reading: Reading = { index, validator, now, jwksCaFile, providers, keyClusters };
  const extensions = new Map<string, Extension>();
  const findingsOf = (resource: LoadedResource): string[] => {
    const refused = quarantined.get(objectId(resource.object));
    return [...resource.findings.map(describeFinding), ...(refused === undefined ? [] : [refused])];
  };
  for (const resource of resources) {
    if (resource.object.kind !== "GatewayExtension") continue;
    const object = resource.object as GatewayExtension;
    const extension = readExtension(object, findingsOf(resource), reading);
    extensions.set(keyOf(resource.object), extension);
  }
  const policies: Policy[] = [];
  const objects = selectable(index);
  for (const resource of resources) {
    const { object } = resource;
    if (!isPolicy(resource)) continue;
    const findings = findingsOf(resource);
    const targetRefs = targetRefsOf(object, resource.findings.length === 0, objects);
    if (object.kind === "TrafficPolicy") {
      policies.push(readTrafficPolicy(object as TrafficPolicy, findings, targetRefs, extensions, index));
    } else if (object.kind === "VirtualHostOption") {
      policies.push(readVirtualHostOption(object as VirtualHostOption, findings, targetRefs, reading));
    } else if (object.kind === "RouteOption") {
      policies.push(readRouteOption(object as RouteOption, findings, targetRefs, reading));
    } else {
      const targets = targetRefs.filter(({ group }) => group === GATEWAY_GROUP);
      if (targets.length > 0) policies.push(unknownPolicy(object, findings, targets));
    }
  }
  return { policies, extensions, providers, keyClusters };
}

const POLICY_KINDS = ["TrafficPolicy", "VirtualHostOption", "RouteOption"];

/** Policies, and kinds that nobody knows: if those name targets they are most likely misspelt policies. */
function isPolicy({ object, findings }: LoadedResource): boolean {
  return POLICY_KINDS.includes(object.kind) || findings.some(({ path }) => path === "kind");
}

/** A policy of a kind that nobody knows closes what it names. */
function unknownPolicy(object: KubernetesObject, problems: string[], targetRefs: Policy["targetRefs"]): Policy {
  const api = object.apiVersion.startsWith("gateway.solo.io/") ? "gloo" : "kgateway";
  return { api, object, targetRefs, settings: brokenSettings(problems[0]!), writes: [], problems };
}
