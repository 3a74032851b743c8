// kgateway: GatewayExtension (spec.jwt) names providers, TrafficPolicy attaches them (spec.jwtAuth).
import type { GatewayExtension, KgatewayJwtProvider, TrafficPolicy } from "../../api/types.js";
import type { ProviderConfiguration, ValidationPolicy } from "../snapshot.js";
import { keysIn, type KeySet } from "./jwks.js";
import type { Origin } from "./keys/candidate.js";
import type { AuthenticationSetting, Broken, Policy, Reading, ReadProvider } from "./model.js";
import { brokenSettings } from "./model.js";
import { fieldBelow } from "./names.js";
import { keyOf, namespaceOf, type ResourceIndex } from "../resources.js";
import { kgatewayRemoteKeys, ofRemoteField, type RemoteKeys } from "./remote/keys.js";
import { headerSource, unreachableSource, writtenSources } from "./sources.js";
import { writtenHeaders } from "./writes.js";

type ExtensionReference = NonNullable<NonNullable<TrafficPolicy["spec"]["jwtAuth"]>["extensionRef"]>;

/** A GatewayExtension: provider ids by name, or what is wrong with it. */
export interface Extension {
  object: GatewayExtension;
  /** Whether it is of the type that a jwtAuth can refer to. */
  isJwt: boolean;
  providers: ReadonlyMap<string, string>;
  validationPolicy: ValidationPolicy;
  /** Names of the headers its providers write, or would. */
  writes: readonly string[];
  problems: string[];
  /** What to say of it although it can be used. */
  notes: string[];
}

/** Where a ConfigMap has its keys (kgateway jwt_types.go, LocalJWKS). */
const CONFIG_MAP_KEY = "jwks";

/** Reads one extension and adds its providers to those read. `findings` are those of validation. */
export function readExtension(object: GatewayExtension, findings: readonly string[], reading: Reading): Extension {
  const jwt = object.spec?.jwt;
  const writes = writtenHeaders(jwt, reading.validator);
  const extension: Extension = {
    object,
    isJwt: jwt !== undefined,
    providers: new Map(),
    validationPolicy: jwt?.validationMode === "AllowMissing" ? "ALLOW_MISSING" : "REQUIRE_VALID",
    writes,
    problems: [...findings],
    notes: [],
  };
  if (extension.problems.length > 0) return extension;
  if (jwt === undefined) {
    extension.problems.push("spec: no jwt, so no TrafficPolicy can use it as jwtAuth.extensionRef");
    return extension;
  }
  if ((jwt.providers ?? []).length === 0) extension.problems.push("spec.jwt.providers: names no provider");
  const ids = new Map<string, string>();
  const read: [path: string, provider: ProviderConfiguration][] = [];
  for (const [i, provider] of (jwt.providers ?? []).entries()) {
    const id = `kgateway/${keyOf(object)}/${provider.name}`;
    const path = `spec.jwt.providers[${i}]`;
    const made = readProvider(id, provider, path, namespaceOf(object), reading);
    if ("problem" in made) extension.problems.push(made.problem);
    else {
      reading.providers.set(id, made.configuration);
      if (made.cluster !== undefined) reading.keyClusters.set(made.cluster.name, made.cluster);
      extension.notes.push(...made.notes);
      read.push([path, made.configuration]);
    }
    ids.set(provider.name, id);
  }
  extension.problems.push(...writtenSources(read));
  extension.providers = ids;
  return extension;
}

function readProvider(
  id: string,
  provider: KgatewayJwtProvider,
  path: string,
  namespace: string,
  reading: Reading,
): ReadProvider | { problem: string } {
  const keys = keysOf(id, provider, namespace, reading);
  if ("problem" in keys) return { problem: `${path}.${keys.problem}` };
  const configuration: ProviderConfiguration = "jwks" in keys ? { jwks: keys.jwks } : { remoteJwks: keys.remoteJwks };
  if (provider.issuer) configuration.issuer = provider.issuer;
  if (provider.audiences !== undefined) configuration.audiences = provider.audiences;
  const { header, queryParameter } = provider.tokenSource ?? {};
  if (header !== undefined) configuration.tokenSources = [headerSource(header)];
  if (queryParameter !== undefined) configuration.tokenSources = [{ kind: "query", name: queryParameter }];
  if (provider.forwardToken === true) configuration.forwardToken = true;
  if (provider.claimsToHeaders !== undefined) {
    configuration.claimsToHeaders = provider.claimsToHeaders.map(({ name, header }) => ({
      claim: name,
      header: header.toLowerCase(),
    }));
  }
  const refused = reading.validator.provider(configuration) ?? unreachableSource(configuration);
  if (refused === null) {
    if ("cluster" in keys) return { configuration, notes: [], cluster: keys.cluster };
    return { configuration, notes: keys.notes.map((note) => `${path}.${keys.field}: ${note}`) };
  }
  const refusal = ofRemoteField(refused);
  const field = refusal.path
    .replace(/^jwks(?!\.remote)/, "field" in keys ? keys.field : "jwks")
    .replace(/^tokenSources\[0\]/, header === undefined ? "tokenSource.queryParameter" : "tokenSource.header")
    .replace(/^tokenSource\.queryParameter\.name$/, "tokenSource.queryParameter")
    .replace(/^tokenSource\.header\.name$/, "tokenSource.header.header")
    .replace(/\.claim$/, ".name");
  return { problem: `${fieldBelow(path, field)}: ${refusal.message}` };
}

/** What is wrong begins with the field of the provider. */
function keysOf(
  id: string,
  { jwks: { local = {}, remote } }: KgatewayJwtProvider,
  namespace: string,
  reading: Reading,
): (KeySet & { field: string }) | RemoteKeys | { problem: string } {
  if (remote !== undefined) return kgatewayRemoteKeys(id, remote, namespace, reading);
  const source = keyText(local, namespace, reading.index);
  const { field } = source;
  if ("problem" in source) return { problem: `${field}: ${source.problem}` };
  const keys = keysIn(source.text, source.origin, reading);
  return "problem" in keys ? { problem: `${field}: ${keys.problem}` } : { ...keys, field };
}

/** The text of a provider's keys, or why there is none, and the field it comes from. */
type KeyText = { field: string } & ({ text: string; origin: Origin } | { problem: string });

function keyText(
  { inline, configMapRef }: NonNullable<KgatewayJwtProvider["jwks"]["local"]>,
  namespace: string,
  index: ResourceIndex,
): KeyText {
  if (inline !== undefined) return { field: "jwks.local.inline", text: inline, origin: "inline" };
  if (configMapRef === undefined) return { field: "jwks", problem: "names no key source" };
  const field = "jwks.local.configMapRef";
  const { name } = configMapRef;
  const id = `ConfigMap ${namespace}/${name}`;
  const configMap = index.configMap(namespace, name);
  if (configMap === undefined) {
    return { field, problem: `${id} ${index.unread("ConfigMap", namespace, name) ?? "not found"}` };
  }
  const text = configMap.data?.[CONFIG_MAP_KEY];
  return text === undefined
    ? { field, problem: `${id} has no data key ${CONFIG_MAP_KEY}` }
    : { field, text, origin: "configMap" };
}

/** Reads one TrafficPolicy; `targetRefs` are what its refs and selectors came to, `extension` what findExtension() gives. */
export function readTrafficPolicy(
  object: TrafficPolicy,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  extension: Extension | undefined,
): Policy {
  const writes = extension?.writes ?? [];
  const policy: Policy = { api: "kgateway", object, targetRefs, settings: {}, writes, problems: findings };
  if (findings.length > 0) return { ...policy, settings: brokenSettings(findings[0]!) };
  const problems: string[] = [];
  const { jwtAuth, rbac } = object.spec;
  if (jwtAuth !== undefined) {
    const authentication = readJwtAuth(object, jwtAuth, extension);
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
export function findExtension(
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
  const { providers, validationPolicy } = extension;
  return { providers, ...(validationPolicy !== "REQUIRE_VALID" && { validationPolicy }) };
}
