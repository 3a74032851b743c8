import { createHash } from "node:crypto";
import type { EnvoyResource, PluginConfiguration } from "../translate/snapshot.js";
import { digestOf, textOf } from "../translate/configuration.js";
import { CAPABILITIES } from "./capabilities.js";
import { encodeResource } from "./encode.js";
import type { FilterCode } from "./filter.js";
import { EXTENSION, type EncodedResource } from "./types.js";

/** Weak: configurations of long ago are remembered (history.ts), and nobody is sent them any more. */
const made = new WeakMap<PluginConfiguration, { name: string; code: unknown; resource: WeakRef<EncodedResource> }>();

/** See encode(); many Envoys get the same, which is made once. */
export function extensionResource(
  name: string,
  filter: FilterCode,
  configuration: PluginConfiguration,
): EncodedResource {
  const code = "path" in filter ? filter.path : filter.bytes;
  const known = made.get(configuration);
  const kept = known?.name === name && known.code === code ? known.resource.deref() : undefined;
  if (kept !== undefined) return kept;
  const resource = encode(name, filter, configuration);
  made.set(configuration, { name, code, resource: new WeakRef(resource) });
  return resource;
}

/**
 * The ECDS resource of one Gateway listener: the filter with its plugin configuration. Everything but the configuration is the same
 * in all of them and for ever, so that one VM per worker serves them all: Envoy keys VMs by vm_id, VM configuration and code, and
 * plugins by root_id, name and configuration (source/extensions/common/wasm), so equal names do not mix listeners up.
 */
function encode(name: string, filter: FilterCode, configuration: PluginConfiguration): EncodedResource {
  const any = encodeResource(
    EXTENSION,
    {
      name,
      typedConfig: {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
        config: pluginConfig(filter, configuration),
      },
    },
    `extensions[${JSON.stringify(name)}]`,
  );
  return { version: versionOf(any.value), any };
}

/**
 * envoy.extensions.wasm.v3.PluginConfig: the filter and its configuration, by ECDS or in a listener. By its root_id the filter knows which
 * of several configurations in one VM a request began under, so no two have the same.
 */
export function pluginConfig(filter: FilterCode, configuration: PluginConfiguration): EnvoyResource {
  return {
    name: "claimgate",
    rootId: `claimgate-${digestOf(configuration).slice(0, 16)}`,
    vmConfig: {
      vmId: "claimgate",
      runtime: "envoy.wasm.runtime.v8",
      code: { local: "path" in filter ? { filename: filter.path } : { inlineBytes: filter.bytes } },
      capabilityRestrictionConfig: {
        allowedCapabilities: Object.fromEntries(CAPABILITIES.map((capability) => [capability, {}])),
      },
    },
    // A Struct would arrive as raw protobuf; StringValue arrives as its content.
    configuration: {
      "@type": "type.googleapis.com/google.protobuf.StringValue",
      value: textOf(configuration),
    },
    // A trapped VM is replaced on the next request; until then, and by default for ever, requests get 503.
    failurePolicy: "FAIL_RELOAD",
  };
}

/** The version of a resource: a hash of its bytes, so a restarted controller finds Envoy holding what it would send. */
export function versionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}
