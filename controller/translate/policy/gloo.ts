// Gloo: VirtualHostOption for Gateways, RouteOption for routes; options.jwt, jwtStaged, jwtProvidersStaged and rbac.
import type { GlooDisable, GlooJwt, GlooRbac, GlooStages, RouteOption, VirtualHostOption } from "../../api/types.js";
import { unchanging } from "../canonical.js";
import type { AuthorizationConfiguration } from "../snapshot.js";
import type { Validator } from "../validator.js";
import { type OptionReader, readJwt } from "./gloo-jwt.js";
import type { AuthenticationSetting, AuthorizationSetting, Broken, Policy, Reading, Settings } from "./model.js";
import { brokenSettings, isBroken } from "./model.js";
import { fieldBelow } from "./names.js";
import { writtenHeaders } from "./writes.js";

const MATCHERS = ["EXACT_STRING", "BOOLEAN", "LIST_CONTAINS", "REGEX_MATCH"];
const IMPLEMENTED_OPTIONS = new Set(["jwt", "jwtStaged", "jwtProvidersStaged", "rbac"]);
/** Gloo's stages, and the field each of them is here. */
const STAGES = [
  ["beforeExtAuth", "precedingAuthentication"],
  ["afterExtAuth", "authentication"],
] as const;
const OFF: AuthenticationSetting = { providers: null };

/** Reads one VirtualHostOption and adds its providers to those read. */
export function readVirtualHostOption(
  object: VirtualHostOption,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  reading: Reading,
): Policy {
  return readOptions(object, findings, targetRefs, reading.validator, (problems, notes) => {
    const { jwt, jwtStaged } = object.spec.options ?? {};
    if (jwt === undefined && jwtStaged === undefined) return {};
    const reader = { object, problems, notes, reading };
    // jwt and jwtStaged are one field to Gloo: an option that sets a stage says of the other one that there is none.
    const settings = { precedingAuthentication: OFF, authentication: OFF };
    if (jwt !== undefined)
      return { ...settings, authentication: readJwt(reader, jwt, "spec.options.jwt", "afterExtAuth") };
    return { ...settings, ...readStages(reader, jwtStaged!, "spec.options.jwtStaged") };
  });
}

/** Reads one RouteOption and adds its providers to those read. */
export function readRouteOption(
  object: RouteOption,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  reading: Reading,
): Policy {
  return readOptions(object, findings, targetRefs, reading.validator, (problems, notes) => {
    const { jwt, jwtStaged, jwtProvidersStaged } = object.spec.options ?? {};
    if (jwtProvidersStaged !== undefined) {
      const reader = { object, problems, notes, reading };
      return readStages(reader, jwtProvidersStaged, "spec.options.jwtProvidersStaged");
    }
    if (jwt !== undefined) return { authentication: readDisable(jwt, "spec.options.jwt", problems) };
    return jwtStaged === undefined ? {} : disabledStages(jwtStaged, "spec.options.jwtStaged", problems);
  });
}

function readOptions(
  object: VirtualHostOption | RouteOption,
  findings: readonly string[],
  targetRefs: Policy["targetRefs"],
  validator: Validator,
  readAuthentication: (problems: string[], notes: string[]) => Settings,
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
  const notes: string[] = [];
  policy.settings = readAuthentication(problems, notes);
  if (options.rbac !== undefined) policy.settings.authorization = readRbac(options.rbac, problems, validator);
  return { ...policy, problems, notes };
}

/** The stages that are there. */
function readStages(reader: OptionReader, stages: GlooStages<GlooJwt>, path: string): Settings {
  const settings: Settings = {};
  for (const [stage, field] of STAGES) {
    const jwt = stages[stage];
    if (jwt !== undefined) settings[field] = readJwt(reader, jwt, `${path}.${stage}`, stage);
  }
  return settings;
}

function disabledStages(stages: GlooStages<GlooDisable>, path: string, problems: string[]): Settings {
  const settings: Settings = {};
  for (const [stage, field] of STAGES) {
    const disable = stages[stage];
    if (disable !== undefined) settings[field] = readDisable(disable, `${path}.${stage}`, problems);
  }
  if (Object.keys(settings).length > 0) return settings;
  problems.push(`${path}: sets neither beforeExtAuth nor afterExtAuth`);
  return brokenSettings(problems.at(-1)!);
}

function readDisable({ disable }: GlooDisable, path: string, problems: string[]): AuthenticationSetting | Broken {
  if (disable === true) return OFF;
  problems.push(`${path}: only disable: true can be set on a route; providers go into jwtProvidersStaged`);
  return { problem: problems.at(-1)! };
}

/** What a filter said of each, which does not change: objects are never changed in place. */
const read = new WeakMap<Validator, WeakMap<GlooRbac, AuthorizationSetting | Broken>>();

function readRbac(rbac: GlooRbac, problems: string[], validator: Validator): AuthorizationSetting | Broken {
  let ofValidator = read.get(validator);
  if (ofValidator === undefined) read.set(validator, (ofValidator = new WeakMap()));
  let setting = ofValidator.get(rbac);
  if (setting === undefined) ofValidator.set(rbac, (setting = makeRbac(rbac, validator)));
  if (isBroken(setting)) problems.push(setting.problem);
  return setting;
}

function makeRbac(rbac: GlooRbac, validator: Validator): AuthorizationSetting | Broken {
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
  if (refusal === null) return { authorization: unchanging(authorization) };
  const field = refusal.path.replace(/(principals\[\d+\])\.(claims|matcher|provider)/, "$1.jwtPrincipal.$2");
  return { problem: `${fieldBelow("spec.options.rbac", field)}: ${refusal.message}` };
}

function matcherName(matcher: string | number): string {
  return typeof matcher === "number" ? (MATCHERS[matcher] ?? String(matcher)) : matcher;
}
