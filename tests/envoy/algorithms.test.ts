// Every algorithm in a real Envoy, a good token and a damaged one: with Envoy's verify_signature where it is preferred, with our own code
// alone, and where Envoy does not let the filter call its own.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CAPABILITIES } from "../../controller/xds/capabilities.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { type RunningEnvoy, startEnvoy } from "../support/envoy.js";
import { http1 } from "../support/http1.js";
import { ALGORITHMS, Signer } from "../support/signers.js";

const signers = ALGORITHMS.map((alg) => Signer.create(alg));
const tokens = signers.map((signer) => ({ alg: signer.alg, token: signer.sign({ sub: "alice" }, { alg: signer.alg, kid: signer.alg }) })); // prettier-ignore
const keys = signers.map(({ alg, jwk }) => ({ ...jwk, kid: alg, alg }));

/** An Envoy that answers 200 to whom the filter lets through. */
function bootstrap(nativeCrypto: "auto" | "never", granted: readonly string[]): object {
  const provider = { jwks: { keys } };
  const policies = { only: { checks: [{ authentication: { providers: ["p"] } }] } };
  const configuration = { version: 1, nativeCrypto, providers: { p: provider }, policies, defaultPolicy: "only" };
  const type = (name: string) => ({ "@type": `type.googleapis.com/${name}` });
  const wasm = {
    ...type("envoy.extensions.filters.http.wasm.v3.Wasm"),
    config: {
      ...{ name: "claimgate", root_id: "claimgate", failure_policy: "FAIL_RELOAD" },
      vm_config: {
        ...{ vm_id: "claimgate", runtime: "envoy.wasm.runtime.v8" },
        code: { local: { filename: join(packageRoot(), "build", "claimgate.wasm") } },
        capability_restriction_config: {
          allowed_capabilities: Object.fromEntries(granted.map((name) => [name, {}])),
        },
      },
      configuration: { ...type("google.protobuf.StringValue"), value: JSON.stringify(configuration) },
    },
  };
  const manager = {
    ...type("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "http",
    route_config: {
      virtual_hosts: [
        { name: "any", domains: ["*"], routes: [{ match: { prefix: "/" }, direct_response: { status: 200 } }] },
      ],
    },
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
  return {
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
    static_resources: { listeners: [listener] },
  };
}

describe.each([
  ["nativeCrypto: auto", "auto", CAPABILITIES],
  ["nativeCrypto: never", "never", CAPABILITIES],
  [
    "nativeCrypto: auto, without the capability to call it",
    "auto",
    CAPABILITIES.filter((name) => name !== "proxy_call_foreign_function"),
  ],
] as const)("%s", (_, nativeCrypto, granted) => {
  let envoy: RunningEnvoy;
  beforeAll(async () => {
    envoy = await startEnvoy(bootstrap(nativeCrypto, granted));
  });
  afterAll(() => envoy?.stop());

  it.each(tokens)("$alg", async ({ token }) => {
    const ask = (jws: string) => http1(envoy.ports.get("http")!, { headers: [["authorization", `Bearer ${jws}`]] });
    expect((await ask(token)).status).toBe(200);
    const at = token.lastIndexOf(".") + 10;
    const damaged = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    expect(await ask(damaged)).toMatchObject({ status: 401, body: "Jwt verification fails" });
    expect((await ask(token)).status).toBe(200);
  });
});
