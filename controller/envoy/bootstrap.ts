import { ENVOY_RE2_RUNTIME } from "../translate/routing/regex.js";
import { type FilterFile, filterMetadata } from "../xds/filter.js";
import { readyListener } from "./ready.js";
import { type EnvoyTls, xdsTransportSocket } from "./tls.js";

export interface BootstrapOptions {
  /** "NS/NAME" of the Gateway. */
  readonly gateway: string;
  /** Where the controller serves xDS. */
  readonly xds: { readonly address: string; readonly port: number };
  /** Always on 127.0.0.1: the admin interface shows configuration and can stop Envoy. */
  readonly adminPort: number;
  /** Mutual TLS to the controller, a must beyond loopback. The files of sdsFiles(tls) have to be in place. */
  readonly tls?: EnvoyTls;
  /** The filter on Envoy's file system; unless given, the controller's path is taken to be good there. */
  readonly filter?: FilterFile;
  /** Where a readiness probe is answered, on all addresses; nowhere unless given. */
  readonly readyPort?: number;
}

/** Not ready until it was configured: after Envoy's default of 15 s it would call itself live, with no listener. */
const PATIENT_ADS = { ads: {}, resource_api_version: "V3", initial_fetch_timeout: "0s" };

/** A static Envoy bootstrap in JSON: everything but the way to the controller and the admin interface comes over ADS. */
export function bootstrap(options: BootstrapOptions): Record<string, unknown> {
  const { gateway, xds, adminPort, tls, filter, readyPort } = options;
  return {
    node: {
      id: gateway,
      cluster: gateway,
      ...(filter === undefined ? {} : { metadata: filterMetadata(filter) }),
    },
    admin: { address: socketAddress("127.0.0.1", adminPort) },
    dynamic_resources: {
      ads_config: {
        api_type: "DELTA_GRPC",
        transport_api_version: "V3",
        set_node_on_first_message_only: true,
        grpc_services: [
          {
            envoy_grpc: {
              cluster_name: "xds",
              // A restarted controller is found again within seconds; the default grows to 30 s.
              retry_policy: { retry_back_off: { base_interval: "0.2s", max_interval: "2s" } },
            },
          },
        ],
      },
      cds_config: PATIENT_ADS,
      lds_config: PATIENT_ADS,
    },
    static_resources: {
      ...(readyPort === undefined ? {} : { listeners: [readyListener(readyPort)] }),
      clusters: [
        {
          name: "xds",
          type: /^[0-9.]+$|:/.test(xds.address) ? "STATIC" : "STRICT_DNS",
          connect_timeout: "5s",
          ...(tls === undefined ? {} : { transport_socket: xdsTransportSocket(tls) }),
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
              explicit_http_config: {
                // Notices a controller that is gone without a word (a host that lost power).
                http2_protocol_options: { connection_keepalive: { interval: "30s", timeout: "10s" } },
              },
            },
          },
          load_assignment: {
            cluster_name: "xds",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(xds.address, xds.port) } }] }],
          },
        },
      ],
    },
    // Regular expressions of routes are bounded by translation, which says which one is too large; Envoy's own bound of 100
    // instructions would refuse a whole route table without a name.
    layered_runtime: { layers: [{ name: "claimgate", static_layer: ENVOY_RE2_RUNTIME }] },
    // Envoy warns at start without a limit; this is far above what one gateway host serves.
    overload_manager: {
      resource_monitors: [
        {
          name: "envoy.resource_monitors.global_downstream_max_connections",
          typed_config: {
            "@type":
              "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            max_active_downstream_connections: 50_000,
          },
        },
      ],
    },
  };
}

function socketAddress(address: string, port: number): Record<string, unknown> {
  return { socket_address: { address, port_value: port } };
}
