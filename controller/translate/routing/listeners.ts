// One Envoy listener per port of a Gateway.
import type { EnvoyResource } from "../snapshot.js";
import { chainMatch, TLS_INSPECTOR, transportSocket } from "./tls.js";
import type { ListenerTopology } from "./topology.js";

export interface ListenerOptions {
  /** IP address to listen on. */
  readonly address: string;
  /** Added to the Gateway's port. */
  readonly portOffset: number;
  /**
   * Whether an address taken by somebody else is an error. By default Envoy shares it (SO_REUSEPORT), and then the kernel gives
   * connections to either: with two Gateways on one port, to the one whose policies were not meant.
   */
  readonly exclusivePorts?: boolean;
  /** Names removed before a route is chosen, so that a client's identity header chooses none. */
  readonly earlyRemovedHeaders: readonly string[];
}

/** What serves a connection from its first request to its last. */
export interface Chain {
  /** Name of its RouteConfiguration. */
  readonly table: string;
  /**
   * The accepted ones that share it: each has a filter of its own, which is there with and without policies, because a connection
   * keeps the chain it was opened with.
   */
  readonly listeners: readonly ListenerTopology[];
  /** The listener whose certificates it shows; plain text without. */
  readonly tls?: ListenerTopology;
}

const ADS = { ads: {}, resourceApiVersion: "V3" };
const TYPE = "type.googleapis.com/";
const WASM = `${TYPE}envoy.extensions.filters.http.wasm.v3.Wasm`;

/**
 * Every client is an outside one, whatever its address: what it says in x-envoy-* is not believed. An empty list, and in older
 * Envoys none, stands for loopback and the private ranges, whose clients could set timeouts and x-envoy-original-path.
 */
const NO_INTERNAL_ADDRESS = { cidrRanges: [{ addressPrefix: "255.255.255.255", prefixLen: 32 }] };

/** Without these Envoy answers 400, 404 or 503, or a client's protocol breaks. */
const UNREMOVABLE = /^(?::.*|host|content-length|transfer-encoding|connection|upgrade|te)$/;

/** @param chains one of plain text, or those of TLS */
export function renderListener(
  name: string,
  port: number,
  chains: readonly Chain[],
  options: ListenerOptions,
): EnvoyResource {
  return {
    name,
    address: { socketAddress: { address: options.address, portValue: port + options.portOffset } },
    ...(options.exclusivePorts === true && { enableReusePort: false }),
    ...(chains.some(({ tls }) => tls !== undefined) && { listenerFilters: [TLS_INSPECTOR] }),
    filterChains: chains.map((chain) => ({
      ...(chain.tls !== undefined && {
        name: chain.tls.id,
        filterChainMatch: chainMatch(chain.tls),
        transportSocket: transportSocket(chain.tls),
        transportSocketConnectTimeout: "10s",
      }),
      filters: [{ name: "envoy.filters.network.http_connection_manager", typedConfig: renderManager(chain, options) }],
    })),
  };
}

function renderManager({ table, listeners }: Chain, options: ListenerOptions): EnvoyResource {
  const early = [...new Set(options.earlyRemovedHeaders.map((header) => header.toLowerCase()))]
    .filter((header) => !UNREMOVABLE.test(header))
    .sort();
  return {
    "@type": `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    codecType: "AUTO",
    statPrefix: table,
    rds: { routeConfigName: table, configSource: ADS },
    // Path confusion (CVE-2019-9901, CVE-2021-29492): what is matched is what the backend sees.
    normalizePath: true,
    mergeSlashes: true,
    pathWithEscapedSlashesAction: "REJECT_REQUEST",
    // `x_team` must not pass beside `x-team`.
    commonHttpProtocolOptions: { headersWithUnderscoresAction: "DROP_HEADER", idleTimeout: "3600s" },
    // https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
    http2ProtocolOptions: {
      maxConcurrentStreams: 100,
      initialStreamWindowSize: 65536,
      initialConnectionWindowSize: 1048576,
    },
    streamIdleTimeout: "300s",
    requestHeadersTimeout: "10s",
    useRemoteAddress: true,
    internalAddressConfig: NO_INTERNAL_ADDRESS,
    upgradeConfigs: [{ upgradeType: "websocket" }],
    ...(early.length > 0 && { earlyHeaderMutationExtensions: [earlyRemoval(early)] }),
    httpFilters: [
      ...listeners.map(({ id }) => ({ name: id, configDiscovery: { configSource: ADS, typeUrls: [WASM] } })),
      {
        name: "envoy.filters.http.router",
        typedConfig: { "@type": `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
      },
    ],
  };
}

function earlyRemoval(headers: readonly string[]): EnvoyResource {
  return {
    name: "envoy.http.early_header_mutation.header_mutation",
    typedConfig: {
      "@type": `${TYPE}envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation`,
      mutations: headers.map((remove) => ({ remove })),
    },
  };
}
