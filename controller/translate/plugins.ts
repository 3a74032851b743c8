// The plugin configuration of each listener: its policies, by hash, and the providers they name.
import { unchanging } from "./canonical.js";
import type { EffectivePolicies } from "./policy/effective.js";
import { composePolicy, policyHash } from "./policy/compose.js";
import type { IdentityHeaders } from "./policy/identity.js";
import type { Providers } from "./policy/model.js";
import { isRefused, type ListenerTopology, type RouteTopology } from "./routing/topology.js";
import { REFUSED_HASH } from "./routing/virtualhosts.js";
import { namespaceOf } from "./resources.js";
import type { PluginConfiguration, PolicyConfiguration } from "./snapshot.js";

/** Where the filter says how it fares with remote keys: us, by the way every Envoy's bootstrap has to us. */
const KEY_HEALTH = { cluster: "xds" };

/** Composes policies as rendering asks for them, and keeps them by hash for the plugin configurations. */
export class ListenerPolicies {
  private readonly byHash = new Map<string, PolicyConfiguration>();
  private readonly hashes = new Map<string, string>();
  private readonly sources = new Map<string, { headers: Set<string>; parameters: Set<string> }>();

  constructor(
    private readonly effective: EffectivePolicies,
    private readonly identity: IdentityHeaders,
    private readonly providers: Providers,
  ) {}

  /** Hash of the policy of a rule on a listener. */
  ofRule(listener: ListenerTopology, route: RouteTopology, ruleIndex: number): string {
    const key = `${listener.id} ${route.key} ${ruleIndex}`;
    const known = this.hashes.get(key);
    if (known !== undefined) return known;
    const place = { gateway: listener.gateway, listener: listener.name };
    const policy = composePolicy(this.effective, { ...place, rule: { route: route.route, index: ruleIndex } });
    const names = this.identity.ofRoute(listener.gateway, routeBackends(route));
    return this.remember(key, names.length === 0 ? policy : { ...policy, identityHeaders: names });
  }

  /** Hash of the policy of requests that match no route of a listener. */
  ofListener(listener: ListenerTopology): string {
    const known = this.hashes.get(listener.id);
    if (known !== undefined) return known;
    const place = { gateway: listener.gateway, listener: listener.name };
    return this.remember(listener.id, composePolicy(this.effective, place));
  }

  /** Lower-case names of every header the filter may change on a listener: identity headers, and those that tokens are taken from. */
  mutableHeaders(listener: ListenerTopology): Set<string> {
    const names = new Set([...this.tokenSources(listener).headers, ...this.identity.ofGateway(listener.gateway)]);
    for (const { route } of listener.attached) {
      for (const name of this.identity.ofRoute(listener.gateway, routeBackends(route))) names.add(name);
    }
    return names;
  }

  /** Names of the query parameters that tokens may be taken from on a listener, after percent-decoding. */
  mutableQueryParams(listener: ListenerTopology): ReadonlySet<string> {
    return this.tokenSources(listener).parameters;
  }

  /** Where any policy of the listener looks for tokens; the usual places always, so that few routes depend on policies. */
  private tokenSources(listener: ListenerTopology): { headers: Set<string>; parameters: Set<string> } {
    const known = this.sources.get(listener.id);
    if (known !== undefined) return known;
    const found = { headers: new Set(["authorization"]), parameters: new Set(["access_token"]) };
    const hashes = new Set([this.ofListener(listener)]);
    for (const { route } of listener.attached) {
      for (const rule of route.rules) if (!isRefused(route, rule)) hashes.add(this.ofRule(listener, route, rule.index));
    }
    for (const id of [...hashes].flatMap((hash) => providersOf(this.byHash.get(hash)!))) {
      for (const { kind, name } of this.providers.get(id)?.tokenSources ?? []) {
        found[kind === "header" ? "headers" : "parameters"].add(name);
      }
    }
    this.sources.set(listener.id, found);
    return found;
  }

  /** `hashes`: what stands behind the # of the listener's route names. */
  configuration(listener: ListenerTopology, hashes: ReadonlySet<string>): PluginConfiguration {
    const defaultPolicy = this.ofListener(listener);
    const policies: Record<string, PolicyConfiguration> = {};
    for (const hash of [...hashes].sort()) if (hash !== REFUSED_HASH) policies[hash] = this.byHash.get(hash)!;
    const used = Object.values(policies).flatMap(providersOf);
    const providers = [...new Set(used)].sort().map((id) => [id, this.providers.get(id)!] as const);
    return unchanging({
      version: 1,
      identityHeaders: this.identity.ofGateway(listener.gateway),
      providers: Object.fromEntries(providers),
      ...(providers.some(([, { remoteJwks }]) => remoteJwks !== undefined) && { keyHealth: KEY_HEALTH }),
      policies,
      defaultPolicy,
      policyFromRouteName: [...hashes].some((hash) => hash !== defaultPolicy),
      // The listeners drop header names with underscores before any filter sees them.
      removeUnderscoreVariants: false,
    });
  }

  private remember(key: string, policy: PolicyConfiguration): string {
    const hash = policyHash(policy);
    this.byHash.set(hash, policy);
    this.hashes.set(key, hash);
    return hash;
  }
}

/** Ids of the providers a policy names. */
function providersOf({ checks = [] }: PolicyConfiguration): string[] {
  return checks.flatMap(({ precedingAuthentication, authentication }) => [
    ...(precedingAuthentication?.providers ?? []),
    ...(authentication?.providers ?? []),
  ]);
}

/** A route as identity headers see it. */
export function routeBackends(route: RouteTopology): { key: string; namespace: string; backends: string[] } {
  const backends = route.rules.flatMap((rule) => rule.backends.references.map(({ cluster }) => cluster));
  return { key: route.key, namespace: namespaceOf(route.route), backends };
}

/** A configuration under which every request of the listener is refused; for one that the filter would not take. */
export function closedConfiguration(configuration: PluginConfiguration, why: string): PluginConfiguration {
  const closed = { unenforceable: why };
  const policies = Object.fromEntries(Object.keys(configuration.policies).map((name) => [name, closed]));
  return { ...configuration, providers: {}, policies, identityHeaders: [] };
}
