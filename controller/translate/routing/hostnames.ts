// Hostnames of listeners and routes. ANY stands for "no hostname given"; a leading "*." covers one or more labels
// (Gateway API, Hostname: `*.example.com` matches `a.b.example.com` but not `example.com`).

export const ANY = "*";

const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Lower case, or undefined when it is not a hostname (a wildcard elsewhere would be another kind of domain to Envoy). */
export function parseHostname(hostname: string): string | undefined {
  const lower = hostname.toLowerCase();
  return lower.length <= 253 && HOSTNAME.test(lower) ? lower : undefined;
}

/** Whether every host of `narrow` is a host of `wide`. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === ANY || wide === narrow) return true;
  return wide.startsWith("*.") && narrow.length > wide.length - 1 && narrow.endsWith(wide.slice(1));
}

/** The hosts both cover, or undefined when there are none. */
export function intersect(a: string, b: string): string | undefined {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

/**
 * All hostnames that cover this one, most specific first: itself, its wildcards from longest to shortest, ANY. Gateway
 * API gives the route with the longest matching hostname precedence, an exact one first.
 */
export function covering(hostname: string): string[] {
  if (hostname === ANY) return [ANY];
  const result = [hostname];
  let rest = hostname.startsWith("*.") ? hostname.slice(2) : hostname;
  for (let dot = rest.indexOf("."); dot >= 0; dot = rest.indexOf(".")) {
    rest = rest.slice(dot + 1);
    result.push(`*.${rest}`);
  }
  result.push(ANY);
  return result;
}
