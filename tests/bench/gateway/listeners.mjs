// What is measured: listeners that differ in their HTTP filters only. Ours is what the controller renders of manifests.mjs, with routes
// inline in place of RDS and the filter inline in place of ECDS; the others are the same listener without the filter, and with
// Envoy's own in its place.
import { DEFAULT_OPTIONS } from "../../../build/controller/controller.js";
import { FilterValidator } from "../../../build/controller/filter/validator.js";
import { parseManifests } from "../../../build/controller/source/parse.js";
import { translate } from "../../../build/controller/translate/translate.js";
import { pluginConfig } from "../../../build/controller/xds/extension.js";
import { manifests } from "./manifests.mjs";
import { nativeFilters } from "./native.mjs";

export const WASM = new URL("../../../build/claimgate.wasm", import.meta.url).pathname;

/** { listener, routes, plugin, cluster } of one Gateway, as the controller makes them. */
export function render({ jwks, port, upstreamPort, routes = 1 }) {
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: manifests({ jwks, port, upstreamPort, routes }),
  });
  const { resources } = parseManifests("bench", text);
  const { snapshots, complaints } = translate(resources, new FilterValidator(WASM), DEFAULT_OPTIONS);
  if (complaints.length > 0) throw new Error(`the bench's manifests are refused: ${JSON.stringify(complaints[0])}`);
  const [snapshot] = snapshots.values();
  const [[, listener]] = snapshot.listeners;
  const [[, table]] = snapshot.routes;
  const [[, plugin]] = snapshot.plugins;
  const [[name, cluster]] = snapshot.clusters;
  const { edsClusterConfig, ...rest } = cluster;
  const loadAssignment = snapshot.endpoints.get(edsClusterConfig?.serviceName ?? name);
  return { listener, table, plugin, cluster: { ...rest, type: "STATIC", loadAssignment } };
}

/** The same with routes that answer what a request without a token gets, themselves. */
export function refusing({ table, ...rest }) {
  const directResponse = { status: 401, body: { inlineString: "Jwt is missing" } };
  const virtualHosts = table.virtualHosts.map((host) => ({
    ...host,
    routes: host.routes.map(({ route, ...others }) => (route === undefined ? others : { ...others, directResponse })),
  }));
  return { ...rest, table: { ...table, virtualHosts } };
}

/** A static listener named `name` on `port`; `filters` in place of ours, `plugin` for ours. */
export function listenerOf({ listener, table, plugin }, { name, port, filters, nativeCrypto }) {
  const copy = structuredClone(listener);
  copy.name = name;
  copy.address.socketAddress.portValue = port;
  const manager = copy.filterChains[0].filters[0].typedConfig;
  delete manager.rds;
  manager.statPrefix = name;
  const router = manager.httpFilters.at(-1);
  const ours = filters === undefined;
  manager.routeConfig = ours ? table : withoutHeaderChanges(table);
  const configuration = nativeCrypto === undefined ? plugin : { ...plugin, nativeCrypto };
  manager.httpFilters = ours ? [{ name: "claimgate", typedConfig: wasm(configuration) }, router] : [...filters, router];
  return copy;
}

export const bare = [];
export const native = (jwks) => nativeFilters(jwks, false);
export const nativeWithCache = (jwks) => nativeFilters(jwks, true);

function wasm(configuration) {
  return {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
    config: pluginConfig({ path: WASM }, configuration),
  };
}

/** What the routes do to headers belongs to our way of writing identity, not to the routes. */
function withoutHeaderChanges(value) {
  if (Array.isArray(value)) return value.map(withoutHeaderChanges);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "requestHeadersToAdd" && key !== "requestHeadersToRemove")
      .map(([key, inner]) => [key, withoutHeaderChanges(inner)]),
  );
}
