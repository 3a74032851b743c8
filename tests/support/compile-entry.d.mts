export function compileEntry(entry: string): Promise<WebAssembly.Module>;
export function instantiateEntry(module: WebAssembly.Module): WebAssembly.Exports;
