// Policies that are well-formed and would protect nothing: upstream accepts some of them, but what looks like protection
// and is none is how a truncated file opens a route.
import { isObject } from "./defaults.js";
import type { Finding } from "./finding.js";
import { fieldPath } from "./finding.js";
import type { KubernetesObject } from "./types.js";

type Fields = { [field: string]: unknown };

/** Findings about a policy without effect; none for other kinds. */
export function withoutEffect(object: KubernetesObject): Finding[] {
  const spec = (object as KubernetesObject & { spec?: unknown }).spec;
  if (!isObject(spec)) return [];
  switch (object.kind) {
    case "GatewayExtension":
      return isObject(spec["jwt"]) ? withoutProviders(spec["jwt"], "spec.jwt") : [];
    case "TrafficPolicy":
      return setsNone(spec, "spec", ["jwtAuth", "rbac"], "jwtAuth nor rbac");
    case "VirtualHostOption":
      return optionsOf(spec, ["jwt", "jwtStaged", "rbac"], ["jwt"], ["jwtStaged"]);
    case "RouteOption":
      return optionsOf(spec, ["jwt", "jwtStaged", "jwtProvidersStaged", "rbac"], [], ["jwtProvidersStaged"]);
    default:
      return [];
  }
}

function setsNone(fields: Fields, path: string, wanted: readonly string[], words: string): Finding[] {
  if (wanted.some((field) => Object.hasOwn(fields, field))) return [];
  return [{ path, message: `sets neither ${words}: it would enforce nothing`, incomplete: true }];
}

function optionsOf(spec: Fields, wanted: readonly string[], direct: string[], staged: string[]): Finding[] {
  if (!Object.hasOwn(spec, "options")) return setsNone({}, "spec.options", wanted, "jwt nor rbac");
  const { options } = spec;
  if (!isObject(options)) return [];
  const found = setsNone(options, "spec.options", wanted, "jwt nor rbac");
  for (const field of direct) found.push(...withoutProviders(options[field], fieldPath("spec.options", field)));
  for (const field of staged) {
    const stages = options[field];
    if (!isObject(stages)) continue;
    const path = fieldPath("spec.options", field);
    found.push(...setsNone(stages, path, ["beforeExtAuth", "afterExtAuth"], "beforeExtAuth nor afterExtAuth"));
    for (const [stage, jwt] of Object.entries(stages)) found.push(...withoutProviders(jwt, fieldPath(path, stage)));
  }
  return found;
}

/** A JWT configuration whose providers, a list or a map, are absent or empty. */
function withoutProviders(jwt: unknown, path: string): Finding[] {
  if (!isObject(jwt)) return [];
  const { providers } = jwt;
  if (providers !== undefined && !(isObject(providers) || Array.isArray(providers))) return [];
  if (providers !== undefined && Object.keys(providers).length > 0) return [];
  return [
    { path: fieldPath(path, "providers"), message: "names no provider: no token could be verified", incomplete: true },
  ];
}
