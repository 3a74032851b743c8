// Resources in, everything out: what each Envoy is to hold, and what is said of each resource. Pure: the same input gives the
// same output, and the only question it asks is the validator's.
import { describeFinding, type Finding } from "../api/finding.js";
import type { KubernetesObject } from "../api/types.js";
import type { LoadedResource } from "../source/source.js";
import { type Complaint, complaintsAbout } from "./complaints.js";
import { Kept, Memory, nextTurn } from "./kept.js";
import { indexOf } from "./sort.js";
import { attachPolicies, type ResolvedPolicy } from "./policy/attach.js";
import { EffectivePolicies } from "./policy/effective.js";
import { IdentityHeaders } from "./policy/identity.js";
import { readPolicies } from "./policy/read.js";
import type { KeyCluster } from "./policy/remote/cluster.js";
import { extensionStatus, glooStatus, lostFields, trafficPolicyStatus, unsaid } from "./policy/status.js";
import { backendsByRoute, closedConfiguration, ListenerPolicies } from "./plugins.js";
import { type RemoteProvider, remoteProviders } from "./remote.js";
import { append, keyOf, namespaceOf, objectId } from "./resources.js";
import { renderGateway } from "./routing/render.js";
import { condition, type GatewayStatus, gatewayStatus, type RenderRefusal, routeStatuses } from "./routing/status.js";
import { carriersOf } from "./carriers.js";
import { buildTopology, type GatewayTopology, type RouteTopology, type Topology } from "./routing/topology.js";
import type { PluginConfiguration, Snapshot } from "./snapshot.js";
import type { ResourceStatus } from "./status.js";
import type { Validator } from "./validator.js";

export interface TranslateOptions {
  /** GatewayClass names whose Gateways are ours. */
  gatewayClasses: readonly string[];
  /** Where the Envoys listen, and what is added to every port. */
  address: string;
  portOffset: number;
  /** See ListenerOptions. */
  exclusivePorts?: boolean;
  /** Key of our entry in Gloo's `status.statuses`: the namespace claimgate is installed in. */
  statusNamespace: string;
  /** Resources, as "Kind NS/NAME", whose configuration Envoy refused, and what to say of them. */
  quarantined: ReadonlyMap<string, string>;
  /** The time, in ms since 1970, for what statuses say of expired certificates; without it they say nothing of them. */
  now?: number;
  /** Where the Envoys have the CAs (PEM) that remote key sets served over TLS are judged by. */
  jwksCaFile: string;
  /** See SourceSnapshot. */
  unread?: ReadonlyMap<string, string>;
}

export interface Translation {
  /** By Gateway, "NS/NAME". */
  snapshots: ReadonlyMap<string, Snapshot>;
  statuses: ResourceStatus[];
  complaints: Complaint[];
  /** Gateways whose Envoys carry what a status speaks of, by "Kind NS/NAME". */
  carriers: ReadonlyMap<string, ReadonlySet<string>>;
  /** By "Kind NS/NAME" of what has them. */
  remoteProviders: ReadonlyMap<string, readonly RemoteProvider[]>;
}

/**
 * @param memory what earlier translations have left for this one: work is done for what changed since, and what is the same is the same
 *   object. Whatever it holds, the result has the same content.
 */
export function translate(
  resources: readonly LoadedResource[],
  validator: Validator,
  options: TranslateOptions,
  memory = new Memory(),
): Translation {
  nextTurn();
  const index = indexOf(resources, options.unread, memory);
  const quarantinedRoutes = [...options.quarantined.keys()].filter((id) => id.startsWith("HTTPRoute "));
  const topology = buildTopology(index, {
    gatewayClasses: options.gatewayClasses,
    quarantined: new Set(quarantinedRoutes.map((id) => id.slice("HTTPRoute ".length))),
    findings: findingsOfRoutes(resources),
  });
  const { now = 0, jwksCaFile } = options;
  const read = readPolicies(resources, index, validator, options.quarantined, { now, jwksCaFile });
  const attached = attachPolicies(read.policies, topology, resources, memory);
  const effective = new EffectivePolicies(attached);
  const identity = new IdentityHeaders(attached, backendsByRoute(topology.routes));
  const policies = new ListenerPolicies(effective, identity, read.providers);

  const snapshots = new Map<string, Snapshot>();
  const refusals: RenderRefusal[] = [];
  const closed = new Map<string, string[]>();
  for (const gateway of topology.gateways) {
    const rendered = renderGateway(topology, gateway, {
      policyHash: (listener, route, index) => policies.ofRule(listener, route, route.rules[index]!),
      defaultPolicyHash: (listener) => policies.ofListener(listener),
      mutableHeaders: (listener) => policies.mutableHeaders(listener),
      mutableQueryParams: (listener) => policies.mutableQueryParams(listener),
      earlyRemovedHeaders: matchedHeaders(gateway, identity.ofGateway(gateway.key)),
      address: options.address,
      portOffset: options.portOffset,
      exclusivePorts: options.exclusivePorts ?? false,
    });
    refusals.push(...rendered.refusals, ...absentPolicies(gateway, effective));
    const plugins = new Map<string, PluginConfiguration>();
    for (const listener of gateway.listeners) {
      const hashes = rendered.policyHashes.get(listener.id);
      if (hashes === undefined) continue;
      const configuration = policies.configuration(listener, hashes);
      const refusal = validator.configuration(configuration);
      plugins.set(
        listener.id,
        refusal === null ? configuration : closedConfiguration(configuration, "the filter refuses this configuration"),
      );
      if (refusal === null) continue;
      append(closed, gateway.key, `listener ${listener.name} answers 500: ${refusal.path}: ${refusal.message}`);
    }
    const keyClusters = usedClusters(plugins.values(), read.keyClusters);
    snapshots.set(gateway.key, { gateway: gateway.key, ...rendered, ...withClusters(rendered, keyClusters), plugins });
  }
  // A policy with targets, none of them ours to judge, is another controller's.
  const ours = attached.filter(({ policy, resolved }) => resolved.length > 0 || policy.targetRefs.length === 0);
  const statuses = [
    ...topology.gateways.map((gateway) => statusOf(gateway.gateway, servedStatus(gateway, closed.get(gateway.key)))),
    ...invalidGateways(resources, options.gatewayClasses),
    ...routeStatusList(topology, refusals),
    ...[...read.extensions.values()].map((extension) => statusOf(extension.object, extensionStatus(extension))),
    ...ours.map(policyStatus),
  ];
  const silent = new Map<string, readonly string[]>();
  for (const { policy, resolved } of ours) {
    const words = unsaid(policy, resolved);
    if (words.length > 0) silent.set(objectId(policy.object), words);
  }
  const complaints = complaintsAbout(resources, statuses, silent);
  const remote = remoteProviders(read.extensions.values(), attached, read.providers);
  return { snapshots, statuses, complaints, carriers: carriersOf(topology, attached), remoteProviders: remote };

  function policyStatus(attached: ResolvedPolicy): ResourceStatus {
    const { policy, resolved } = attached;
    // What lostFields() goes by.
    const winners = resolved.map(({ target, filterOf }) =>
      filterOf === undefined
        ? target && effective.winnersOf(policy.api, target)
        : effective.overriddenInFilters(policy, filterOf).join(),
    );
    const inputs: unknown[] = [options.statusNamespace, ...winners];
    return policyStatuses.get(attached, inputs, () => {
      const lost = lostFields(policy, resolved, effective);
      const status =
        policy.api === "kgateway"
          ? trafficPolicyStatus(policy, resolved, lost)
          : glooStatus(policy, resolved, lost, options.statusNamespace);
      return statusOf(policy.object, status);
    });
  }
}

const policyStatuses = new Kept<ResolvedPolicy, ResourceStatus>();
const routeStatusesKept = new Kept<RouteTopology, ResourceStatus>();

/** Clusters that keys are fetched through under some configurations, by name. */
function usedClusters(
  plugins: Iterable<PluginConfiguration>,
  known: ReadonlyMap<string, KeyCluster>,
): Map<string, KeyCluster> {
  const providers = [...plugins].flatMap((plugin) => Object.values(plugin.providers ?? {}));
  const names = new Set(providers.flatMap(({ remoteJwks }) => remoteJwks?.cluster ?? []));
  return new Map([...names].sort().map((name) => [name, known.get(name)!]));
}

function withClusters(
  { clusters, endpoints }: Pick<Snapshot, "clusters" | "endpoints">,
  more: ReadonlyMap<string, KeyCluster>,
): Pick<Snapshot, "clusters" | "endpoints"> {
  const ofMore = [...more].flatMap(([name, { endpoints: own }]) => (own === undefined ? [] : [[name, own] as const]));
  return {
    clusters: new Map([...clusters, ...[...more].map(([name, { cluster }]) => [name, cluster] as const)]),
    endpoints: new Map([...endpoints, ...ofMore]),
  };
}

/** Rules closed because a filter names a policy that is not there: no policy has a status that could say so. */
function absentPolicies({ listeners }: GatewayTopology, effective: EffectivePolicies): RenderRefusal[] {
  const refusals: RenderRefusal[] = [];
  for (const { id, attached } of listeners)
    for (const { route } of attached)
      for (const { index } of route.rules)
        for (const absent of effective.absentInFilters(route.route, index))
          refusals.push({ ...absent, route: route.key, ruleIndex: index, listener: id });
  return refusals;
}

function servedStatus(gateway: GatewayTopology, closed: readonly string[] | undefined): GatewayStatus {
  const status = gatewayStatus(gateway);
  if (closed === undefined) return status;
  const { generation } = gateway.gateway.metadata;
  const invalid = condition("PartiallyInvalid", true, "Invalid", closed.join("; "), generation);
  return { ...status, conditions: [...status.conditions, invalid] };
}

/** Gateways that failed validation have no listeners, and say why. One whose class cannot be read may be ours. */
function invalidGateways(resources: readonly LoadedResource[], classes: readonly string[]): ResourceStatus[] {
  const statuses: ResourceStatus[] = [];
  for (const { object, findings } of resources) {
    if (object.kind !== "Gateway" || findings.length === 0) continue;
    const { spec } = object as KubernetesObject & { spec?: { gatewayClassName?: unknown } | null };
    const name = spec?.gatewayClassName;
    if (typeof name === "string" && !classes.includes(name)) continue;
    const message = findings.map(describeFinding).join("; ");
    const accepted = condition("Accepted", false, "Invalid", message, object.metadata.generation);
    statuses.push(statusOf(object, { conditions: [accepted] }));
  }
  return statuses;
}

/**
 * Those of the names that a route of the Gateway matches on: only they need to go before routing (docs/decisions/0004). All
 * others are the filter's alone, so that no policy changes a listener, and with it drains every connection.
 */
function matchedHeaders(gateway: GatewayTopology, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const matched = new Set<string>();
  for (const { attached } of gateway.listeners) {
    for (const { route } of attached) {
      for (const { matches } of route.rules)
        for (const { headers } of matches) headers.forEach((name) => matched.add(name));
    }
  }
  return names.filter((name) => matched.has(name));
}

function findingsOfRoutes(resources: readonly LoadedResource[]): Map<string, readonly Finding[]> {
  const routes = resources.filter(({ object, findings }) => object.kind === "HTTPRoute" && findings.length > 0);
  return new Map(routes.map(({ object, findings }) => [keyOf(object), findings]));
}

function routeStatusList(topology: Topology, refusals: readonly RenderRefusal[]): ResourceStatus[] {
  const statuses = routeStatuses(topology, refusals);
  return topology.routes.map((route) => {
    const status = statuses.get(route.key)!;
    return routeStatusesKept.get(route, [status], () => statusOf(route.route, status));
  });
}

function statusOf(object: KubernetesObject, status: object): ResourceStatus {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: namespaceOf(object), name: metadata.name, status: { ...status } };
}
