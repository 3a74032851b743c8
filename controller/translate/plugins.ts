// The plugin configuration of each listener: its policies, by hash, and the providers they name.
import { Kept } from "./kept.js";
import { type Composed, composed } from "./policy/compose.js";
import type { EffectivePolicies, Place } from "./policy/effective.js";
import type { IdentityHeaders, RouteBackends } from "./policy/identity.js";
import type { Providers } from "./policy/model.js";
import { isRefused, type ListenerTopology, type RouteTopology, type RuleTopology } from "./routing/topology.js";
import { REFUSED_HASH } from "./routing/virtualhosts.js";
import { namespaceOf } from "./resources.js";
import type { PluginConfiguration, PolicyConfiguration } from "./snapshot.js";

/** Where the filter says how it fares with remote keys: us, by the way every Envoy's bootstrap has to us. */
const KEY_HEALTH = { cluster: "xds" };

/** Composes policies as rendering asks for them, and keeps them by hash for the plugin configurations. */
export class ListenerPolicies {
  private readonly byHash = new Map<string, Composed>();
  private readonly ofRules = new Map<ListenerTopology, Map<RuleTopology, Composed>>();
  private readonly ofListeners = new Map<ListenerTopology, string>();
  private readonly sources = new Map<ListenerTopology, { headers: Set<string>; parameters: Set<string> }>();

  constructor(
    private readonly effective: EffectivePolicies,
    private readonly identity: IdentityHeaders,
    private readonly providers: Providers,
  ) {}

  /** Hash of the policy of a rule on a listener. */
  ofRule(listener: ListenerTopology, route: RouteTopology, rule: RuleTopology): string {
    return this.composedOf(listener, route, rule).hash;
  }

  private composedOf(listener: ListenerTopology, route: RouteTopology, rule: RuleTopology): Composed {
    let all = this.ofRules.get(listener);
    if (all === undefined) this.ofRules.set(listener, (all = new Map()));
    let made = all.get(rule);
    if (made === undefined) {
      const names = this.namesOn(listener, route);
      all.set(rule, (made = this.compose(rule, listener, names, { route: route.route, index: rule.index })));
    }
    return made;
  }

  /** See IdentityHeaders.ofRoute(). */
  private namesOn(listener: ListenerTopology, route: RouteTopology): readonly string[] {
    return this.identity.onRoutes ? this.identity.ofRoute(listener.gateway, routeBackends(route)) : NONE;
  }

  /** Hash of the policy of requests that match no route of a listener. */
  ofListener(listener: ListenerTopology): string {
    let hash = this.ofListeners.get(listener);
    if (hash === undefined) this.ofListeners.set(listener, (hash = this.compose(listener, listener, NONE).hash));
    return hash;
  }

  /** Lower-case names of every header the filter may change on a listener: identity headers, and those that tokens are taken from. */
  mutableHeaders(listener: ListenerTopology): Set<string> {
    const names = new Set([...this.tokenSources(listener).headers, ...this.identity.ofGateway(listener.gateway)]);
    if (!this.identity.onRoutes) return names;
    for (const { route } of listener.attached) for (const name of this.namesOn(listener, route)) names.add(name);
    return names;
  }

  /** Names of the query parameters that tokens may be taken from on a listener, after percent-decoding. */
  mutableQueryParams(listener: ListenerTopology): ReadonlySet<string> {
    return this.tokenSources(listener).parameters;
  }

  /** Where any policy of the listener looks for tokens; the usual places always, so that few routes depend on policies. */
  private tokenSources(listener: ListenerTopology): { headers: Set<string>; parameters: Set<string> } {
    const known = this.sources.get(listener);
    if (known !== undefined) return known;
    const found = { headers: new Set(["authorization"]), parameters: new Set(["access_token"]) };
    const ids = this.providersOf([this.ofListener(listener)]);
    for (const { route } of listener.attached) {
      for (const rule of route.rules) {
        if (isRefused(route, rule)) continue;
        for (const id of this.composedOf(listener, route, rule).providers) ids.add(id);
      }
    }
    for (const id of ids) {
      for (const { kind, name } of this.providers.get(id)?.tokenSources ?? []) {
        found[kind === "header" ? "headers" : "parameters"].add(name);
      }
    }
    this.sources.set(listener, found);
    return found;
  }

  /** `hashes`: what stands behind the # of the listener's route names. */
  configuration(listener: ListenerTopology, hashes: ReadonlySet<string>): PluginConfiguration {
    const defaultPolicy = this.ofListener(listener);
    const named = [...hashes].filter((hash) => hash !== REFUSED_HASH).sort();
    const policies: Record<string, PolicyConfiguration> = {};
    for (const hash of named) policies[hash] = this.byHash.get(hash)!.policy;
    const providers = [...this.providersOf(named)].sort().map((id) => [id, this.providers.get(id)!] as const);
    return {
      version: 1,
      identityHeaders: this.identity.ofGateway(listener.gateway),
      providers: Object.fromEntries(providers),
      ...(providers.some(([, { remoteJwks }]) => remoteJwks !== undefined) && { keyHealth: KEY_HEALTH }),
      policies,
      defaultPolicy,
      policyFromRouteName: [...hashes].some((hash) => hash !== defaultPolicy),
      // The listeners drop header names with underscores before any filter sees them.
      removeUnderscoreVariants: false,
    };
  }

  /** Ids of the providers that any of some policies names. */
  private providersOf(hashes: Iterable<string>): Set<string> {
    const ids = new Set<string>();
    for (const hash of hashes) for (const id of this.byHash.get(hash)!.providers) ids.add(id);
    return ids;
  }

  private compose(what: object, listener: ListenerTopology, names: readonly string[], rule?: Place["rule"]): Composed {
    const place = {
      ...{ id: listener.id, gateway: listener.gateway, listener: listener.name },
      ...(rule !== undefined && { rule }),
    };
    const made = composed(what, this.effective, place, names);
    this.byHash.set(made.hash, made);
    return made;
  }
}

const NONE: readonly string[] = [];
const backendsOf = new Kept<RouteTopology, RouteBackends>();
const keptBackends = new Kept<readonly RouteTopology[], ReadonlyMap<string, RouteBackends>>();

/** Routes as identity headers see them, by key. */
export function backendsByRoute(routes: readonly RouteTopology[]): ReadonlyMap<string, RouteBackends> {
  return keptBackends.get(routes, [], () => new Map(routes.map((route) => [route.key, routeBackends(route)])));
}

/** A route as identity headers see it. */
function routeBackends(route: RouteTopology): RouteBackends {
  return backendsOf.get(route, [], () => {
    const backends = route.rules.flatMap((rule) => rule.backends.references.map(({ cluster }) => cluster));
    return { key: route.key, namespace: namespaceOf(route.route), backends };
  });
}

/** A configuration under which every request of the listener is refused; for one that the filter would not take. */
export function closedConfiguration(configuration: PluginConfiguration, why: string): PluginConfiguration {
  const closed = { unenforceable: why };
  const policies = Object.fromEntries(Object.keys(configuration.policies).map((name) => [name, closed]));
  return { ...configuration, providers: {}, policies, identityHeaders: [] };
}
