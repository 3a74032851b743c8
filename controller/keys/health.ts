// What all Envoys together say of a provider's keys.
import { isObject } from "../api/defaults.js";
import type { KeyReport, ReportedKey } from "./report.js";

/** Of one provider. */
export interface KeyHealth {
  /** Envoys that say something. */
  readonly envoys: number;
  /** Those of them that have no keys. */
  readonly without: number;
  /** Every key that any of them has, by kid; some may have the old ones still. */
  readonly keys: readonly ReportedKey[];
  readonly more: number;
  /** The latest, in seconds since 1970. */
  readonly fetched?: number;
  /** Of the Envoy whose fetches fail longest; "" if nobody's do. */
  readonly error: string;
  readonly errorSince?: number;
}

/** By provider id. */
export type KeyHealths = Readonly<Record<string, KeyHealth>>;

const MAX_KEYS = 8;

export function healthOf({ keys, more, fetched, error, errorSince }: KeyReport): KeyHealth {
  const times = { ...(fetched !== undefined && { fetched }), ...(errorSince !== undefined && { errorSince }) };
  return { envoys: 1, without: keys.length === 0 ? 1 : 0, keys, more, error, ...times };
}

/** Both together. */
export function combine(one: KeyHealth, other: KeyHealth): KeyHealth {
  const byName = new Map([...one.keys, ...other.keys].map((key) => [`${key.kid}\0${key.alg}`, key]));
  const keys = [...byName.values()].sort((a, b) => (a.kid < b.kid ? -1 : a.kid > b.kid ? 1 : 0));
  const fetched = Math.max(one.fetched ?? 0, other.fetched ?? 0);
  const failing = [one, other].filter(({ error }) => error !== "");
  failing.sort((a, b) => (a.errorSince ?? 0) - (b.errorSince ?? 0));
  const { error = "", errorSince } = failing[0] ?? {};
  return {
    envoys: one.envoys + other.envoys,
    without: one.without + other.without,
    keys: keys.slice(0, MAX_KEYS),
    more: Math.max(one.more, other.more) + Math.max(0, keys.length - MAX_KEYS),
    ...(fetched > 0 && { fetched }),
    error,
    ...(errorSince !== undefined && { errorSince }),
  };
}

/** Of one provider, by several; undefined if none of them says anything of it. */
export function healthIn(all: readonly KeyHealths[], provider: string): KeyHealth | undefined {
  const said = all.flatMap((healths) => (Object.hasOwn(healths, provider) ? [healths[provider]!] : []));
  return said.length === 0 ? undefined : said.reduce(combine);
}

/** Of all reports, by provider. An Envoy that has not fetched yet, in vain or not, says nothing. */
export function healthsOf(reports: Iterable<KeyReport>): KeyHealths {
  const all = new Map<string, KeyHealth>();
  for (const report of reports) {
    if (report.keys.length === 0 && report.error === "") continue;
    const known = all.get(report.provider);
    const health = healthOf(report);
    all.set(report.provider, known === undefined ? health : combine(known, health));
  }
  return Object.fromEntries(all);
}

/** Whether a value is what healthsOf() made, in another replica of this version. */
function areHealths(value: unknown): value is KeyHealths {
  return isObject(value) && Object.values(value).every(isHealth);
}

function isHealth(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { envoys, without, more, keys, fetched = 0, errorSince = 0, error } = value;
  const isKey = (key: unknown) => isObject(key) && typeof key["kid"] === "string" && typeof key["alg"] === "string";
  return (
    [envoys, without, more, fetched, errorSince].every(Number.isSafeInteger) &&
    typeof error === "string" &&
    Array.isArray(keys) &&
    keys.every(isKey)
  );
}

/** By Gateway. */
export type HealthsByGateway = Readonly<Record<string, KeyHealths>>;

/**
 * As the text of an annotation of at most `limit` characters. If not everything has room, what is in order is left out first: its absence
 * says less that is wrong.
 */
export function healthText(all: HealthsByGateway, limit: number): string {
  const entries = Object.entries(all).flatMap(([gateway, healths]) =>
    Object.entries(healths).map(([provider, health]) => ({ gateway, provider, health })),
  );
  const isAmiss = ({ health }: (typeof entries)[number]) => health.without > 0 || health.error !== "";
  const kept: Record<string, Record<string, KeyHealth>> = {};
  let left = limit - 2;
  for (const { gateway, provider, health } of [...entries.filter(isAmiss), ...entries.filter((e) => !isAmiss(e))]) {
    // As if each had a Gateway of its own.
    left -= JSON.stringify({ [gateway]: { [provider]: health } }).length + 1;
    if (left < 0) break;
    (kept[gateway] ??= {})[provider] = health;
  }
  return JSON.stringify(kept);
}

/** Reads such a text; undefined if a replica of this version did not write it. */
export function parseHealths(text: unknown): HealthsByGateway | undefined {
  try {
    const all: unknown = JSON.parse(String(text));
    return isObject(all) && Object.values(all).every(areHealths) ? (all as HealthsByGateway) : undefined;
  } catch {
    return undefined;
  }
}
