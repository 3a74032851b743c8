import type { PluginConfiguration } from "./snapshot.js";

/**
 * A configuration that judges the routes of every generation an Envoy may hold, each by its own policy: `next`, with the
 * policies of `previous` beside it. Equal names are equal policies (they are hashes); of providers that changed, the next
 * definition counts for both.
 */
export function transition(previous: readonly PluginConfiguration[], next: PluginConfiguration): PluginConfiguration {
  const older = previous.filter((configuration) => configuration !== next);
  if (older.length === 0) return next;
  const names = new Set([next, ...older].flatMap(({ identityHeaders = [] }) => identityHeaders));
  const policies = Object.assign({}, ...older.map((configuration) => configuration.policies), next.policies);
  return {
    ...next,
    identityHeaders: [...names].sort(),
    providers: Object.assign({}, ...older.map(({ providers = {} }) => providers), next.providers),
    policies,
    // Two generations that each had one policy for all have two between them.
    policyFromRouteName:
      [next, ...older].some((configuration) => configuration.policyFromRouteName === true) ||
      Object.keys(policies).some((name) => name !== next.defaultPolicy),
  };
}
