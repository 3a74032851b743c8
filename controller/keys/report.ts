// What a filter says of a provider's remote keys. It comes from an Envoy, and what is in it from the identity provider: neither is
// trusted to be well-formed, short or printable.
import { isObject } from "../api/defaults.js";

export interface ReportedKey {
  /** "" if it has none. */
  readonly kid: string;
  /** "" if it does not say. */
  readonly alg: string;
}

export interface KeyReport {
  /** The provider's id in the plugin configuration. */
  readonly provider: string;
  /** Those in use; at most MAX_KEYS of them. */
  readonly keys: readonly ReportedKey[];
  /** How many there are beyond those. */
  readonly more: number;
  /** When they were fetched, in seconds since 1970; absent if there never were any. */
  readonly fetched?: number;
  /** Why the last fetch failed; "" if it did not. */
  readonly error: string;
  /** Since when fetches fail, in seconds since 1970. */
  readonly errorSince?: number;
}

/** Bytes of a whole report. */
export const MAX_REPORT = 65_536;
/** A status has room for so many. */
const MAX_KEYS = 8;
const MAX_PROVIDER = 1024;
const MAX_KID = 64;
const MAX_ERROR = 256;
/** The last moment that a Date knows, in seconds since 1970. */
const MAX_TIME = 8.64e12;
const FIELDS: ReadonlySet<string> = new Set(["provider", "keys", "fetched", "error", "errorSince"]);

/** Reads a report; undefined if it is none. */
export function parseReport(text: string): KeyReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || Object.keys(value).some((name) => !FIELDS.has(name))) return undefined;
  const { provider, keys = [], fetched, error, errorSince } = value;
  if (typeof provider !== "string" || provider === "" || provider.length > MAX_PROVIDER) return undefined;
  if (!Array.isArray(keys) || !isTime(fetched) || !isTime(errorSince)) return undefined;
  if (error !== undefined && error !== null && typeof error !== "string") return undefined;
  const read = keys.map(keyOf);
  if (!read.every((key) => key !== undefined)) return undefined;
  return {
    provider,
    keys: read.slice(0, MAX_KEYS),
    more: Math.max(0, read.length - MAX_KEYS),
    ...(fetched ? { fetched } : {}),
    error: printable(error ?? "", MAX_ERROR),
    ...(error && errorSince ? { errorSince } : {}),
  };
}

function keyOf(key: unknown): ReportedKey | undefined {
  if (!isObject(key)) return undefined;
  const { kid, alg } = key;
  if (!isName(kid) || !isName(alg)) return undefined;
  return { kid: printable(kid ?? "", MAX_KID), alg: printable(alg ?? "", MAX_KID) };
}

function isName(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === "string";
}

function isTime(value: unknown): value is number | null | undefined {
  if (value === undefined || value === null) return true;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= MAX_TIME;
}

/** As much of a text as may stand in a status: no control characters, nothing that turns the direction of writing. */
function printable(text: string, length: number): string {
  const shown = text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?");
  return shown.length > length ? `${shown.slice(0, length)}…` : shown;
}
