// Gloo: VirtualHostOption (options.jwt, options.rbac) for Gateways, RouteOption (options.rbac, options.jwt.disable) for routes.
import type { GlooJwt, GlooJwtProvider, GlooRbac, RouteOption, VirtualHostOption } from "../../api/types.js";
import type { AuthorizationConfiguration, ProviderConfiguration } from "../snapshot.js";
import type { Validator } from "../validator.js";
import { readKeys } from "./jwks.js";
import type { AuthenticationSetting, AuthorizationSetting, Broken, Policy, Providers } from "./model.js";
import { brokenSettings } from "./model.js";
import { fieldBelow } from "./names.js";
import { keyOf } from "../resources.js";
import { writtenHeaders } from "./writes.js";

const MATCHERS = ["EXACT_STRING", "BOOLEAN", "LIST_CONTAINS", "REGEX_MATCH"];
const IMPLEMENTED_OPTIONS = new Set(["jwt", "rbac"]);
const UNIMPLEMENTED = ["audiences", "tokenSource", "attachFailedStatusToMetadata"] as const;

/** Reads one VirtualHostOption and adds its providers to `providers`. */
export function readVirtualHostOption(
  object: VirtualHostOption,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  validator: Validator,
  providers: Providers,
  now: number,
): Policy {
  const notes: string[] = [];
  const policy = readOptions(object, findings, targetRefs, validator, (jwt, problems) =>
    readProviders(object, jwt as GlooJwt, problems, notes, validator, providers, now),
  );
  return { ...policy, notes };
}

/** Reads one RouteOption. */
export function readRouteOption(
  object: RouteOption,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  validator: Validator,
): Policy {
  return readOptions(object, findings, targetRefs, validator, (jwt, problems) => {
    if ((jwt as { disable?: boolean }).disable === true) return { providers: null };
    problems.push("spec.options.jwt: only disable: true can be set on a route");
    return { problem: problems.at(-1)! };
  });
}

function readOptions(
  object: VirtualHostOption | RouteOption,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  validator: Validator,
  readJwt: (jwt: object, problems: string[]) => AuthenticationSetting | Broken,
): Policy {
  const writes = writtenHeaders(object.spec, validator);
  const policy: Policy = { api: "gloo", object, targetRefs, settings: {}, writes, problems: findings };
  if (findings.length > 0) return { ...policy, settings: brokenSettings(findings[0]!) };
  const options = object.spec.options ?? {};
  const foreign = Object.keys(options).filter((name) => !IMPLEMENTED_OPTIONS.has(name));
  if (foreign.length > 0) {
    const problems = foreign.map((name) => `spec.options.${name}: not implemented yet`);
    return { ...policy, problems, settings: brokenSettings(problems[0]!) };
  }
  const problems: string[] = [];
  if (options.jwt !== undefined) policy.settings.authentication = readJwt(options.jwt, problems);
  if (options.rbac !== undefined) policy.settings.authorization = readRbac(options.rbac, problems, validator);
  return { ...policy, problems };
}

function readProviders(
  object: VirtualHostOption,
  jwt: GlooJwt,
  problems: string[],
  notes: string[],
  validator: Validator,
  providers: Providers,
  now: number,
): AuthenticationSetting | Broken {
  const known = problems.length;
  const ids = new Map<string, string>();
  if (jwt.allowMissingOrFailedJwt === true) {
    problems.push("spec.options.jwt.allowMissingOrFailedJwt: not implemented yet");
  }
  if (![undefined, 0, "REQUIRE_VALID"].includes(jwt.validationPolicy)) {
    problems.push(`spec.options.jwt.validationPolicy: ${jwt.validationPolicy} is not implemented yet`);
  }
  for (const [name, provider] of Object.entries(jwt.providers ?? {})) {
    const id = `gloo/${keyOf(object)}/${name}`;
    const made = readProvider(provider, `spec.options.jwt.providers.${name}`, validator, now);
    if ("problems" in made) problems.push(...made.problems);
    else {
      providers.set(id, made.configuration);
      notes.push(...made.notes);
    }
    ids.set(name, id);
  }
  if (ids.size === 0) problems.push("spec.options.jwt.providers: names no provider");
  return problems.length > known ? { problem: problems[known]! } : { providers: ids };
}

function readProvider(
  provider: GlooJwtProvider,
  path: string,
  validator: Validator,
  now: number,
): { configuration: ProviderConfiguration; notes: string[] } | { problems: string[] } {
  const problems: string[] = UNIMPLEMENTED.filter((field) => provider[field] !== undefined).map(
    (field) => `${path}.${field}: not implemented yet`,
  );
  if (provider.jwks?.remote !== undefined) problems.push(`${path}.jwks.remote: not implemented yet`);
  const mappings = provider.claimsToHeaders ?? [];
  for (const [index, mapping] of mappings.entries()) {
    if (mapping.append === true) problems.push(`${path}.claimsToHeaders[${index}].append: not implemented yet`);
  }
  const key = provider.jwks?.local?.key;
  if (key === undefined || problems.length > 0) {
    return { problems: problems.length > 0 ? problems : [`${path}.jwks: no jwks source provided`] };
  }
  const keys = readKeys(key, "inline", validator, now);
  if ("problem" in keys) return { problems: [`${path}.jwks.local.key: ${keys.problem}`] };
  const configuration: ProviderConfiguration = { jwks: keys.jwks };
  if (provider.issuer) configuration.issuer = provider.issuer;
  if (provider.keepToken === true) configuration.forwardToken = true;
  if (provider.clockSkewSeconds !== undefined) configuration.clockSkewSeconds = provider.clockSkewSeconds;
  if (mappings.length > 0) {
    configuration.claimsToHeaders = mappings.map(({ claim, header }) => ({
      claim,
      header: header.toLowerCase(),
      encoding: "json",
    }));
  }
  const refusal = validator.provider(configuration);
  if (refusal === null) {
    return { configuration, notes: keys.notes.map((note) => `${path}.jwks.local.key: ${note}`) };
  }
  const field = fieldBelow(path, refusal.path.replace(/^jwks/, "jwks.local.key"));
  return { problems: [`${field}: ${refusal.message}`] };
}

function readRbac(rbac: GlooRbac, problems: string[], validator: Validator): AuthorizationSetting | Broken {
  if (rbac.disable === true) return { authorization: null };
  const policies = Object.entries(rbac.policies ?? {}).map(([name, policy]) => [
    name,
    {
      principals: (policy.principals ?? []).map(({ jwtPrincipal = {} }) => ({
        claims: jwtPrincipal.claims ?? {},
        ...(jwtPrincipal.matcher === undefined ? {} : { matcher: matcherName(jwtPrincipal.matcher) }),
        ...(jwtPrincipal.provider ? { provider: jwtPrincipal.provider } : {}),
      })),
      ...(policy.permissions === undefined ? {} : { permissions: policy.permissions }),
      ...(policy.nestedClaimDelimiter ? { nestedClaimDelimiter: policy.nestedClaimDelimiter } : {}),
    },
  ]);
  // Not by assignment: a policy may be named __proto__.
  const authorization: AuthorizationConfiguration = { policies: Object.fromEntries(policies) };
  const refusal = validator.authorization(authorization);
  if (refusal === null) return { authorization };
  const field = refusal.path.replace(/(principals\[\d+\])\.(claims|matcher|provider)/, "$1.jwtPrincipal.$2");
  problems.push(`${fieldBelow("spec.options.rbac", field)}: ${refusal.message}`);
  return { problem: problems.at(-1)! };
}

function matcherName(matcher: string | number): string {
  return typeof matcher === "number" ? (MATCHERS[matcher] ?? String(matcher)) : matcher;
}
