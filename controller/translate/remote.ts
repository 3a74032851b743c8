// Which resources name providers with remote keys.
import type { ResolvedPolicy } from "./policy/attach.js";
import type { Extension } from "./policy/kgateway.js";
import { isBroken, type Providers } from "./policy/model.js";
import { objectId } from "./resources.js";

export interface RemoteProvider {
  /** As the plugin configuration has it. */
  id: string;
  /** As the resource has it. */
  name: string;
}

/** Providers with remote keys, by "Kind NS/NAME" of the GatewayExtension or option that has them; none for others. */
export function remoteProviders(
  extensions: Iterable<Extension>,
  policies: readonly ResolvedPolicy[],
  providers: Providers,
): ReadonlyMap<string, readonly RemoteProvider[]> {
  const found = new Map<string, RemoteProvider[]>();
  if (![...providers.values()].some(({ remoteJwks }) => remoteJwks !== undefined)) return found;
  const add = (resource: string, ids: ReadonlyMap<string, string>) => {
    const remote = [...ids]
      .map(([name, id]) => ({ id, name }))
      .filter(({ id }) => providers.get(id)?.remoteJwks !== undefined);
    if (remote.length > 0) found.set(resource, [...(found.get(resource) ?? []), ...remote]);
  };
  for (const { object, providers: ids, problems } of extensions) if (problems.length === 0) add(objectId(object), ids);
  for (const { policy } of policies) {
    if (policy.api !== "gloo" || policy.problems.length > 0) continue;
    const { precedingAuthentication, authentication } = policy.settings;
    for (const setting of [precedingAuthentication, authentication]) {
      if (setting !== undefined && !isBroken(setting)) add(objectId(policy.object), setting.providers ?? new Map());
    }
  }
  return found;
}
