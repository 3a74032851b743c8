import { isIP } from "node:net";

export interface HostAndPort {
  address: string;
  port: number;
}

/** Parses "127.0.0.1:18000", "localhost:18000" or "[::1]:18000"; undefined if the text is none. */
export function parseHostAndPort(text: string): HostAndPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, v6, host, digits] = match;
  const port = Number(digits);
  if (port > 65535 || (v6 !== undefined && isIP(v6) !== 6)) return undefined;
  return { address: (v6 ?? host)!, port };
}

/** Whether only this host can reach an address: 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291), localhost (RFC 6761). */
export function isLoopback(address: string): boolean {
  return (isIP(address) === 4 && address.startsWith("127.")) || address === "::1" || address === "localhost";
}
