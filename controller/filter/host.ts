// A proxy-wasm host in Node, as small as configuring the filter needs: the same wasm that Envoy runs judges configuration here.
import { readFileSync } from "node:fs";

const OK = 0;
const NOT_FOUND = 1;
const PLUGIN_CONFIGURATION = 7;

interface FilterExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(size: number): number;
  proxy_on_vm_start(root: number, size: number): number;
  proxy_on_context_create(id: number, parent: number): void;
  proxy_on_configure(root: number, size: number): number;
  proxy_on_delete(id: number): void;
}

/** One VM of the filter. A trap leaves it unusable, as in Envoy; callers make a new one. */
export class FilterVm {
  private readonly exports: FilterExports;
  private configuration: Uint8Array = new Uint8Array();
  private lines: string[] = [];
  private nextContext = 1;

  constructor(module: WebAssembly.Module) {
    const instance = new WebAssembly.Instance(module, this.imports(module));
    this.exports = instance.exports as unknown as FilterExports;
    this.exports._initialize();
    this.exports.proxy_on_context_create(this.nextContext, 0);
    if (this.exports.proxy_on_vm_start(this.nextContext, 0) !== 1) throw new Error("the filter refuses to start");
  }

  /** Offers a configuration to a root context of its own. null: taken; else what the filter logged. */
  configure(configuration: string): string | null {
    const root = ++this.nextContext;
    this.lines = [];
    this.configuration = Buffer.from(configuration, "utf8");
    this.exports.proxy_on_context_create(root, 0);
    const taken = this.exports.proxy_on_configure(root, this.configuration.length) === 1;
    this.exports.proxy_on_delete(root);
    this.configuration = new Uint8Array();
    return taken ? null : (this.lines[0] ?? "refused without a reason");
  }

  private imports(module: WebAssembly.Module): WebAssembly.Imports {
    const env: Record<string, (...args: number[]) => number> = {
      proxy_log: (_level, at, size) => {
        this.lines.push(Buffer.from(this.exports.memory.buffer, at, size).toString("utf8"));
        return OK;
      },
      proxy_get_buffer_bytes: (type, start, length, pointerOut, sizeOut) => {
        if (type !== PLUGIN_CONFIGURATION) return NOT_FOUND;
        const bytes = this.configuration.subarray(start!, start! + length!);
        const at = bytes.length === 0 ? 0 : this.exports.malloc(bytes.length);
        new Uint8Array(this.exports.memory.buffer).set(bytes, at);
        const view = new DataView(this.exports.memory.buffer);
        view.setUint32(pointerOut!, at, true);
        view.setUint32(sizeOut!, bytes.length, true);
        return OK;
      },
    };
    // Whatever else the filter may call has no place in configuration.
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      if (from === "env") env[name] ??= () => NOT_FOUND;
    }
    const wasi = {
      proc_exit: (code: number) => {
        throw new Error(`the filter stopped: ${this.lines.at(-1) ?? code}`);
      },
    };
    return { env, wasi_snapshot_preview1: wasi };
  }
}

/** Compiles the filter once; instances are cheap. */
export function loadFilter(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(path));
}
