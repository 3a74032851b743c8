import { describe, expect, it } from "vitest";
import { assertCapabilities, missingCapabilities } from "../../controller/filter/capabilities.js";
import { loadFilter } from "../../controller/filter/host.js";
import { wasmPath } from "../../controller/cli/paths.js";
import { CALLBACKS, CAPABILITIES, HOST_CALLS, WASI_CALLS } from "../../controller/xds/capabilities.js";

const module = loadFilter(wasmPath());

describe("capabilities of the compiled filter", () => {
  it("are granted, and nothing else is", () => {
    const imports = WebAssembly.Module.imports(module);
    const of = (from: string): string[] => imports.filter((i) => i.module === from).map(({ name }) => name);
    expect(of("env").sort()).toEqual([...HOST_CALLS].sort());
    expect(of("wasi_snapshot_preview1").sort()).toEqual([...WASI_CALLS].sort());
    const callbacks = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(callbacks.filter((name) => name.startsWith("proxy_on_")).sort()).toEqual([...CALLBACKS].sort());
    expect(missingCapabilities(module, CAPABILITIES)).toEqual([]);
  });

  it.each(CAPABILITIES)("without %s the controller serves nothing", (capability) => {
    const granted = CAPABILITIES.filter((name) => name !== capability);
    expect(() => assertCapabilities(module, granted)).toThrow(`not granted: ${capability}`);
  });
});
