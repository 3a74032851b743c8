import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { bootstrap } from "./bootstrap.js";
import { findEnvoy } from "./find.js";
import { EnvoyProcess } from "./process.js";
import { firstReason } from "./reason.js";
import { sdsFiles } from "./tls.js";
import { watchdog } from "./watchdog.js";

test("bootstrap: the Gateway is the node, admin on loopback only, incremental ADS", () => {
  const made = bootstrap({ gateway: "ns/name", xds: { address: "192.0.2.10", port: 18000 }, adminPort: 9901 });
  expect(made).toMatchObject({
    node: { id: "ns/name" },
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 9901 } } },
    // Not ready without a configuration, however long it takes.
    dynamic_resources: {
      ads_config: { api_type: "DELTA_GRPC" },
      ...{ cds_config: { initial_fetch_timeout: "0s" }, lds_config: { initial_fetch_timeout: "0s" } },
    },
    static_resources: { clusters: [{ type: "STATIC" }] },
  });
  const named = bootstrap({ gateway: "ns/name", xds: { address: "claimgate.svc", port: 18000 }, adminPort: 0 });
  expect(named).toMatchObject({ static_resources: { clusters: [{ type: "STRICT_DNS" }] } });
});

test("bootstrap with TLS: exact name, client certificate and CA from watched files, HTTP/2", () => {
  const common = { gateway: "ns/name", xds: { address: "claimgate.svc", port: 18000 }, adminPort: 0 };
  const files = { caFile: "/ca/ca.crt", certFile: "/tls/tls.crt", keyFile: "/tls/tls.key" };
  const socketOf = (serverName: string) => {
    const made = bootstrap({ ...common, tls: { ...files, serverName, sdsDirectory: "/sds" } });
    return (made["static_resources"] as { clusters: [{ transport_socket: { typed_config: object } }] }).clusters[0]
      .transport_socket.typed_config;
  };
  const source = (path: string) => ({ sds_config: { path_config_source: { path } } });
  expect(socketOf("claimgate.svc")).toMatchObject({
    sni: "claimgate.svc",
    common_tls_context: {
      alpn_protocols: ["h2"],
      tls_certificate_sds_secret_configs: [source("/sds/xds_identity.json")],
      combined_validation_context: {
        default_validation_context: {
          match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: "claimgate.svc" } }],
        },
        validation_context_sds_secret_config: source("/sds/xds_ca.json"),
      },
    },
  });
  expect(socketOf("192.0.2.10")).not.toHaveProperty("sni");
  expect(JSON.stringify(socketOf("192.0.2.10"))).toContain('"san_type":"IP_ADDRESS","matcher":{"exact":"192.0.2.10"}');
  const made = sdsFiles(files);
  expect(JSON.parse(made["xds_identity.json"] ?? "")).toMatchObject({
    resources: [
      { tls_certificate: { private_key: { filename: "/tls/tls.key" }, watched_directory: { path: "/tls" } } },
    ],
  });
  expect(JSON.parse(made["xds_ca.json"] ?? "")).toMatchObject({
    resources: [{ validation_context: { trusted_ca: { filename: "/ca/ca.crt" }, watched_directory: { path: "/ca" } } }],
  });
});

test("Envoy is looked for where ENVOY says, and what to do is said when it is not there", () => {
  expect(findEnvoy({ ENVOY: "/bin/sh" })).toBe("/bin/sh");
  expect(() => findEnvoy({ ENVOY: "/nonexistent/envoy" })).toThrow(
    "ENVOY=/nonexistent/envoy is not an executable file",
  );
});

test("the reason for an end is one line", () => {
  // As Envoy 1.40 writes it when the admin port is taken.
  const critical =
    "[2026-11-22 00:00:00.000][1][critical][main] [source/server/server.cc:440] error initializing config '': cannot bind '127.0.0.1:9901': Address already in use";
  expect(firstReason(["[2026][1][warning][main] x", critical])).toBe(
    "127.0.0.1:9901 is in use by another process; choose another port",
  );
  expect(firstReason(["[2026][1][critical][main] [a.cc:1] no memory", "exiting"])).toBe("[a.cc:1] no memory");
  expect(firstReason([])).toBe("it wrote no reason");
});

test("an executable that ends at once, or is none, fails the start with its last line", async () => {
  const options = { gateway: "ns/name", xds: { address: "127.0.0.1", port: 1 }, adminPort: 0 };
  await expect(new EnvoyProcess({ ...options, executable: "/bin/false" }).start()).rejects.toThrow(
    "Envoy for ns/name did not start: it wrote no reason",
  );
  await expect(new EnvoyProcess({ ...options, executable: "/nonexistent" }).start()).rejects.toThrow(
    "Envoy could not be run: spawn /nonexistent ENOENT",
  );
});

test("a child does not outlive us", async () => {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  const guard = watchdog(child);
  // What our death does to the pipe.
  guard?.stdin?.destroy();
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGTERM");
});

test("the watchdog goes with the child, and does not touch the pid afterwards", async () => {
  const child = spawn("sleep", ["0"], { detached: true, stdio: "ignore" });
  const guard = watchdog(child);
  if (guard === undefined) throw new Error("no watchdog");
  const [code] = (await once(guard, "exit")) as [number | null];
  expect(code).toBe(0);
});
