// Gloo's jwt.proto VhostExtension: providers, and what a request without a good token may do.
import { VALIDATION_POLICIES } from "../../api/schema/gloo.js";
import type { GlooJwt, GlooJwtProvider, RouteOption, VirtualHostOption } from "../../api/types.js";
import { keyOf, namespaceOf } from "../resources.js";
import type { ProviderConfiguration, ValidationPolicy } from "../snapshot.js";
import { keysIn, type KeySet } from "./jwks.js";
import type { AuthenticationSetting, Broken, Reading, ReadProvider } from "./model.js";
import { fieldBelow } from "./names.js";
import { glooRemoteKeys, ofRemoteField, type RemoteKeys } from "./remote/keys.js";
import { headerSource, unreachableSource, writtenSources } from "./sources.js";

/** One option being read: `problems` and `notes` are added to. */
export interface OptionReader {
  object: VirtualHostOption | RouteOption;
  problems: string[];
  notes: string[];
  reading: Reading;
}

/** Reads the providers of one stage. Ids name kind and stage: options of both kinds, and both stages, may use the same names. */
export function readJwt(
  reader: OptionReader,
  jwt: GlooJwt,
  path: string,
  stage: string,
): AuthenticationSetting | Broken {
  const { object, problems, notes, reading } = reader;
  const known = problems.length;
  const ids = new Map<string, string>();
  const read: [path: string, provider: ProviderConfiguration][] = [];
  for (const [name, provider] of Object.entries(jwt.providers ?? {})) {
    const id = `gloo/${object.kind}/${keyOf(object)}/${stage}/${name}`;
    const at = `${path}.providers.${name}`;
    const made = readProvider(id, provider, at, reader);
    if ("problem" in made) problems.push(made.problem);
    else {
      reading.providers.set(id, made.configuration);
      if (made.cluster !== undefined) reading.keyClusters.set(made.cluster.name, made.cluster);
      notes.push(...made.notes);
      read.push([at, made.configuration]);
    }
    ids.set(name, id);
  }
  if (ids.size === 0) problems.push(`${path}.providers: names no provider`);
  problems.push(...writtenSources(read));
  if (problems.length > known) return { problem: problems[known]! };
  const validationPolicy = validationPolicyOf(jwt);
  return { providers: ids, ...(validationPolicy !== "REQUIRE_VALID" && { validationPolicy }) };
}

/** The deprecated flag wins over the policy, as upstream. */
function validationPolicyOf({ allowMissingOrFailedJwt, validationPolicy = 0 }: GlooJwt): ValidationPolicy {
  if (allowMissingOrFailedJwt === true) return "ALLOW_MISSING_OR_FAILED";
  return typeof validationPolicy === "number"
    ? VALIDATION_POLICIES[validationPolicy]!
    : (validationPolicy as ValidationPolicy);
}

function readProvider(
  id: string,
  provider: GlooJwtProvider,
  path: string,
  { object, reading }: OptionReader,
): ReadProvider | { problem: string } {
  const keys = keysOf(id, provider, object, reading);
  if ("problem" in keys) return { problem: `${path}.${keys.problem}` };
  const configuration: ProviderConfiguration = "jwks" in keys ? { jwks: keys.jwks } : { remoteJwks: keys.remoteJwks };
  if (provider.issuer) configuration.issuer = provider.issuer;
  if (provider.audiences !== undefined && provider.audiences.length > 0) configuration.audiences = provider.audiences;
  const { headers = [], queryParams = [] } = provider.tokenSource ?? {};
  if (headers.length + queryParams.length > 0) {
    const parameters = queryParams.map((name) => ({ kind: "query" as const, name }));
    configuration.tokenSources = [...headers.map(headerSource), ...parameters];
  }
  if (provider.keepToken === true) configuration.forwardToken = true;
  if (provider.clockSkewSeconds !== undefined) configuration.clockSkewSeconds = provider.clockSkewSeconds;
  if (provider.attachFailedStatusToMetadata) configuration.failureStatus = provider.attachFailedStatusToMetadata;
  const mappings = provider.claimsToHeaders ?? [];
  if (mappings.length > 0) {
    configuration.claimsToHeaders = mappings.map(({ claim, header, append }) => ({
      claim,
      header: header.toLowerCase(),
      encoding: "json",
      ...(append === true && { append }),
    }));
  }
  const refused = reading.validator.provider(configuration) ?? unreachableSource(configuration);
  if (refused !== null) {
    const refusal = ofRemoteField(refused);
    return { problem: `${fieldBelow(path, fieldOf(refusal.path, headers.length))}: ${refusal.message}` };
  }
  if ("cluster" in keys) return { configuration, notes: [], cluster: keys.cluster };
  return { configuration, notes: keys.notes.map((note) => `${path}.jwks.local.key: ${note}`) };
}

/** What is wrong begins with the field of the provider. */
function keysOf(
  id: string,
  { jwks = {} }: GlooJwtProvider,
  object: VirtualHostOption | RouteOption,
  reading: Reading,
): KeySet | RemoteKeys | { problem: string } {
  const { local, remote } = jwks;
  if (remote !== undefined) {
    const from = { group: "gateway.solo.io", kind: object.kind, namespace: namespaceOf(object) };
    return glooRemoteKeys(id, remote, from, reading);
  }
  if (local === undefined) return { problem: "jwks: no jwks source provided" };
  const keys = keysIn(local.key, "inline", reading);
  return "problem" in keys ? { problem: `jwks.local.key: ${keys.problem}` } : keys;
}

/** The filter's field names in Gloo's; of the token sources the first ones are headers. */
function fieldOf(path: string, headers: number): string {
  return path
    .replace(/^jwks(?!\.remote)/, "jwks.local.key")
    .replace(/^failureStatus/, "attachFailedStatusToMetadata")
    .replace(/^tokenSources\[(\d+)\](\.\w+)?/, (_, digits: string, member = "") => {
      const index = Number(digits);
      if (index >= headers) return `tokenSource.queryParams[${index - headers}]`;
      return `tokenSource.headers[${index}]${member === ".name" ? ".header" : String(member)}`;
    });
}
