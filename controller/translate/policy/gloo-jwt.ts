// Gloo's jwt.proto VhostExtension: providers, and what a request without a good token may do.
import { VALIDATION_POLICIES } from "../../api/schema/gloo.js";
import type { GlooJwt, GlooJwtProvider, RouteOption, VirtualHostOption } from "../../api/types.js";
import { keyOf } from "../resources.js";
import type { ProviderConfiguration, ValidationPolicy } from "../snapshot.js";
import type { Validator } from "../validator.js";
import { readKeys } from "./jwks.js";
import type { AuthenticationSetting, Broken, Providers } from "./model.js";
import { fieldBelow } from "./names.js";
import { headerSource, unreachableSource, writtenSources } from "./sources.js";

/** One option being read: `problems`, `notes` and `providers` are added to; `now` in ms since 1970. */
export interface OptionReader {
  object: VirtualHostOption | RouteOption;
  problems: string[];
  notes: string[];
  validator: Validator;
  providers: Providers;
  now: number;
}

/** Reads the providers of one stage. Ids name kind and stage: options of both kinds, and both stages, may use the same names. */
export function readJwt(
  reader: OptionReader,
  jwt: GlooJwt,
  path: string,
  stage: string,
): AuthenticationSetting | Broken {
  const { object, problems, notes, providers } = reader;
  const known = problems.length;
  const ids = new Map<string, string>();
  const read: [path: string, provider: ProviderConfiguration][] = [];
  for (const [name, provider] of Object.entries(jwt.providers ?? {})) {
    const id = `gloo/${object.kind}/${keyOf(object)}/${stage}/${name}`;
    const at = `${path}.providers.${name}`;
    const made = readProvider(provider, at, reader);
    if ("problems" in made) problems.push(...made.problems);
    else {
      providers.set(id, made.configuration);
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
  provider: GlooJwtProvider,
  path: string,
  { validator, now }: OptionReader,
): { configuration: ProviderConfiguration; notes: string[] } | { problems: string[] } {
  if (provider.jwks?.remote !== undefined) return { problems: [`${path}.jwks.remote: not implemented yet`] };
  const key = provider.jwks?.local?.key;
  if (key === undefined) return { problems: [`${path}.jwks: no jwks source provided`] };
  const keys = readKeys(key, "inline", validator, now);
  if ("problem" in keys) return { problems: [`${path}.jwks.local.key: ${keys.problem}`] };
  const configuration: ProviderConfiguration = { jwks: keys.jwks };
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
  const refusal = validator.provider(configuration) ?? unreachableSource(configuration);
  if (refusal === null) {
    return { configuration, notes: keys.notes.map((note) => `${path}.jwks.local.key: ${note}`) };
  }
  const field = fieldOf(refusal.path, headers.length);
  return { problems: [`${fieldBelow(path, field)}: ${refusal.message}`] };
}

/** The filter's field names in Gloo's; of the token sources the first ones are headers. */
function fieldOf(path: string, headers: number): string {
  return path
    .replace(/^jwks/, "jwks.local.key")
    .replace(/^failureStatus/, "attachFailedStatusToMetadata")
    .replace(/^tokenSources\[(\d+)\](\.\w+)?/, (_, digits: string, member = "") => {
      const index = Number(digits);
      if (index >= headers) return `tokenSource.queryParams[${index - headers}]`;
      return `tokenSource.headers[${index}]${member === ".name" ? ".header" : String(member)}`;
    });
}
