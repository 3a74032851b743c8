// The effective settings of a place as one policy of the plugin configuration, and its name: a hash of its content.
import { createHash } from "node:crypto";
import type {
  AuthenticationConfiguration,
  AuthorizationConfiguration,
  CheckConfiguration,
  PolicyConfiguration,
} from "../snapshot.js";
import type { EffectivePolicies, Place } from "./effective.js";
import type { AuthenticationSetting, Field, Policy } from "./model.js";
import { APIS, FIELDS, isBroken } from "./model.js";
import { Kept, Pairs } from "../kept.js";
import { Recent } from "../../recent.js";
import { objectId } from "../resources.js";
import { canonicalJson, unchanging } from "../canonical.js";

/** A policy of the plugin configuration. */
export interface Composed {
  readonly hash: string;
  readonly policy: PolicyConfiguration;
  /** Ids of the providers that it names. */
  readonly providers: readonly string[];
}

const kept = new Kept<object, Composed>();
const places = new Pairs<object>();

/**
 * The policy of one place, with its name; the same object as long as nothing that decides there is another.
 * @param what stands for the place on its listener, whose id is given: the rule, or the listener
 */
export function composed(
  what: object,
  effective: EffectivePolicies,
  place: Place & { id: string },
  identityHeaders: readonly string[],
): Composed {
  const inputs: unknown[] = [];
  // Each is of a policy's own API, and before the names.
  for (const api of APIS) effective.levels(api, place, inputs);
  for (const name of identityHeaders) inputs.push(name);
  return kept.get(places.of(what, place.id), inputs, () => {
    const bare = composePolicy(effective, place);
    const policy = unchanging(identityHeaders.length === 0 ? bare : { ...bare, identityHeaders: [...identityHeaders] });
    return { hash: policyHash(policy), policy, providers: providersOf(policy) };
  });
}

/** Ids of the providers a policy names. */
function providersOf({ checks = [] }: PolicyConfiguration): string[] {
  return checks.flatMap(({ precedingAuthentication, authentication }) => [
    ...(precedingAuthentication?.providers ?? []),
    ...(authentication?.providers ?? []),
  ]);
}

/** The policy of one place, without identity headers. */
export function composePolicy(effective: EffectivePolicies, place: Place): PolicyConfiguration {
  const checks: CheckConfiguration[] = [];
  for (const api of APIS) {
    const { settings, sources } = effective.at(api, place);
    const broken = FIELDS.find((field) => settings[field] !== undefined && isBroken(settings[field]));
    if (broken !== undefined) return { unenforceable: describe(broken, settings[broken], sources[broken]) };
    const { precedingAuthentication, authentication, authorization } = settings as {
      precedingAuthentication?: AuthenticationSetting;
      authentication?: AuthenticationSetting;
      authorization?: { authorization: AuthorizationConfiguration | null };
    };
    const stages = [precedingAuthentication, authentication].flatMap((setting) => {
      const made = setting === undefined ? undefined : configurationOf(setting);
      return made === undefined ? [] : [made];
    });
    const check: CheckConfiguration = {};
    // A single one has nothing to precede.
    const last = stages.pop();
    if (stages.length > 0) check.precedingAuthentication = stages[0]!;
    if (last !== undefined) check.authentication = last;
    if (authorization !== undefined && authorization.authorization !== null) {
      // Of two providers with one name, the later stage's is meant.
      const names = new Map([...(precedingAuthentication?.providers ?? []), ...(authentication?.providers ?? [])]);
      check.authorization = bindProviders(authorization.authorization, names);
    }
    if (Object.keys(check).length > 0) checks.push(check);
  }
  return { checks };
}

/** undefined where authentication is switched off. */
function configurationOf({
  providers,
  validationPolicy,
}: AuthenticationSetting): AuthenticationConfiguration | undefined {
  if (providers === null) return undefined;
  return { providers: [...providers.values()].sort(), ...(validationPolicy !== undefined && { validationPolicy }) };
}

function describe(field: Field, setting: object | undefined, source: Policy | undefined): string {
  const problem = setting !== undefined && isBroken(setting) ? setting.problem : field;
  return source === undefined ? problem : `${objectId(source.object)}: ${problem}`;
}

/**
 * Names providers by their ids. A principal bound to a provider that does not authenticate here can match nobody, so it goes;
 * a policy left without principals stays and allows nobody.
 */
function bindProviders(
  authorization: AuthorizationConfiguration,
  providers: ReadonlyMap<string, string>,
): AuthorizationConfiguration {
  const all = Object.values(authorization.policies);
  if (all.every(({ principals }) => principals.every(({ provider }) => provider === undefined))) return authorization;
  const policies = Object.entries(authorization.policies).map(([name, policy]) => {
    const principals = policy.principals.flatMap((principal) => {
      if (principal.provider === undefined) return [principal];
      const id = providers.get(principal.provider);
      return id === undefined ? [] : [{ ...principal, provider: id }];
    });
    return [name, { ...policy, principals }] as const;
  });
  return { policies: Object.fromEntries(policies) };
}

/** Of a thousand policies, a change makes one anew. */
const hashes = new Recent<string>(5000);

/** The name of a policy: equal content has equal names, in every generation. */
export function policyHash(policy: PolicyConfiguration): string {
  const text = canonicalJson(policy);
  return hashes.get(text, () => createHash("sha256").update(text).digest("hex").slice(0, 16));
}
