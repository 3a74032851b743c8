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
import { Kept } from "../kept.js";
import type { Validator } from "../validator.js";
import { readRouteOption, readVirtualHostOption } from "./gloo.js";
import { type Extension, findExtension, readExtension, readTrafficPolicy } from "./kgateway.js";
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
  const { gateways, httpRoutes } = index.resources;
  const keyKinds = ["services", "endpointSlices", "configMaps", "referenceGrants", "upstreams"] as const;
  const reading: Reading = {
    index: index.restrictedTo(...keyKinds),
    validator,
    now,
    jwksCaFile,
    providers,
    keyClusters,
  };
  // What providers are made of besides the resource that has them.
  const { services, endpointSlices, configMaps, referenceGrants, upstreams } = index.resources;
  const common = commons.get(
    services,
    [endpointSlices, configMaps, referenceGrants, upstreams, index.unreadWords, validator, jwksCaFile],
    () => ({}),
  );
  const extensions = new Map<string, Extension>();
  const findingsOf = (resource: LoadedResource): readonly string[] => {
    const refused = quarantined.size === 0 ? undefined : quarantined.get(objectId(resource.object));
    if (resource.findings.length === 0 && refused === undefined) return NONE;
    return [...resource.findings.map(describeFinding), ...(refused === undefined ? [] : [refused])];
  };
  for (const resource of resources) {
    if (resource.object.kind !== "GatewayExtension") continue;
    const object = resource.object as GatewayExtension;
    const findings = findingsOf(resource);
    const extension = readKept(keptExtensions, resource, findings, [common], reading, (own) =>
      readExtension(object, findings, own),
    );
    extensions.set(keyOf(resource.object), extension);
  }
  const policies: Policy[] = [];
  const objects = selectable(index);
  for (const resource of resources) {
    const { object } = resource;
    if (!isPolicy(resource)) continue;
    const findings = findingsOf(resource);
    const refs = keptRefs.get(resource, maySelect(resource) ? [gateways, httpRoutes] : NONE, () =>
      targetRefsOf(object, resource.findings.length === 0, objects),
    );
    if (object.kind === "TrafficPolicy") {
      const extension = findExtension(object as TrafficPolicy, extensions, index);
      const read = () => readTrafficPolicy(object as TrafficPolicy, findings, refs, extension);
      policies.push(findings.length > 0 ? read() : keptPolicies.get(resource, [refs, extension], read));
    } else if (object.kind === "VirtualHostOption" || object.kind === "RouteOption") {
      const option = readKept(keptOptions, resource, findings, [common, refs], reading, (own) =>
        object.kind === "RouteOption"
          ? readRouteOption(object as RouteOption, findings, refs, own)
          : readVirtualHostOption(object as VirtualHostOption, findings, refs, own),
      );
      policies.push(option);
    } else {
      const targets = refs.filter(({ group }) => group === GATEWAY_GROUP);
      if (targets.length > 0) policies.push(unknownPolicy(object, findings, targets));
    }
  }
  return { policies, extensions, providers, keyClusters };
}

/** What was read of one resource, with the providers that it has. */
interface Outcome<T> extends Pick<Reading, "providers" | "keyClusters" | "timed"> {
  result: T;
}

const NONE: readonly string[] = [];
/** An object that stands for all of them as long as they are the same. */
const commons = new Kept<object, object>();
const keptRefs = new Kept<LoadedResource, Policy["targetRefs"]>();
const keptPolicies = new Kept<LoadedResource, Policy>();
const keptOptions = new Kept<LoadedResource, Outcome<Policy>>();
const keptExtensions = new Kept<LoadedResource, Outcome<Extension>>();

/** Whether targets are selected among all that there are, or may be: what is malformed is read kindly. */
function maySelect({ object, findings }: LoadedResource): boolean {
  const { spec } = object as { spec?: object | null };
  return findings.length > 0 || (spec as { targetSelectors?: unknown } | undefined)?.targetSelectors !== undefined;
}

function isTimeless({ timed }: Pick<Reading, "timed">): boolean {
  return timed !== true;
}

/** What `read` gives, made anew only if something that it may read has changed; its providers are added to those read. */
function readKept<T>(
  kept: Kept<LoadedResource, Outcome<T>>,
  resource: LoadedResource,
  findings: readonly string[],
  inputs: readonly unknown[],
  reading: Reading,
  read: (reading: Reading) => T,
): T {
  const { providers, keyClusters } = reading;
  const make = (): Outcome<T> => {
    const own: Reading = { ...reading, providers: new Map(), keyClusters: new Map() };
    const result = read(own);
    return { result, ...own };
  };
  const outcome = findings.length > 0 ? make() : kept.get(resource, inputs, make, isTimeless);
  for (const [id, provider] of outcome.providers) providers.set(id, provider);
  for (const [name, cluster] of outcome.keyClusters) keyClusters.set(name, cluster);
  return outcome.result;
}

const POLICY_KINDS = ["TrafficPolicy", "VirtualHostOption", "RouteOption"];

/** Policies, and kinds that nobody knows: if those name targets they are most likely misspelt policies. */
function isPolicy({ object, findings }: LoadedResource): boolean {
  return POLICY_KINDS.includes(object.kind) || findings.some(({ path }) => path === "kind");
}

/** A policy of a kind that nobody knows closes what it names. */
function unknownPolicy(
  object: KubernetesObject,
  problems: readonly string[],
  targetRefs: Policy["targetRefs"],
): Policy {
  const api = object.apiVersion.startsWith("gateway.solo.io/") ? "gloo" : "kgateway";
  return { api, object, targetRefs, settings: brokenSettings(problems[0]!), writes: [], problems };
}
