// Resources in, everything out: what each Envoy is to hold, and what is said of each resource. Pure: the same input gives the
// same output, and the only question it asks is the validator's.
import type { Finding } from "../api/finding.js";
import type { KubernetesObject } from "../api/types.js";
import type { LoadedResource } from "../source/source.js";
import { type Complaint, complaintsAbout } from "./complaints.js";
import { indexOf } from "./sort.js";
import { attachPolicies } from "./policy/attach.js";
import { EffectivePolicies } from "./policy/effective.js";
import { IdentityHeaders } from "./policy/identity.js";
import type { Policy } from "./policy/model.js";
import { readPolicies } from "./policy/read.js";
import { extensionStatus, glooStatus, trafficPolicyStatus } from "./policy/status.js";
import type { ResolvedTarget } from "./policy/targets.js";
import { closedConfiguration, ListenerPolicies, routeBackends } from "./plugins.js";
import { keyOf, namespaceOf } from "./resources.js";
import { renderGateway } from "./routing/render.js";
import { gatewayStatus, type RenderRefusal, routeStatuses } from "./routing/status.js";
import { carriersOf } from "./carriers.js";
import { buildTopology, type Topology } from "./routing/topology.js";
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
}

export interface Translation {
  /** By Gateway, "NS/NAME". */
  snapshots: ReadonlyMap<string, Snapshot>;
  statuses: ResourceStatus[];
  complaints: Complaint[];
  /** Gateways whose Envoys carry what a status speaks of, by "Kind NS/NAME". */
  carriers: ReadonlyMap<string, ReadonlySet<string>>;
}

export function translate(
  resources: readonly LoadedResource[],
  validator: Validator,
  options: TranslateOptions,
): Translation {
  const index = indexOf(resources);
  const quarantinedRoutes = [...options.quarantined.keys()].filter((id) => id.startsWith("HTTPRoute "));
  const topology = buildTopology(index, {
    gatewayClasses: options.gatewayClasses,
    quarantined: new Set(quarantinedRoutes.map((id) => id.slice("HTTPRoute ".length))),
    findings: findingsOfRoutes(resources),
  });
  const read = readPolicies(resources, index, validator, options.quarantined);
  const attached = attachPolicies(read.policies, topology);
  const effective = new EffectivePolicies(attached);
  const routes = new Map(topology.routes.map((route) => [route.key, routeBackends(route)]));
  const identity = new IdentityHeaders(attached, routes);
  const policies = new ListenerPolicies(effective, identity, read.providers);

  const snapshots = new Map<string, Snapshot>();
  const refusals: RenderRefusal[] = [];
  const complaints: Complaint[] = [];
  for (const gateway of topology.gateways) {
    const rendered = renderGateway(topology, gateway, {
      policyHash: (listener, route, rule) => policies.ofRule(listener, route, rule),
      defaultPolicyHash: (listener) => policies.ofListener(listener),
      mutableHeaders: (listener) => policies.mutableHeaders(listener),
      earlyRemovedHeaders: identity.ofGateway(gateway.key),
      address: options.address,
      portOffset: options.portOffset,
      exclusivePorts: options.exclusivePorts ?? false,
    });
    refusals.push(...rendered.refusals);
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
      const message = `listener ${listener.name} is closed: ${refusal.path}: ${refusal.message}`;
      complaints.push({ origin: "", resource: `Gateway ${gateway.key}`, message });
    }
    snapshots.set(gateway.key, { gateway: gateway.key, ...rendered, plugins });
  }
  const statuses = [
    ...topology.gateways.map((gateway) => statusOf(gateway.gateway, gatewayStatus(gateway))),
    ...routeStatusList(topology, refusals),
    ...[...read.extensions.values()].map((extension) => statusOf(extension.object, extensionStatus(extension))),
    ...attached.map(({ policy, resolved }) => statusOf(policy.object, policyStatus(policy, resolved))),
  ];
  const carriers = carriersOf(topology, attached);
  return { snapshots, statuses, complaints: [...complaints, ...complaintsAbout(resources, statuses)], carriers };

  function policyStatus(policy: Policy, resolved: readonly ResolvedTarget[]): Record<string, unknown> {
    if (policy.api === "kgateway") return trafficPolicyStatus(policy, resolved, effective);
    return glooStatus(policy, resolved, effective, options.statusNamespace);
  }
}

function findingsOfRoutes(resources: readonly LoadedResource[]): Map<string, readonly Finding[]> {
  const routes = resources.filter(({ object, findings }) => object.kind === "HTTPRoute" && findings.length > 0);
  return new Map(routes.map(({ object, findings }) => [keyOf(object), findings]));
}

function routeStatusList(topology: Topology, refusals: readonly RenderRefusal[]): ResourceStatus[] {
  const statuses = routeStatuses(topology, refusals);
  return topology.routes.map(({ key, route }) => statusOf(route, { ...statuses.get(key)! }));
}

function statusOf(object: KubernetesObject, status: object): ResourceStatus {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: namespaceOf(object), name: metadata.name, status: { ...status } };
}
