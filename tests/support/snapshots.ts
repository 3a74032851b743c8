import type { EnvoyResource, PluginConfiguration, Snapshot } from "../../controller/translate/snapshot.js";

/** A small snapshot in short: what a test wants to vary. */
export interface Plan {
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    /** Its route table and its filter; both default to the listener's name. */
    readonly table?: string;
    readonly plugin?: string;
    /** Plain text unless given. */
    readonly secret?: string;
    /** Anything; other text makes another version. */
    readonly mark?: string;
  }[];
  /** Policy hashes of the routes, by table; "h1@/x" answers below /x, "h1" below /h1. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Names of EDS clusters, with a mark each. */
  readonly clusters?: Readonly<Record<string, string>>;
  /** Secrets, with a mark each. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** A regular expression for one more route of a table, by table. */
  readonly regexes?: Readonly<Record<string, string>>;
  /** Resources that the fake refuses: "table:NAME", "plugin:NAME", "listener:NAME", "cluster:NAME", "secret:NAME". */
  readonly refused?: readonly string[];
  /** A header name in every plugin configuration: changes them without changing routes. */
  readonly identityHeader?: string;
}

type Policies = PluginConfiguration["policies"];

/** In any resource: the fake refuses it. */
export const BAD = "bad";

export const HCM =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
export const WASM = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
export const ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";

const EARLY_MUTATION =
  "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation";

/** Expands a plan; every plugin configuration knows the policies of all tables it judges. */
export function snapshotOf(plan: Plan, gateway = "default/http"): Snapshot {
  const plugins = new Map<string, PluginConfiguration>();
  const mark = (kind: string, name: string, good: string) => (plan.refused?.includes(`${kind}:${name}`) ? BAD : good);
  for (const { name, table, plugin } of plan.listeners) {
    const known = plugins.get(plugin ?? name)?.policies ?? {};
    const bad = mark("plugin", plugin ?? name, "") === "" ? [] : [BAD];
    const hashes = (plan.tables[table ?? name] ?? []).map((route) => routeOf(route).hash);
    plugins.set(plugin ?? name, {
      version: 1,
      policies: Object.assign(
        {},
        known,
        ...[...hashes, ...bad].map((hash) => ({ [hash]: { checks: [] } })),
      ) as Policies,
      defaultPolicy: hashes[0] ?? "none",
      policyFromRouteName: true,
      ...(plan.identityHeader === undefined ? {} : { identityHeaders: [plan.identityHeader] }),
    });
  }
  const clusters = Object.entries(plan.clusters ?? {});
  return {
    gateway,
    clusters: new Map(
      clusters.map(([name, text]) => [name, { name, altStatName: mark("cluster", name, text), ...EDS_CLUSTER }]),
    ),
    endpoints: new Map(clusters.map(([name]) => [name, { clusterName: name }])),
    secrets: new Map(
      Object.entries(plan.secrets ?? {}).map(([name, text]) => [
        name,
        { name, genericSecret: { secret: { inlineString: mark("secret", name, text) } } },
      ]),
    ),
    listeners: new Map(
      plan.listeners.map((listener) => [listener.name, listenerOf(listener, mark("listener", listener.name, "good"))]),
    ),
    routes: new Map(Object.keys(plan.tables).map((name) => [name, tableOf(name, plan, mark("table", name, "all"))])),
    plugins,
  };
}

const ADS = { ads: {}, resourceApiVersion: "V3" };
const EDS_CLUSTER = { type: "EDS", connectTimeout: "1s", edsClusterConfig: { edsConfig: ADS } };

function transportSocket(secret: string): EnvoyResource {
  const configs = [{ name: secret, sdsConfig: ADS }];
  return {
    name: "tls",
    typedConfig: { "@type": TLS, commonTlsContext: { tlsCertificateSdsSecretConfigs: configs } },
  };
}

function listenerOf(
  { name, port, table, plugin, secret, mark }: Plan["listeners"][number],
  statPrefix: string,
): EnvoyResource {
  return {
    name,
    statPrefix,
    address: { socketAddress: { address: "127.0.0.1", portValue: port } },
    filterChains: [
      {
        ...(secret !== undefined && { transportSocket: transportSocket(secret) }),
        filters: [
          {
            name: "hcm",
            typedConfig: {
              "@type": HCM,
              statPrefix: mark ?? name,
              rds: { routeConfigName: table ?? name, configSource: ADS },
              httpFilters: [
                { name: plugin ?? name, configDiscovery: { configSource: ADS, typeUrls: [WASM] } },
                { name: "router", typedConfig: { "@type": ROUTER } },
              ],
              normalizePath: true,
              mergeSlashes: true,
              pathWithEscapedSlashesAction: "REJECT_REQUEST",
              commonHttpProtocolOptions: { headersWithUnderscoresAction: "DROP_HEADER" },
              streamIdleTimeout: "30.5s",
              earlyHeaderMutationExtensions: [
                { name: "identity", typedConfig: { "@type": EARLY_MUTATION, mutations: [{ remove: "x-team" }] } },
              ],
            },
          },
        ],
      },
    ],
  };
}

function routeOf(route: string): { hash: string; prefix: string } {
  const [hash = "", prefix] = route.split("@");
  return { hash, prefix: prefix ?? `/${hash}` };
}

function tableOf(name: string, plan: Plan, virtualHost: string): EnvoyResource {
  const routes = (plan.tables[name] ?? []).map(routeOf).map(({ hash, prefix }, index) => ({
    name: `httproute/default/${name}/${index}#${hash}`,
    match: { prefix },
    directResponse: { status: 200, body: { inlineString: `${name} ${hash}` } },
  }));
  const regex = plan.regexes?.[name];
  const more =
    regex === undefined ? [] : [{ name: "regex", match: { safeRegex: { regex } }, directResponse: { status: 200 } }];
  return {
    name,
    ignorePortInHostMatching: true,
    virtualHosts: [{ name: virtualHost, domains: ["*"], routes: [...routes, ...more] }],
  };
}

/** What the real transition is at least: the new configuration with the policies of the old ones beside its own. */
export function union(previous: readonly PluginConfiguration[], next: PluginConfiguration): PluginConfiguration {
  return {
    ...next,
    policies: Object.assign(
      {},
      ...previous.map(({ policies }) => policies),
      next.policies,
    ) as PluginConfiguration["policies"],
  };
}
