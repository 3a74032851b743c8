// TLS of HTTPS listeners. Certificates come by SDS: a new one replaces a secret and leaves the listener, and with it every open
// connection, as it is (docs/decisions/0005-certificates-by-sds.md).
import type { EnvoyResource } from "../snapshot.js";
import type { Certificate } from "./certificates.js";
import { ANY } from "./hostnames.js";
import type { ListenerTopology } from "./topology.js";

const TYPE = "type.googleapis.com/";
const ADS = { ads: {}, resourceApiVersion: "V3" };

/** Reads the server name that chooses the filter chain. */
export const TLS_INSPECTOR: EnvoyResource = {
  name: "envoy.filters.listener.tls_inspector",
  typedConfig: { "@type": `${TYPE}envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector` },
};

/** Envoy's server names mean what Gateway API's hostnames do: the most specific wins, "*." covers one or more labels. */
export function chainMatch({ hostname }: ListenerTopology): EnvoyResource {
  return { transportProtocol: "tls", ...(hostname !== ANY && { serverNames: [hostname] }) };
}

export function transportSocket({ certificates = [] }: ListenerTopology): EnvoyResource {
  return {
    name: "envoy.transport_sockets.tls",
    typedConfig: {
      "@type": `${TYPE}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext`,
      commonTlsContext: {
        // RFC 8996: nothing below 1.2.
        tlsParams: { tlsMinimumProtocolVersion: "TLSv1_2" },
        alpnProtocols: ["h2", "http/1.1"],
        tlsCertificateSdsSecretConfigs: certificates.map(({ name }) => ({ name, sdsConfig: ADS })),
      },
    },
  };
}

/** Holds a private key. */
export function renderSecret({ name, chain, key }: Certificate): EnvoyResource {
  return {
    name,
    tlsCertificate: { certificateChain: { inlineString: chain }, privateKey: { inlineString: key } },
  };
}
