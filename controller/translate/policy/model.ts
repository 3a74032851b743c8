// Policies of both APIs in one form: what they switch on, for which targets, and what stands in the way.
import type { KubernetesObject, PolicyTargetReference } from "../../api/types.js";
import type { ResourceIndex } from "../resources.js";
import type { AuthorizationConfiguration, ProviderConfiguration, ValidationPolicy } from "../snapshot.js";
import type { Validator } from "../validator.js";
import type { KeyCluster } from "./remote/cluster.js";

/** The two APIs. Policies of one never merge with those of the other: on one route, both must pass. */
export const APIS = ["kgateway", "gloo"] as const;
export type Api = (typeof APIS)[number];

/** A setting that cannot be enforced: where it wins, routes answer 500. */
export interface Broken {
  problem: string;
}

/** Provider ids by the names they have in the resource; null switches authentication off. */
export interface AuthenticationSetting {
  providers: ReadonlyMap<string, string> | null;
  /** Absent: REQUIRE_VALID. */
  validationPolicy?: ValidationPolicy;
}

/** Principals still name providers as the resource does; null switches authorization off. */
export interface AuthorizationSetting {
  authorization: AuthorizationConfiguration | null;
}

/** Each field is taken from the most specific policy that sets it. */
export interface Settings {
  /** Gloo's stage before external authorization; with `authentication`, both are demanded. */
  precedingAuthentication?: AuthenticationSetting | Broken;
  authentication?: AuthenticationSetting | Broken;
  authorization?: AuthorizationSetting | Broken;
}

export const FIELDS = ["precedingAuthentication", "authentication", "authorization"] as const;
export type Field = (typeof FIELDS)[number];

export interface Policy {
  api: Api;
  object: KubernetesObject;
  targetRefs: readonly PolicyTargetReference[];
  settings: Settings;
  /** Lower-case names of the headers it writes, or would if it could be enforced. */
  writes: readonly string[];
  /** Everything wrong with it, `field: what`, for its status. */
  problems: readonly string[];
  /** What to say of it although it is in force. */
  notes?: readonly string[];
}

/** Provider configurations by provider id. */
export type Providers = Map<string, ProviderConfiguration>;

/** What reading policies takes, and adds to. */
export interface Reading {
  readonly index: ResourceIndex;
  readonly validator: Validator;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** See TranslateOptions. */
  readonly jwksCaFile: string;
  /** Set by whoever has read something that depends on the time. */
  timed?: boolean;
  readonly providers: Providers;
  /** By their names, which the configurations of providers with remote keys have. */
  readonly keyClusters: Map<string, KeyCluster>;
}

/** One provider as it was read. */
export interface ReadProvider {
  configuration: ProviderConfiguration;
  /** What to say of it although it can be used. */
  notes: string[];
  /** Of remote keys. */
  cluster?: KeyCluster;
}

/** What a policy points at. Rules are counted from 0. */
export type Target =
  | { level: "gateway"; gateway: string }
  | { level: "listener"; gateway: string; listener: string }
  | { level: "route"; route: string }
  | { level: "rule"; route: string; rule: number };

export function isBroken(setting: object): setting is Broken {
  return "problem" in setting;
}

/** Every field closed for one reason: for a policy of which not even the fields it sets are known. */
export function brokenSettings(problem: string): Settings {
  return { precedingAuthentication: { problem }, authentication: { problem }, authorization: { problem } };
}
