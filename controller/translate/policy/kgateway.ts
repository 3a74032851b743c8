// kgateway: GatewayExtension (spec.jwt) names providers, TrafficPolicy attaches them (spec.jwtAuth).
import type { GatewayExtension, KgatewayJwtProvider, TrafficPolicy } from "../../api/types.js";
import type { ProviderConfiguration } from "../snapshot.js";
import type { Validator } from "../validator.js";
import { readKeys } from "./jwks.js";
import type { AuthenticationSetting, Broken, Policy, Providers } from "./model.js";
import { brokenSettings } from "./model.js";
import { fieldBelow } from "./names.js";
import { keyOf, namespaceOf, type ResourceIndex } from "../resources.js";
import { writtenHeaders } from "./writes.js";

type ExtensionReference = NonNullable<NonNullable<TrafficPolicy["spec"]["jwtAuth"]>["extensionRef"]>;

/** A GatewayExtension: provider ids by name, or what is wrong with it. */
export interface Extension {
  object: GatewayExtension;
  /** Whether it is of the type that a jwtAuth can refer to. */
  isJwt: boolean;
  providers: ReadonlyMap<string, string>;
  /** Names of the headers its providers write, or would. */
  writes: readonly string[];
  problems: string[];
  /** What to say of it although it can be used. */
  notes: string[];
}

/** Fields of a provider that are not implemented; a policy that relies on one is closed rather than half enforced. */
const UNIMPLEMENTED = ["audiences", "tokenSource"] as const;

/** Reads one extension and adds its providers to `providers`. `findings` are those of validation. */
export function readExtension(
  object: GatewayExtension,
  findings: readonly string[],
  validator: Validator,
  providers: Providers,
  now: number,
): Extension {
  const jwt = object.spec?.jwt;
  const writes = writtenHeaders(jwt, validator);
  const extension: Extension = {
    object,
    isJwt: jwt !== undefined,
    providers: new Map(),
    writes,
    problems: [...findings],
    notes: [],
  };
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
    const made = readProvider(provider, `spec.jwt.providers[${index}]`, validator, now);
    if ("problems" in made) extension.problems.push(...made.problems);
    else {
      providers.set(id, made.configuration);
      extension.notes.push(...made.notes);
    }
    ids.set(provider.name, id);
  }
  extension.providers = ids;
  return extension;
}

function readProvider(
  provider: KgatewayJwtProvider,
  path: string,
  validator: Validator,
  now: number,
): { configuration: ProviderConfiguration; notes: string[] } | { problems: string[] } {
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
  const keys = readKeys(inline, "inline", validator, now);
  if ("problem" in keys) return { problems: [`${path}.jwks.local.inline: ${keys.problem}`] };
  const configuration: ProviderConfiguration = { jwks: keys.jwks };
  if (provider.issuer) configuration.issuer = provider.issuer;
  if (provider.forwardToken === true) configuration.forwardToken = true;
  if (provider.claimsToHeaders !== undefined) {
    configuration.claimsToHeaders = provider.claimsToHeaders.map(({ name, header }) => ({
      claim: name,
      header: header.toLowerCase(),
    }));
  }
  const refusal = validator.provider(configuration);
  if (refusal === null) {
    return { configuration, notes: keys.notes.map((note) => `${path}.jwks.local.inline: ${note}`) };
  }
  return { problems: [`${fieldBelow(path, fieldOf(refusal.path))}: ${refusal.message}`] };
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
  const writes = findExtension(object, extensions, index)?.writes ?? [];
  const policy: Policy = { api: "kgateway", object, targetRefs, settings: {}, writes, problems: findings };
  if (findings.length > 0) return { ...policy, settings: brokenSettings(findings[0]!) };
  const problems: string[] = [];
  const { jwtAuth, rbac } = object.spec;
  if (jwtAuth !== undefined) {
    const authentication = readJwtAuth(object, jwtAuth, findExtension(object, extensions, index));
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

/** The extension a policy of any shape refers to, if it exists and may be used. */
function findExtension(
  object: TrafficPolicy,
  extensions: ReadonlyMap<string, Extension>,
  index: ResourceIndex,
): Extension | undefined {
  const reference: Partial<ExtensionReference> | undefined = object.spec?.jwtAuth?.extensionRef;
  if (typeof reference?.name !== "string") return undefined;
  const own = namespaceOf(object);
  const { name, namespace = own } = reference;
  const from = { group: "gateway.kgateway.dev", kind: "TrafficPolicy", namespace: own };
  const to = { group: "gateway.kgateway.dev", kind: "GatewayExtension", namespace, name };
  // Without a grant the extension is as good as absent: saying more would tell one tenant what another one has.
  return namespace === own || index.isGranted(from, to) ? extensions.get(`${namespace}/${name}`) : undefined;
}

function readJwtAuth(
  object: TrafficPolicy,
  jwtAuth: NonNullable<TrafficPolicy["spec"]["jwtAuth"]>,
  extension: Extension | undefined,
): AuthenticationSetting | Broken {
  if (jwtAuth.disable !== undefined) return { providers: null };
  const reference = jwtAuth.extensionRef;
  if (reference === undefined) return { problem: "spec.jwtAuth: names no extensionRef" };
  const key = `${reference.namespace ?? namespaceOf(object)}/${reference.name}`;
  if (extension === undefined) return { problem: `spec.jwtAuth.extensionRef: ${key}: gateway extension not found` };
  if (!extension.isJwt) {
    return { problem: `spec.jwtAuth.extensionRef: ${key}: expected gatewayextension type JWT` };
  }
  if (extension.problems.length > 0) {
    return { problem: `spec.jwtAuth.extensionRef: ${key} is not valid: ${extension.problems.join("; ")}` };
  }
  return { providers: extension.providers };
}
