// Services as Envoy clusters, and their EndpointSlices as load assignments.
import { isIP } from "node:net";
import type { V1EndpointSlice } from "../../api/types.js";
import type { ResourceIndex } from "../resources.js";
import type { EnvoyResource } from "../snapshot.js";
import type { BackendReference } from "./backends.js";

/** A backend that does not answer the handshake in this time is as good as down (Envoy's own default, made visible). */
export const CONNECT_TIMEOUT = "5s";

const HTTP_PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** A cluster whose endpoints come over ADS. */
export function renderCluster(backend: BackendReference): EnvoyResource {
  return {
    name: backend.cluster,
    type: "EDS",
    edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: "V3" } },
    connectTimeout: CONNECT_TIMEOUT,
    lbPolicy: "LEAST_REQUEST",
    ...(backend.http2 && {
      typedExtensionProtocolOptions: {
        [HTTP_PROTOCOL_OPTIONS]: {
          "@type": `type.googleapis.com/${HTTP_PROTOCOL_OPTIONS}`,
          explicitHttpConfig: { http2ProtocolOptions: {} },
        },
      },
    }),
  };
}

/** The ClusterLoadAssignment of a backend; without endpoints it is empty and Envoy answers 503. */
export function renderEndpoints(backend: BackendReference, index: ResourceIndex): EnvoyResource {
  const addresses = usableAddresses(index.endpointSlices(backend.namespace, backend.service), backend.portName);
  return {
    clusterName: backend.cluster,
    endpoints:
      addresses.length === 0
        ? []
        : [
            {
              lbEndpoints: addresses.map(({ address, port }) => ({
                endpoint: { address: { socketAddress: { address, portValue: port } } },
              })),
            },
          ],
  };
}

interface Address {
  address: string;
  port: number;
}

/** Ready endpoints; if there are none, those that still serve while they terminate (kube-proxy, KEP-1669). */
function usableAddresses(slices: readonly V1EndpointSlice[], portName: string): Address[] {
  const ready = new Map<string, Address>();
  const terminating = new Map<string, Address>();
  for (const { addressType, endpoints, ports } of slices) {
    // Absent or null: all ports, which no Service has.
    const port = ports?.find((p) => (p.name ?? "") === portName && (p.protocol ?? "TCP") === "TCP")?.port;
    if (!port || (addressType !== "IPv4" && addressType !== "IPv6")) continue;
    for (const { addresses, conditions } of endpoints ?? []) {
      // Absent means ready (EndpointConditions); the addresses of one endpoint are interchangeable: the first is used.
      const isReady = conditions?.ready ?? true;
      const isServing = conditions?.serving ?? isReady;
      const target = isReady ? ready : isServing && conditions?.terminating ? terminating : undefined;
      const address = addresses?.[0];
      if (target === undefined || address === undefined || isIP(address) === 0) continue;
      // An endpoint that moves between slices is in both for a moment.
      target.set(`${address} ${port}`, { address, port });
    }
  }
  const chosen = ready.size > 0 ? ready : terminating;
  return [...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}
