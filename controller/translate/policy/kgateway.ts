// kgateway: GatewayExtension (spec.jwt) names providers, TrafficPolicy attaches them (spec.jwtAuth).
import type { GatewayExtension, KgatewayJwtProvider, TrafficPolicy } from "../../api/types.js";
import type { ProviderConfiguration } from "../snapshot.js";
import type { Validator } from "../validator.js";
import { parseJwks } from "./jwks.js";
import type { AuthenticationSetting, Broken, Policy, Providers } from "./model.js";
import { brokenSettings } from "./model.js";
import { keyOf, type ResourceIndex } from "../resources.js";

/** A GatewayExtension: provider ids by name, or what is wrong with it. */
export interface Extension {
  object: GatewayExtension;
  /** Whether it is of the type that a jwtAuth can refer to. */
  isJwt: boolean;
  providers: ReadonlyMap<string, string>;
  problems: string[];
}

/** Fields of a provider that are not implemented; a policy that relies on one is closed rather than half enforced. */
const UNIMPLEMENTED = ["audiences", "tokenSource"] as const;

/** Reads one extension and adds its providers to `providers`. `findings` are those of validation. */
export function readExtension(
  object: GatewayExtension,
  findings: readonly string[],
  validator: Validator,
  providers: Providers,
): Extension {
  const jwt = object.spec?.jwt;
  const extension: Extension = { object, isJwt: jwt !== undefined, providers: new Map(), problems: [...findings] };
  if (extension.problems.length > 0) return extension;
  if (jwt === undefined) {
    extension.problems.push("spec: no jwt, so no TrafficPolicy can use it as jwtAuth.extensionRef");
    return extension;
  }
  if (jwt.validationMode !== undefined && jwt.validationMode !== "Strict") {
    extension.problems.push(`spec.jwt.validationMode: ${jwt.validationMode} is not implemented yet`);
  }
  if ((jwt.providers ?? []).length === 0) extension.problems.push("spec.jwt.providers: names no provider");
  const ids = new Map<string, string>();
  for (const [index, provider] of (jwt.providers ?? []).entries()) {
    const id = `kgateway/${keyOf(object)}/${provider.name}`;
    const made = readProvider(provider, `spec.jwt.providers[${index}]`, validator);
    if ("problems" in made) extension.problems.push(...made.problems);
    else providers.set(id, made);
    ids.set(provider.name, id);
  }
  extension.providers = ids;
  return extension;
}

function readProvider(
  provider: KgatewayJwtProvider,
  path: string,
  validator: Validator,
): ProviderConfiguration | { problems: string[] } {
  const problems: string[] = UNIMPLEMENTED.filter((field) => provider[field] !== undefined).map(
    (field) => `${path}.${field}: not implemented yet`,
  );
  if (provider.jwks.remote !== undefined) problems.push(`${path}.jwks.remote: not implemented yet`);
  if (provider.jwks.local?.configMapRef !== undefined) {
    problems.push(`${path}.jwks.local.configMapRef: not implemented yet`);
  }
  const inline = provider.jwks.local?.inline;
  if (inline === undefined || problems.length > 0) {
    return { problems: problems.length > 0 ? problems : [`${path}.jwks: names no key source`] };
  }
  const jwks = parseJwks(inline);
  if ("problem" in jwks) return { problems: [`${path}.jwks.local.inline: ${jwks.problem}`] };
  const configuration: ProviderConfiguration = { jwks };
  if (provider.issuer) configuration.issuer = provider.issuer;
  if (provider.forwardToken === true) configuration.forwardToken = true;
  if (provider.claimsToHeaders !== undefined) {
    configuration.claimsToHeaders = provider.claimsToHeaders.map(({ name, header }) => ({
      claim: name,
      header: header.toLowerCase(),
    }));
  }
  const refusal = validator.provider(configuration);
  if (refusal === null) return configuration;
  return { problems: [`${path}.${fieldOf(refusal.path)}: ${refusal.message}`] };
}

/** The filter's field names in kgateway's. */
function fieldOf(path: string): string {
  return path.replace(/^jwks/, "jwks.local.inline").replace(/\.claim$/, ".name");
}

/** Reads one TrafficPolicy; `targetRefs` are what its refs and selectors came to. */
export function readTrafficPolicy(
  object: TrafficPolicy,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  extensions: ReadonlyMap<string, Extension>,
  index: ResourceIndex,
): Policy {
  const policy: Policy = { api: "kgateway", object, targetRefs, settings: {}, problems: findings };
  if (findings.length > 0) return { ...policy, settings: brokenSettings(findings[0]!) };
  const problems: string[] = [];
  const { jwtAuth, rbac } = object.spec;
  if (jwtAuth !== undefined) {
    const authentication = readJwtAuth(object, jwtAuth, extensions, index);
    if ("problem" in authentication) problems.push(authentication.problem);
    policy.settings.authentication = authentication;
  }
  if (rbac !== undefined) {
    const problem = "spec.rbac: CEL authorization is not implemented yet";
    problems.push(problem);
    policy.settings.authorization = { problem };
  }
  return { ...policy, problems };
}

function readJwtAuth(
  object: TrafficPolicy,
  jwtAuth: NonNullable<TrafficPolicy["spec"]["jwtAuth"]>,
  extensions: ReadonlyMap<string, Extension>,
  index: ResourceIndex,
): AuthenticationSetting | Broken {
  if (jwtAuth.disable !== undefined) return { providers: null };
  const reference = jwtAuth.extensionRef;
  if (reference === undefined) return { problem: "spec.jwtAuth: names no extensionRef" };
  const own = object.metadata.namespace ?? "default";
  const namespace = reference.namespace ?? own;
  const key = `${namespace}/${reference.name}`;
  const from = { group: "gateway.kgateway.dev", kind: "TrafficPolicy", namespace: own };
  const to = { group: "gateway.kgateway.dev", kind: "GatewayExtension", namespace, name: reference.name };
  // Without a grant the extension is as good as absent: saying more would tell one tenant what another one has.
  const extension = namespace === own || index.isGranted(from, to) ? extensions.get(key) : undefined;
  if (extension === undefined) return { problem: `spec.jwtAuth.extensionRef: ${key}: gateway extension not found` };
  if (!extension.isJwt) {
    return { problem: `spec.jwtAuth.extensionRef: ${key}: expected gatewayextension type JWT` };
  }
  if (extension.problems.length > 0) {
    return { problem: `spec.jwtAuth.extensionRef: ${key} is not valid: ${extension.problems.join("; ")}` };
  }
  return { providers: extension.providers };
}
