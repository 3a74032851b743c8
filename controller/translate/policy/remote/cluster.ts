// The Envoy cluster through which the filter fetches a provider's keys.
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { canonicalJson } from "../../canonical.js";
import type { ResourceIndex } from "../../resources.js";
import type { BackendReference } from "../../routing/backends.js";
import { CONNECT_TIMEOUT, renderCluster, renderEndpoints } from "../../routing/clusters.js";
import type { EnvoyResource } from "../../snapshot.js";
import type { JwksUrl } from "./url.js";

/** What one Envoy is to hold for a provider, beside the filter's configuration. */
export interface KeyCluster {
  name: string;
  cluster: EnvoyResource;
  /** Its ClusterLoadAssignment, if that does not stand in the cluster itself. */
  endpoints?: EnvoyResource;
}

/** Where the connections go. */
export type Reach = { backend: BackendReference } | { hosts: readonly { address: string; port: number }[] };

/** TLS to the server, or none. */
export interface KeyTls {
  /** Path on the Envoy's file system of the CAs that are trusted (PEM). */
  caFile: string;
  /** Server name of the handshake; the URL's host unless given. */
  serverName?: string | undefined;
}

const UPSTREAM_TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
/** Of a cluster's name in statistics; what makes it unique is the hash. */
const MAX_LABEL = 160;

/**
 * The cluster of provider `id`. Its name is a hash of its content too: keys of another place are never fetched through a cluster
 * that a configuration of before or after names.
 */
export function keyCluster(
  id: string,
  url: JwksUrl,
  reach: Reach,
  tls: KeyTls | undefined,
  index: ResourceIndex,
): KeyCluster {
  const content = {
    ...("backend" in reach ? renderCluster({ ...reach.backend, http2: false }) : addressed(reach.hosts)),
    ...(tls !== undefined && { transportSocket: transportSocket(url.host, tls) }),
  };
  const label = id.replaceAll(/[^\w./-]/g, "_").slice(0, MAX_LABEL);
  const hash = createHash("sha256")
    .update(canonicalJson([id, content]))
    .digest("hex")
    .slice(0, 16);
  const name = `jwks/${label}/${hash}`;
  if ("backend" in reach) {
    const endpoints = renderEndpoints({ ...reach.backend, cluster: name }, index);
    return { name, cluster: { ...content, name }, endpoints };
  }
  const loadAssignment = { ...(content as { loadAssignment?: object }).loadAssignment, clusterName: name };
  return { name, cluster: { ...content, name, loadAssignment } };
}

/** A cluster of servers by address; by name if one of them has a name. */
function addressed(hosts: readonly { address: string; port: number }[]): EnvoyResource {
  const lbEndpoints = hosts.map(({ address, port }) => ({
    endpoint: { address: { socketAddress: { address, portValue: port } } },
  }));
  const named = hosts.some(({ address }) => isIP(address) === 0);
  return {
    // Of one name, Envoy tries all addresses until one answers (RFC 8305) only with LOGICAL_DNS, which takes no more than one.
    type: named ? (hosts.length === 1 ? "LOGICAL_DNS" : "STRICT_DNS") : "STATIC",
    connectTimeout: CONNECT_TIMEOUT,
    lbPolicy: "LEAST_REQUEST",
    loadAssignment: { endpoints: [{ lbEndpoints }] },
    // A name server that does not answer must not keep an Envoy from starting, nor a name that has IPv6 from IPv4.
    ...(named && { dnsLookupFamily: "ALL", respectDnsTtl: true, waitForWarmOnInit: false }),
  };
}

function transportSocket(host: string, { caFile, serverName = host }: KeyTls): Record<string, unknown> {
  return {
    name: "envoy.transport_sockets.tls",
    typedConfig: {
      "@type": UPSTREAM_TLS,
      // RFC 6066 §3: no addresses.
      ...(isIP(serverName) === 0 && { sni: serverName }),
      commonTlsContext: {
        alpnProtocols: ["http/1.1"],
        tlsParams: { tlsMinimumProtocolVersion: "TLSv1_2" },
        validationContext: {
          trustedCa: { filename: caFile },
          // Without it any certificate of these CAs would do, whatever its name (seen). A wildcard's first label counts.
          matchTypedSubjectAltNames: [{ sanType: isIP(host) === 0 ? "DNS" : "IP_ADDRESS", matcher: { exact: host } }],
        },
      },
    },
  };
}
