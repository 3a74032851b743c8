import { TlsListener, type TlsEvent } from "./tls.js";

/** The values of --xds-tls-cert, --xds-tls-key and --xds-client-ca. */
export interface TlsFlags {
  readonly xdsTlsCert?: string;
  readonly xdsTlsKey?: string;
  readonly xdsClientCa?: string;
}

/**
 * For AdsServerOptions.tls: a listener with the files of the flags, undefined if none of them is given. Rejects with one line for people if
 * only some are, or if the files cannot be used.
 */
export async function tlsOfFlags(
  { xdsTlsCert, xdsTlsKey, xdsClientCa }: TlsFlags,
  onEvent: (event: TlsEvent) => void,
): Promise<TlsListener | undefined> {
  if (xdsTlsCert === undefined && xdsTlsKey === undefined && xdsClientCa === undefined) return undefined;
  if (xdsTlsCert === undefined || xdsTlsKey === undefined || xdsClientCa === undefined) {
    throw new Error("--xds-tls-cert, --xds-tls-key and --xds-client-ca go together");
  }
  return TlsListener.open({ certFile: xdsTlsCert, keyFile: xdsTlsKey, clientCaFile: xdsClientCa, onEvent });
}

/** One line for each event. */
export function describeTlsEvent(event: TlsEvent): string {
  switch (event.type) {
    case "rotated":
      return `xDS has a new certificate, valid until ${event.notAfter.toISOString()}`;
    case "unusable":
      return `the xDS certificates cannot be replaced, those in use stay: ${event.message}`;
    case "refused": {
      const more = event.more === 0 ? "" : ` (and ${event.more} more before)`;
      return `xDS refused a connection from ${event.peer}: ${event.reason}${more}`;
    }
  }
}
