// A proxy-wasm host in Node, as small as configuring the filter needs: the same wasm that Envoy runs judges configuration here,
// and signatures for the command line.
import { readFileSync } from "node:fs";
import { type ReasonCode, REASONS } from "../reasons.js";

const OK = 0;
const NOT_FOUND = 1;
const PLUGIN_CONFIGURATION = 7;

interface FilterExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(size: number): number;
  proxy_on_vm_start(root: number, size: number): number;
  proxy_on_configure(root: number, size: number): number;
  proxy_on_delete(id: number): void;
  claimgate_jws_keys(at: number, size: number, host: number): number;
  claimgate_jws_verify(at: number, size: number): number;
  claimgate_jws_key(): number;
  claimgate_jws_alg(): number;
}

/** In the order of the filter's table (assembly/jose/algorithms.ts). */
const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 HS256 HS384 HS512 EdDSA".split(" ");
const REASON_CODES = Object.keys(REASONS) as ReasonCode[];

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
    if (this.exports.proxy_on_vm_start(this.nextContext, 0) !== 1) {
      throw new Error(this.lines[0] ?? "the filter refuses to start");
    }
  }

  /** Offers a configuration to a root context of its own. null: taken; else what the filter logged. */
  configure(configuration: string): string | null {
    const root = ++this.nextContext;
    this.lines = [];
    this.configuration = Buffer.from(configuration, "utf8");
    const taken = this.exports.proxy_on_configure(root, this.configuration.length) === 1;
    this.exports.proxy_on_delete(root);
    this.configuration = new Uint8Array();
    return taken ? null : (this.lines[0] ?? "refused without a reason");
  }

  /** Takes the keys that {@link verifyJws} tries; how many of them can be used. */
  setJwsKeys(jwks: { keys: object[] }): number {
    const text = Buffer.from(JSON.stringify(jwks), "utf8");
    return this.exports.claimgate_jws_keys(this.put(text), text.length, 0);
  }

  /** Checks the signature of a compact JWS with the filter's own code: which key made it, by its position, or why it is not valid. */
  verifyJws(jws: Uint8Array): { key: number; alg: string } | { reason: ReasonCode } {
    const reason = this.exports.claimgate_jws_verify(this.put(jws), jws.length);
    if (reason !== 0) return { reason: REASON_CODES[reason - 1]! };
    return { key: this.exports.claimgate_jws_key(), alg: ALGORITHMS[this.exports.claimgate_jws_alg()]! };
  }

  /** Copies bytes into the VM, good for one call. */
  private put(bytes: Uint8Array): number {
    const at = this.exports.malloc(bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return at;
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
        const at = bytes.length === 0 ? 0 : this.put(bytes);
        const view = new DataView(this.exports.memory.buffer);
        view.setUint32(pointerOut!, at, true);
        view.setUint32(sizeOut!, bytes.length, true);
        return OK;
      },
      // Nothing is fetched here: a configuration with remote keys wants a timer, which never rings.
      proxy_set_tick_period_milliseconds: () => OK,
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
