// A real Envoy with two workers and the filter in a listener: one provider, whose keys are those of an Idp, and a backend that tells
// how many bytes of body have reached it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CAPABILITIES } from "../../controller/xds/capabilities.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { type RunningEnvoy, startEnvoy } from "./envoy.js";
import type { Idp } from "./idp.js";

export interface RemoteEnvoy {
  readonly envoy: RunningEnvoy;
  readonly port: number;
  stop(): Promise<void>;
}

const type = (name: string) => ({ "@type": `type.googleapis.com/${name}` });

export function cluster(name: string, port: number, more: object = {}): object {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  return {
    ...{ name, type: "STATIC" },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...more,
  };
}

/** What the filter is told. `remote`: members of remoteJwks beside where it is. */
export function remoteConfiguration(remote: object, more: object = {}): object {
  return {
    version: 1,
    providers: {
      idp: {
        issuer: "https://idp.test/",
        remoteJwks: { cluster: "idp", authority: "idp.test", path: "/keys?v=1", scheme: "http", ...remote },
      },
    },
    policies: { only: { checks: [{ authentication: { providers: ["idp"] } }] } },
    defaultPolicy: "only",
    ...more,
  };
}

export async function startRemoteEnvoy(idp: Idp, configuration: object, more: object[] = []): Promise<RemoteEnvoy> {
  const backend = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => (bytes += chunk.length));
    request.on("end", () => response.end(`received ${bytes}`));
  });
  await new Promise<void>((done) => backend.listen(0, "127.0.0.1", done));
  const wasm = {
    ...type("envoy.extensions.filters.http.wasm.v3.Wasm"),
    config: {
      ...{ name: "claimgate", root_id: "claimgate", failure_policy: "FAIL_RELOAD" },
      vm_config: {
        ...{ vm_id: "claimgate", runtime: "envoy.wasm.runtime.v8" },
        code: { local: { filename: join(packageRoot(), "build", "claimgate.wasm") } },
      },
      capability_restriction_config: {
        allowed_capabilities: Object.fromEntries(CAPABILITIES.map((name) => [name, {}])),
      },
      configuration: { ...type("google.protobuf.StringValue"), value: JSON.stringify(configuration) },
    },
  };
  const route = { match: { prefix: "/" }, route: { cluster: "backend" } };
  const manager = {
    ...type("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
    ...{ stat_prefix: "http", stream_idle_timeout: "15s" },
    route_config: { virtual_hosts: [{ name: "any", domains: ["*"], routes: [route] }] },
    http_filters: [
      { name: "claimgate", typed_config: wasm },
      { name: "router", typed_config: type("envoy.extensions.filters.http.router.v3.Router") },
    ],
  };
  const listener = {
    name: "http",
    address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
    filter_chains: [{ filters: [{ name: "http", typed_config: manager }] }],
  };
  const bootstrap = {
    node: { id: "envoy-1", cluster: "test" },
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
    static_resources: {
      listeners: [listener],
      clusters: [cluster("idp", idp.port), cluster("backend", (backend.address() as AddressInfo).port), ...more],
    },
  };
  const envoy = await startEnvoy(bootstrap, 2);
  const stop = async () => {
    await envoy.stop();
    backend.closeAllConnections();
    await new Promise((done) => backend.close(done));
  };
  return { envoy, port: envoy.ports.get("http") as number, stop };
}
