// Runs the filter's units (tests/unit/**/*.spec.ts) in Node; tests/unit/host.js plays the proxy-wasm host.
import { hostImports } from "./tests/unit/host.js";

export default {
  entries: ["tests/unit/**/*.spec.ts"],
  include: ["tests/unit/**/*.include.ts"],
  disclude: [/node_modules/],
  async instantiate(_memory, createImports, instantiate, binary) {
    let instance;
    const imports = hostImports(binary, () => instance.exports ?? instance.instance.exports);
    instance = await instantiate(binary, createImports(imports));
    return instance;
  },
  outputBinary: false,
};
