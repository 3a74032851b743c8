// What is said of wrong arguments, before anything is begun.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { filterFile } from "./paths.js";

let said: string;
const argv = process.argv;

beforeEach(() => {
  said = "";
  vi.resetModules();
  for (const stream of [process.stderr, process.stdout]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
});

afterEach(() => {
  process.argv = argv;
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

/** Runs the command line to its end; returns what it said. */
async function claimgate(...args: string[]): Promise<string> {
  process.argv = ["node", "claimgate", ...args];
  await import("./main.js").catch((error: Error) => {
    if (!error.message.startsWith("exit ")) throw error;
    process.exitCode = Number(error.message.slice("exit ".length));
  });
  return said;
}

test.each([
  [["controller", "--xds-address", "18000"], "--xds-address must be HOST:PORT"],
  [["controller", "--xds-address", "localhost:99999"], "--xds-address must be HOST:PORT"],
  [["controller", "--xds-address", "[127.0.0.1]:1"], "--xds-address must be HOST:PORT"],
  [["controller", "--health-port", "x"], "--health-port must be a whole number"],
  [["controller", "--port-offset", "-1"], "--port-offset must be a whole number"],
  [["controller", "--metrics"], "unknown option '--metrics'"],
  [["envoy", "--xds", "127.0.0.1:1"], "required option '--gateway <ns/name>' not specified"],
  [["envoy", "--gateway", "a/b"], "required option '--xds <host:port>' not specified"],
  [["envoy", "--gateway", "b", "--xds", "127.0.0.1:1"], "--gateway must be NAMESPACE/NAME"],
  [["envoy", "--gateway", "a/b/c", "--xds", "127.0.0.1:1"], "--gateway must be NAMESPACE/NAME"],
  [["envoy", "--gateway", "a/b", "--xds", "10.0.0.1:1"], "--xds 10.0.0.1 is not a loopback address"],
])("claimgate %j", async (args, words) => {
  expect(await claimgate(...args)).toContain(words);
  expect(process.exitCode).toBe(1);
});

test.each([
  [["jws", "verify"], "error: required option '--jwks <file>' not specified\n"],
  [["jws", "sign"], "error: unknown command 'sign'\n"],
])("claimgate %j: one line, and 2, because 1 says that a signature is not valid", async (args, words) => {
  expect(await claimgate(...args)).toBe(words);
  expect(process.exitCode).toBe(2);
});

test("xDS beyond loopback is refused, whatever way the address is written", async () => {
  for (const address of ["0.0.0.0:1", "[::]:1", "[::ffff:10.0.0.1]:1", "example.com:1", "127.evil.example:1"]) {
    vi.resetModules();
    said = "";
    expect(await claimgate("controller", "--xds-address", address, "--kubeconfig", "absent")).toContain(
      "not a loopback",
    );
  }
});

test("envoy --print is a bootstrap for the Gateway", async () => {
  const printed = await claimgate("envoy", "--gateway", "infra/http", "--xds", "[::1]:18000", "--print");
  const { node, static_resources } = JSON.parse(printed) as { node: object; static_resources: object };
  const metadata = {
    "claimgate.dev/wasm-path": filterFile().path,
    "claimgate.dev/wasm-sha256": expect.stringMatching(/^[0-9a-f]{64}$/),
  };
  expect(node).toEqual({ id: "infra/http", cluster: "infra/http", metadata });
  expect(JSON.stringify(static_resources)).toContain('{"address":"::1","port_value":18000}');
  expect(process.exitCode).toBe(0);
});
