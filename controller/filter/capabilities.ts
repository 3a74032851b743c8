// The module held against the capabilities Envoy is told to grant it. A host call that is not granted fails when it is made; a
// callback that is not granted is never called, and without proxy_on_request_headers every request would pass (seen in 1.40).

/** Exports that Envoy fetches without asking the list, and those it does not look for: the command line's. */
const ALWAYS = /^(?:malloc|memory|_initialize|proxy_abi_version_\d+_\d+_\d+|claimgate_\w+)$/;

/** What the module calls or wants to be called for and `granted` lacks. */
export function missingCapabilities(module: WebAssembly.Module, granted: readonly string[]): string[] {
  const needed = [
    ...WebAssembly.Module.imports(module).map(({ name }) => name),
    ...WebAssembly.Module.exports(module)
      .map(({ name }) => name)
      .filter((name) => !ALWAYS.test(name)),
  ];
  return needed.filter((name) => !granted.includes(name));
}

/** Throws, before anything is served, if a capability is missing. */
export function assertCapabilities(module: WebAssembly.Module, granted: readonly string[]): void {
  const missing = missingCapabilities(module, granted);
  if (missing.length > 0) throw new Error(`the filter needs capabilities it is not granted: ${missing.join(", ")}`);
}
