// A listener for a pod's readiness probe. The admin interface answers /ready, too, but it can do anything else as well, so it stays on
// loopback, where a kubelet does not come; and an image without a shell has nothing to exec.

const HTTP = "type.googleapis.com/envoy.extensions.filters.http";
const MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** Where it listens unless a Gateway has a listener of this number, or the path it answers. */
export const READY_PORT = 19003;
export const READY_PATH = "/ready";

/**
 * A static listener on all addresses that answers GET /ready with 200, or 503 once Envoy was told to fail (POST /healthcheck/fail), and
 * 404 to all else. Like every listener it is served only when the first configuration is complete (source/server/server.cc,
 * startWorkers), so until then the connection is refused.
 */
export function readyListener(port: number): Record<string, unknown> {
  return {
    name: "ready",
    address: { socket_address: { address: "0.0.0.0", port_value: port } },
    // Those who serve are not to be kept from it by those who ask.
    ignore_global_conn_limit: true,
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              "@type": MANAGER,
              stat_prefix: "ready",
              stream_idle_timeout: "5s",
              request_headers_timeout: "5s",
              common_http_protocol_options: { idle_timeout: "60s" },
              route_config: { name: "ready" },
              http_filters: [
                {
                  name: "envoy.filters.http.health_check",
                  typed_config: {
                    "@type": `${HTTP}.health_check.v3.HealthCheck`,
                    pass_through_mode: false,
                    headers: [{ name: ":path", string_match: { exact: READY_PATH } }],
                  },
                },
                { name: "envoy.filters.http.router", typed_config: { "@type": `${HTTP}.router.v3.Router` } },
              ],
            },
          },
        ],
      },
    ],
  };
}
