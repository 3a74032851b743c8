// Path values of matches, as Envoy must be told them so that every spelling of a path meets the same route.
import type { EnvoyResource } from "../snapshot.js";
import { escapeRegex } from "./regex.js";

const PATH = /^\/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*$/;

/** Envoy decodes these itself (RFC 3986 §6.2.2.2), so a request's path never contains them encoded. */
const ENCODED_UNRESERVED = /%(?:2[dDeE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF]|7[eE])/;

/** Characters that mean the same encoded and plain to most backends, but not to Envoy. */
const RESERVED = "!$&'()*+,=:@";

/** Why a literal path can never match a request that passed normalisation, or undefined when it can. */
export function pathProblem(value: string): string | undefined {
  if (!value.startsWith("/")) return "a path that does not begin with /";
  if (!PATH.test(value)) return "a path with characters that RFC 3986 does not allow in one";
  if (value.includes(";")) return "a path with ';', which is refused in every request";
  if (/%(?:2[fF]|5[cC]|00)/.test(value))
    return "a path with an encoded slash or NUL, which is refused in every request";
  if (value.includes("//")) return "a path with an empty segment, which is merged in every request";
  if (/\/\.\.?(?:\/|$)/.test(value)) return "a path with a dot segment, which is resolved in every request";
  if (ENCODED_UNRESERVED.test(value))
    return "a path with an encoded letter, digit or one of -._~, decoded in every request";
  return undefined;
}

/** What the author of an impossible path most likely meant, as normalisation would have it. */
export function normalisePath(value: string): string {
  const decoded = value.replace(new RegExp(ENCODED_UNRESERVED, "g"), (encoded) => decodeURIComponent(encoded));
  const segments: string[] = [];
  const parts = decoded.split("/").filter((segment) => segment !== "" && segment !== ".");
  for (const part of parts) {
    if (part === "..") segments.pop();
    else segments.push(part);
  }
  return `/${segments.join("/")}${segments.length > 0 && /\/\.{0,2}$/.test(decoded) ? "/" : ""}`;
}

/** The part of a text in front of whatever can not stand in a path, or has several spellings. Begins with /. */
export function safePathPrefix(value: string): string {
  const path = value.startsWith("/") ? value : `/${value}`;
  const end = path.search(/[^-A-Za-z0-9/._~]|\/\/|\/\./);
  return (end < 0 ? path : path.slice(0, end)) || "/";
}

/** Path matcher of a valid literal, by whole path. */
export function exactPath(value: string): EnvoyResource {
  return needsRegex(value) ? { safeRegex: { regex: spellings(value) } } : { path: value };
}

/** Path matcher of a valid literal, by whole segments: a trailing slash does not count. */
export function prefixPath(value: string): EnvoyResource {
  const prefix = value.endsWith("/") ? value.slice(0, -1) : value;
  if (prefix === "") return { prefix: "/" };
  return needsRegex(prefix)
    ? { safeRegex: { regex: `${spellings(prefix)}(?:/.*)?` } }
    : { pathSeparatedPrefix: prefix };
}

function needsRegex(value: string): boolean {
  return value.includes("%") || [...value].some((character) => RESERVED.includes(character));
}

/**
 * Matches every spelling of the path. Envoy leaves `%40` and `@`, `%C3` and `%c3` apart, the backend does not: a request
 * spelt otherwise would be judged by a less specific route's policy and served as if it had met this one.
 */
function spellings(value: string): string {
  return value.replace(/%([0-9A-Fa-f]{2})|[^%]/g, (unit, hex: string | undefined) => {
    const character = hex === undefined ? unit : String.fromCharCode(Number.parseInt(hex, 16));
    if (hex === undefined && !RESERVED.includes(character)) return escapeRegex(character);
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    const encoded = `%${[...code].map((digit) => (/[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit)).join("")}`;
    return RESERVED.includes(character) ? `(?:${encoded}|${escapeRegex(character)})` : encoded;
  });
}
