// One Envoy that has every case twice: before httpbin stands our filter on the one listener, Envoy's own jwt_authn on the other.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { PluginConfiguration, ValidationPolicy } from "../../../controller/translate/snapshot.js";
import { packageRoot } from "../../../controller/xds/package-root.js";
import { jwks } from "./row.js";

/** A provider in words that both filters have. */
export interface Provider {
  readonly issuer?: string;
  readonly audiences?: readonly string[];
  readonly headers?: readonly { readonly name: string; readonly prefix?: string }[];
  readonly params?: readonly string[];
  readonly forward?: boolean;
  readonly skew?: number;
  /** Header by claim. */
  readonly claims?: { readonly [claim: string]: string };
  readonly keys?: "first" | "second";
}

export interface Case {
  readonly name: string;
  readonly providers: readonly Provider[];
  readonly validation?: ValidationPolicy;
}

type Json = Record<string, unknown>;

const TYPE = "type.googleapis.com/envoy.extensions";
/** Key of the failure in dynamic metadata, and in the filter state. */
const FAILED = "failed";

function ours({ providers, validation }: Case): PluginConfiguration {
  const named = providers.map((provider, i) => {
    const { issuer, audiences, headers = [], params = [], forward, skew, claims = {}, keys = "first" } = provider;
    const sources = [
      ...headers.map((header) => ({ kind: "header" as const, ...header })),
      ...params.map((name) => ({ kind: "query" as const, name })),
    ];
    const configuration = {
      jwks: JSON.parse(jwks(keys)) as { keys: Json[] },
      ...(issuer !== undefined && { issuer }),
      ...(audiences !== undefined && { audiences: [...audiences] }),
      ...(sources.length > 0 && { tokenSources: sources }),
      ...(forward !== undefined && { forwardToken: forward }),
      ...(skew !== undefined && { clockSkewSeconds: skew }),
      claimsToHeaders: Object.entries(claims).map(([claim, header]) => ({ claim, header })),
      failureStatus: FAILED,
    };
    return [`p${i}`, configuration] as const;
  });
  const authentication = {
    providers: named.map(([name]) => name),
    ...(validation !== undefined && { validationPolicy: validation }),
  };
  const policies = { only: { checks: [{ authentication }] } };
  return { version: 1, providers: Object.fromEntries(named), policies, defaultPolicy: "only" };
}

function native({ providers, validation }: Case): Json {
  const named = providers.map((provider, i) => {
    const { issuer, audiences, headers = [], params, forward, skew, claims = {}, keys = "first" } = provider;
    const configuration = {
      issuer,
      audiences,
      fromHeaders: headers.map(({ name, prefix }) => ({ name, valuePrefix: prefix })),
      fromParams: params,
      forward,
      clockSkewSeconds: skew,
      localJwks: { inlineString: jwks(keys) },
      claimToHeaders: Object.entries(claims).map(([claimName, headerName]) => ({ claimName, headerName })),
      failedStatusInMetadata: FAILED,
    };
    return [`p${i}`, configuration] as const;
  });
  const alternatives: Json[] = named.map(([providerName]) => ({ providerName }));
  if (validation === "ALLOW_MISSING") alternatives.push({ allowMissing: {} });
  if (validation === "ALLOW_MISSING_OR_FAILED") alternatives.push({ allowMissingOrFailed: {} });
  const requires = alternatives.length === 1 ? alternatives[0] : { requiresAny: { requirements: alternatives } };
  const rules = [{ match: { prefix: "/" }, requires }];
  return {
    "@type": `${TYPE}.filters.http.jwt_authn.v3.JwtAuthentication`,
    providers: Object.fromEntries(named),
    rules,
  };
}

function wasm(configuration: PluginConfiguration): Json {
  const code = { local: { filename: join(packageRoot(), "build", "claimgate.wasm") } };
  return {
    "@type": `${TYPE}.filters.http.wasm.v3.Wasm`,
    config: {
      name: "claimgate",
      // The filter tells by it which configuration a request began under.
      rootId: `claimgate-${createHash("sha256").update(JSON.stringify(configuration)).digest("hex")}`,
      vmConfig: { vmId: "claimgate", runtime: "envoy.wasm.runtime.v8", code },
      configuration: {
        "@type": "type.googleapis.com/google.protobuf.StringValue",
        value: JSON.stringify(configuration),
      },
    },
  };
}

function listener(name: string, filter: Json, log: string, failure: string): Json {
  const manager = {
    "@type": `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    statPrefix: "http",
    routeConfig: {
      virtualHosts: [
        { name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: "httpbin" } }] },
      ],
    },
    httpFilters: [
      { name: "filter", typedConfig: filter },
      { name: "router", typedConfig: { "@type": `${TYPE}.filters.http.router.v3.Router` } },
    ],
    accessLog: [
      {
        name: "log",
        typedConfig: {
          "@type": `${TYPE}.access_loggers.file.v3.FileAccessLog`,
          path: log,
          logFormat: { textFormatSource: { inlineString: `${name} ${failure}\n` } },
        },
      },
    ],
  };
  return {
    name,
    address: { socketAddress: { address: "127.0.0.1", portValue: 0 } },
    filterChains: [{ filters: [{ name: "http", typedConfig: manager }] }],
  };
}

/** Listeners `NAME ours` and `NAME native` for every case; a line in the file `log` for every request: listener and failure. */
export function bootstrap(cases: readonly Case[], upstream: number, log: string): Json {
  const endpoint = { address: { socketAddress: { address: "127.0.0.1", portValue: upstream } } };
  const ourFailure = `%FILTER_STATE(wasm.${FAILED}.code:PLAIN)% %FILTER_STATE(wasm.${FAILED}.message:PLAIN)%`;
  const nativeFailure = `%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:${FAILED}:message)%`;
  return {
    admin: { address: { socketAddress: { address: "127.0.0.1", portValue: 0 } } },
    staticResources: {
      listeners: cases.flatMap((one) => [
        listener(`${one.name} ours`, wasm(ours(one)), log, ourFailure),
        listener(`${one.name} native`, native(one), log, nativeFailure),
      ]),
      clusters: [
        {
          name: "httpbin",
          type: "STATIC",
          loadAssignment: { clusterName: "httpbin", endpoints: [{ lbEndpoints: [{ endpoint }] }] },
        },
      ],
    },
  };
}
