import { describe, expect, test } from "vitest";
import { encodeAny, encodeResource, EncodeError } from "./encode.js";
import { extensionResource } from "./extension.js";
import { lookupType } from "./protos.js";
import { CLUSTER, LISTENER, ROUTE } from "./types.js";

const PREFIX = "type.googleapis.com/";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** The message back as protobufjs reads it: names of the .proto file, enums by name. */
function decode(type: string, value: Uint8Array): unknown {
  return lookupType(type).toObject(lookupType(type).decode(value), { enums: String, longs: String, bytes: String });
}

describe("bytes on the wire, computed from the protobuf encoding guide", () => {
  const bytes = (type: string, fields: Record<string, unknown>) =>
    hex(encodeAny({ "@type": PREFIX + type, ...fields }).value);

  test.each([
    ["0s", ""],
    ["1.5s", "08011080cab5ee01"],
    ["-0.25s", "10809be588ffffffffff01"],
    ["0.000000001s", "1001"],
    ["315576000000s", "0880bcaece9709"],
  ])("duration %s", (value, expected) => {
    expect(bytes("google.protobuf.Duration", { value })).toBe(expected);
  });

  test("wrappers, also of default values", () => {
    expect(bytes("google.protobuf.StringValue", { value: "é" })).toBe("0a02c3a9");
    expect(bytes("google.protobuf.UInt64Value", { value: "18446744073709551615" })).toBe("08ffffffffffffffffff01");
    // normalize_path (30) = BoolValue{false}: present, and empty.
    const manager = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    expect(bytes(manager, { normalizePath: false })).toBe("f20100");
    expect(bytes(manager, { normalizePath: true })).toBe("f201020801");
  });

  test("fields of the overlay have Envoy's numbers", () => {
    const plugin = "envoy.extensions.wasm.v3.PluginConfig";
    expect(bytes(plugin, { failurePolicy: "FAIL_RELOAD" })).toBe("3801");
    expect(bytes(plugin, { reloadConfig: { backoff: { baseInterval: "1s" } } })).toBe("42060a040a020801");
    expect(bytes(plugin, { allowOnHeadersStopIteration: true })).toBe("4a020801");
    const restriction = { allowedCapabilities: { b: {}, a: {} } };
    expect(bytes(plugin, { vmConfig: { capabilityRestrictionConfig: restriction } })).toBe(
      "1a1042" + "0e0a050a016112000a050a01621200",
    );
  });
});

describe("resources", () => {
  test("a listener with nested Any arrives whole", () => {
    const { value } = encodeResource(LISTENER, {
      name: "l",
      address: { socketAddress: { address: "127.0.0.1", portValue: 8080 } },
      enableReusePort: false,
      filterChains: [
        {
          filters: [
            {
              name: "hcm",
              typedConfig: {
                "@type": `${PREFIX}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
                statPrefix: "s",
                rds: { routeConfigName: "r", configSource: { ads: {}, resourceApiVersion: "V3" } },
                pathWithEscapedSlashesAction: "REJECT_REQUEST",
                commonHttpProtocolOptions: { headersWithUnderscoresAction: "DROP_HEADER", idleTimeout: "60s" },
                represent_: undefined,
              },
            },
          ],
        },
      ],
    });
    expect(decode("envoy.config.listener.v3.Listener", value)).toMatchObject({
      name: "l",
      address: { socket_address: { address: "127.0.0.1", port_value: 8080 } },
      enable_reuse_port: {},
    });
    const hcm = (
      decode("envoy.config.listener.v3.Listener", value) as {
        filter_chains: { filters: { typed_config: { value: string } }[] }[];
      }
    ).filter_chains[0]?.filters[0]?.typed_config.value;
    expect(
      decode(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        Buffer.from(hcm ?? "", "base64"),
      ),
    ).toEqual({
      stat_prefix: "s",
      rds: { route_config_name: "r", config_source: { ads: {}, resource_api_version: "V3" } },
      path_with_escaped_slashes_action: "REJECT_REQUEST",
      common_http_protocol_options: { headers_with_underscores_action: "DROP_HEADER", idle_timeout: { seconds: "60" } },
    });
  });

  test("routes: weights, regular expressions, header and query matches, per-filter configuration", () => {
    const routes = [
      {
        name: "httproute/ns/name/0/0#abc",
        match: {
          safeRegex: { regex: "/a.*" },
          headers: [{ name: ":method", stringMatch: { exact: "GET" } }],
          queryParameters: [{ name: "q", stringMatch: { exact: "1" } }],
        },
        route: { weightedClusters: { clusters: [{ name: "c", weight: 3 }] }, timeout: "0s" },
        requestHeadersToRemove: ["x-team"],
      },
    ];
    const { value } = encodeResource(ROUTE, { name: "r", virtualHosts: [{ name: "v", domains: ["*"], routes }] });
    expect(decode("envoy.config.route.v3.RouteConfiguration", value)).toEqual({
      name: "r",
      virtual_hosts: [
        {
          name: "v",
          domains: ["*"],
          routes: [
            {
              name: "httproute/ns/name/0/0#abc",
              match: {
                safe_regex: { regex: "/a.*" },
                headers: [{ name: ":method", string_match: { exact: "GET" } }],
                query_parameters: [{ name: "q", string_match: { exact: "1" } }],
              },
              route: { weighted_clusters: { clusters: [{ name: "c", weight: { value: 3 } }] }, timeout: {} },
              request_headers_to_remove: ["x-team"],
            },
          ],
        },
      ],
    });
  });

  test("the order of members, of map entries too, leaves no trace in the bytes", () => {
    const config = { version: 1 as const, policies: { b: {}, a: {} }, defaultPolicy: "a" };
    const turned = { defaultPolicy: "a", policies: { a: {}, b: {} }, version: 1 as const };
    expect(extensionResource("n", { path: "w" }, turned).version).toBe(
      extensionResource("n", { path: "w" }, config).version,
    );
    const options = (first: string, second: string) =>
      hex(
        encodeResource(CLUSTER, { typedExtensionProtocolOptions: { [first]: any(first), [second]: any(second) } })
          .value,
      );
    const any = (value: string) => ({ "@type": `${PREFIX}google.protobuf.StringValue`, value });
    expect(options("a", "b")).toBe(options("b", "a"));
  });
});

describe("refused, with the path", () => {
  const hcm = (fields: Record<string, unknown>) => ({
    filterChains: [
      {
        filters: [
          {
            typedConfig: {
              "@type": `${PREFIX}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
              ...fields,
            },
          },
        ],
      },
    ],
  });
  const inside = 'listeners["l"].filterChains[0].filters[0].typedConfig';

  test.each<[Record<string, unknown>, string]>([
    [
      { filterChains: [{ x: 1 }] },
      'listeners["l"].filterChains[0].x: unknown field of envoy.config.listener.v3.FilterChain',
    ],
    [{ filterChains: {} }, 'listeners["l"].filterChains: must be an array, is object'],
    [{ name: 1 }, 'listeners["l"].name: must be a string, is 1'],
    [{ name: null }, 'listeners["l"].name: must be a string, is null'],
    [{ name: "\ud800" }, 'listeners["l"].name: is not well-formed Unicode'],
    [
      { address: { socketAddress: { portValue: "80" } } },
      'listeners["l"].address.socketAddress.portValue: must be an integer, is string',
    ],
    [
      { address: { socketAddress: { portValue: -1 } } },
      'listeners["l"].address.socketAddress.portValue: is out of range for uint32',
    ],
    [{ address: { socketAddress: {}, pipe: {} } }, 'listeners["l"].address.pipe: excludes socketAddress'],
    [hcm({ merge_slashes: true }), `${inside}.merge_slashes: unknown field of `],
    [hcm({ normalizePath: { value: true } }), `${inside}.normalizePath: must be a boolean, is object`],
    [hcm({ streamIdleTimeout: "30" }), `${inside}.streamIdleTimeout: must be a duration like "1.5s", is "30"`],
    [hcm({ pathWithEscapedSlashesAction: "REJECT" }), `${inside}.pathWithEscapedSlashesAction: must be one of `],
    [hcm({ pathWithEscapedSlashesAction: 2 }), `${inside}.pathWithEscapedSlashesAction: must be one of `],
    [{ filterChains: [{ filters: [{ typedConfig: {} }] }] }, `${inside}: has no @type`],
    [
      { filterChains: [{ filters: [{ typedConfig: { "@type": `${PREFIX}a.b.v3.C` } }] }] },
      `${inside}: a.b.v3.C: unknown message type`,
    ],
  ])("%j", (listener, message) => {
    const encode = () => encodeResource(LISTENER, listener, 'listeners["l"]');
    expect(encode).toThrow(EncodeError);
    expect(encode).toThrow(message);
  });

  test("bytes that are not base64, a resource of another type", () => {
    const source = (inlineBytes: unknown) => () =>
      encodeAny({ "@type": `${PREFIX}envoy.config.core.v3.DataSource`, inlineBytes });
    expect(hex(source("//79")().value)).toBe(hex(source(Buffer.from([0xff, 0xfe, 0xfd]))().value));
    expect(source("a-_b")).toThrow("inlineBytes: is not padded base64");
    expect(() => encodeResource(ROUTE, { "@type": LISTENER })).toThrow(`is ${LISTENER}, not ${ROUTE}`);
  });
});
