import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { packageRoot } from "../../controller/xds/package-root.js";

/**
 * envoy/static.yaml with ports that Envoy chooses, httpbin on port `upstream`, and the module's path made absolute. Fields of the
 * HTTP connection manager in `without` are left out.
 */
export function staticBootstrap(upstream: number, without: readonly string[] = []): object {
  const text = readFileSync(join(packageRoot(), "envoy", "static.yaml"), "utf8")
    .replace("port_value: 9901", "port_value: 0")
    .replace("port_value: 8080", "port_value: 0")
    .replace("port_value: 8000", `port_value: ${upstream}`)
    .replace("filename: build/claimgate.wasm", `filename: ${join(packageRoot(), "build", "claimgate.wasm")}`);
  return parse(text, (key, value: unknown) => (without.includes(String(key)) ? undefined : value)) as object;
}
