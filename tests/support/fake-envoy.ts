import { lookupType } from "../../controller/xds/protos.js";
import type { DeltaRequest } from "../../controller/xds/delta.js";
import type { Outgoing } from "../../controller/xds/response.js";
import { BAD } from "./snapshots.js";
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION,
  LISTENER,
  ROUTE,
  SECRET,
  TYPES,
  type TypeUrl,
} from "../../controller/xds/types.js";

interface Held<T> {
  readonly version: string;
  readonly content: T;
}

interface ListenerContent {
  readonly table: string;
  readonly plugin: string;
  readonly secret: string | undefined;
  readonly port: number;
}

export const REFUSAL = "refused by the fake";

/**
 * The receiving end of incremental ADS as Envoy 1.40 behaves: clusters and listeners are applied one by one even within a refused response,
 * removals first; endpoints are asked for after clusters, tables, extensions and secrets after listeners; a returning client reports what it holds.
 */
export class FakeEnvoy {
  readonly clusters = new Map<string, Held<boolean>>();
  readonly endpoints = new Map<string, Held<null>>();
  readonly listeners = new Map<string, Held<ListenerContent>>();
  readonly tables = new Map<string, Held<readonly string[]>>();
  readonly extensions = new Map<string, Held<ReadonlySet<string>>>();
  readonly secrets = new Map<string, Held<string>>();
  /** Responses received and not looked at yet. */
  readonly inbox: Outgoing[] = [];
  /** Requests not delivered yet. */
  readonly outbox: DeltaRequest[] = [];
  /** Refused resources, "type name version", of the present connection. */
  readonly nacks: string[] = [];
  /** Versions as Envoy reports them: from responses that were taken as a whole. */
  readonly #versions = new Map<TypeUrl, Map<string, string>>(TYPES.map((type) => [type, new Map<string, string>()]));
  readonly #subscribed = new Map<TypeUrl, Set<string>>();

  #held(type: TypeUrl): Map<string, Held<unknown>> {
    const all = {
      [CLUSTER]: this.clusters,
      [ENDPOINT]: this.endpoints,
      [LISTENER]: this.listeners,
      [ROUTE]: this.tables,
      [EXTENSION]: this.extensions,
      [SECRET]: this.secrets,
    };
    return all[type] as Map<string, Held<unknown>>;
  }

  /** Opens a stream: one request for each type that has a subscription, in the given order. */
  connect(order: readonly TypeUrl[] = TYPES): void {
    this.inbox.length = this.outbox.length = this.nacks.length = 0;
    for (const type of order) {
      const names = this.#subscribed.get(type);
      const wildcard = type === CLUSTER || type === LISTENER;
      if (!wildcard && (names === undefined || names.size === 0)) continue;
      const versions = this.#versions.get(type) ?? new Map<string, string>();
      this.outbox.push({
        type_url: type,
        resource_names_subscribe: [...(names ?? [])],
        resource_names_unsubscribe: [],
        initial_resource_versions: Object.fromEntries(versions),
        response_nonce: "",
      });
    }
  }

  /** Applies the oldest response in the inbox and answers it. */
  process(): void {
    const response = this.inbox.shift();
    if (response === undefined) return;
    const type = response.typeUrl;
    const refused: string[] = [];
    for (const name of response.removed) this.#held(type).delete(name);
    for (const { name, resource } of response.resources) {
      const subscribed = type === CLUSTER || type === LISTENER || this.#subscribed.get(type)?.has(name) === true;
      const content = decode(type, resource.any.value);
      if (content === undefined || (type === LISTENER && this.#clashes(name, content as ListenerContent))) {
        refused.push(name);
        this.nacks.push(`${type} ${name} ${resource.version}`);
      } else if (subscribed) this.#held(type).set(name, { version: resource.version, content });
    }
    if (refused.length === 0) {
      for (const name of response.removed) this.#versions.get(type)?.delete(name);
      for (const { name, resource } of response.resources) this.#versions.get(type)?.set(name, resource.version);
    }
    this.outbox.push({
      type_url: type,
      resource_names_subscribe: [],
      resource_names_unsubscribe: [],
      initial_resource_versions: {},
      response_nonce: response.nonce,
      ...(refused.length > 0 ? { error_detail: { message: `${REFUSAL}: ${refused.join(", ")}` } } : {}),
    });
    if (type === CLUSTER) {
      this.#subscribe(
        ENDPOINT,
        [...this.clusters].filter(([, { content }]) => content).map(([name]) => name),
      );
    } else if (type === LISTENER) {
      const listeners = [...this.listeners.values()];
      this.#subscribe(
        ROUTE,
        listeners.map(({ content }) => content.table),
      );
      this.#subscribe(
        EXTENSION,
        listeners.map(({ content }) => content.plugin),
      );
      this.#subscribe(
        SECRET,
        listeners.flatMap(({ content }) => content.secret ?? []),
      );
    }
  }

  #clashes(name: string, content: ListenerContent): boolean {
    return [...this.listeners].some(([other, held]) => other !== name && held.content.port === content.port);
  }

  #subscribe(type: TypeUrl, names: readonly string[]): void {
    const before = this.#subscribed.get(type) ?? new Set();
    const after = new Set(names);
    const added = [...after].filter((name) => !before.has(name));
    const dropped = [...before].filter((name) => !after.has(name));
    this.#subscribed.set(type, after);
    for (const name of dropped) {
      this.#held(type).delete(name);
      this.#versions.get(type)?.delete(name);
    }
    if (added.length + dropped.length === 0) return;
    this.outbox.push({
      type_url: type,
      resource_names_subscribe: added,
      resource_names_unsubscribe: dropped,
      initial_resource_versions: {},
      response_nonce: "",
    });
  }

  /** Policies that route names speak of and that the filter judging them does not know; empty as long as nothing can answer 500. */
  unknownPolicies(): string[] {
    return [...this.listeners].flatMap(([name, { content }]) => {
      const table = this.tables.get(content.table)?.content ?? [];
      const known = this.extensions.get(content.plugin)?.content;
      return known === undefined ? [] : table.filter((hash) => !known.has(hash)).map((hash) => `${name}: ${hash}`);
    });
  }
}

/** What the fake needs of a resource; undefined if it refuses it. */
function decode(type: TypeUrl, value: Uint8Array): unknown {
  // Not through decoded messages: "bad" may stand anywhere, and is nowhere else.
  if (Buffer.from(value).includes(BAD)) return undefined;
  switch (type) {
    case CLUSTER:
      return read("envoy.config.cluster.v3.Cluster", value)["type"] === "EDS";
    case ENDPOINT:
      return null;
    case LISTENER: {
      const listener = read("envoy.config.listener.v3.Listener", value);
      const hcm = read(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        at(listener, "filter_chains", 0, "filters", 0, "typed_config", "value") as Uint8Array,
      );
      return {
        table: at(hcm, "rds", "route_config_name"),
        plugin: at(hcm, "http_filters", 0, "name"),
        secret: secretOf(at(listener, "filter_chains", 0, "transport_socket")),
        port: at(listener, "address", "socket_address", "port_value"),
      };
    }
    case SECRET:
      return "";
    case ROUTE: {
      const table = read("envoy.config.route.v3.RouteConfiguration", value);
      const routes = at(table, "virtual_hosts", 0, "routes") as { name: string }[];
      return routes.map(({ name }) => name.slice(name.lastIndexOf("#") + 1));
    }
    case EXTENSION: {
      const extension = read("envoy.config.core.v3.TypedExtensionConfig", value);
      const wasm = read(
        "envoy.extensions.filters.http.wasm.v3.Wasm",
        at(extension, "typed_config", "value") as Uint8Array,
      );
      const json = read("google.protobuf.StringValue", at(wasm, "config", "configuration", "value") as Uint8Array);
      return new Set(Object.keys((JSON.parse(String(json["value"])) as { policies: object }).policies));
    }
  }
}

/** The first certificate that a transport socket asks for; undefined for plain text. */
function secretOf(socket: unknown): string | undefined {
  if (socket === undefined || socket === null) return undefined;
  const context = read(
    "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
    at(socket, "typed_config", "value") as Uint8Array,
  );
  return at(context, "common_tls_context", "tls_certificate_sds_secret_configs", 0, "name") as string;
}

function read(type: string, value: Uint8Array): Record<string, unknown> {
  const message = lookupType(type).decode(value);
  return lookupType(type).toObject(message, { enums: String });
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}
