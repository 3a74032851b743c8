// The URL of a JWK set. Not by WHATWG's parser, which mends what people write ("https:\\host", tabs, "0x7f.1"): a URL is taken as it
// is or refused. What is said of a bad one never quotes it: there may be credentials in it.
import { isIPv4, isIPv6 } from "node:net";

export interface JwksUrl {
  scheme: "http" | "https";
  /** Lower case; an IPv6 address without brackets. */
  host: string;
  /** As the request says it: with the port unless that is the scheme's own. */
  authority: string;
  /** With the query. */
  path: string;
}

const PARTS = /^(https?):\/\/([^/?#]*)([^#]*)(#?)/i;
const HOST_AND_PORT = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::([0-9]{1,5}))?$/i;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DNS_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
/** RFC 3986 §3.3 and §3.4: pchar, "/" and "?". */
const PATH = /^(?:[\w.~:/?@!$&'()*+,;=-]|%[0-9a-f]{2})*$/i;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;
const MAX_PATH = 2048;
const MAX_NAME = 253;

/** Takes a URL apart, or says what is wrong with it. */
export function parseJwksUrl(url: string): JwksUrl | { problem: string } {
  const parts = PARTS.exec(url);
  if (parts === null) return { problem: "must begin with https://HOST or http://HOST" };
  const [, written, place, rest, fragment] = parts as unknown as [string, string, string, string, string];
  if (place.includes("@")) return { problem: "must not have credentials: a JWK set is public" };
  if (fragment !== "") return { problem: "must not have a fragment" };
  const scheme = written.toLowerCase() as "http" | "https";
  const [, address, name = "", digits] = HOST_AND_PORT.exec(place) ?? [];
  const host = (address ?? name).toLowerCase();
  if (address === undefined ? !isName(host) : !isIPv6(address))
    return { problem: "must have a host name or an IP address for a host, and then perhaps a port" };
  const port = digits === undefined ? DEFAULT_PORTS[scheme] : Number(digits);
  if (port < 1 || port > 65535) return { problem: "must have a port from 1 to 65535" };
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  if (!PATH.test(path)) return { problem: "has a character in its path or query that must be percent-encoded" };
  if (path.length > MAX_PATH) return { problem: `must have a path and query of at most ${MAX_PATH} characters` };
  const shown = address === undefined ? host : `[${host}]`;
  return { scheme, host, path, authority: port === DEFAULT_PORTS[scheme] ? shown : `${shown}:${port}` };
}

/** Whether a text is a host that a connection can be made to: a DNS name or an IP address, without brackets. */
export function isHost(text: string): boolean {
  return isIPv6(text) || isName(text.toLowerCase());
}

/** A DNS name or an IPv4 address. A last label of digits makes it one that is none of both (inet_aton takes more than isIPv4). */
function isName(host: string): boolean {
  if (isIPv4(host)) return true;
  return host.length <= MAX_NAME && DNS_NAME.test(host) && !/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(host);
}
