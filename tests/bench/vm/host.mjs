// A proxy-wasm host for the compiled filter that does as little as it can: what is left is the filter's own time and memory. It
// answers every signature with "valid" (Envoy's code checks them; what they cost is in `make bench`).
import { readFileSync } from "node:fs";

const OK = 0;
const NOT_FOUND = 1;
const PLUGIN_CONFIGURATION = 7;
/** VerifySignatureResult: result (field 1) is true. */
const VALID = Buffer.from([8, 1]);

export class Vm {
  #exports;
  #configuration = Buffer.alloc(0);
  #pairs = Buffer.alloc(0);
  #contexts = 0;
  #root = 0;
  #log = [];
  #memory = Buffer.alloc(0);
  /** Seconds since 1970. */
  now = 1_900_000_000;
  replies = 0;
  /** Signatures that the host was asked about. */
  verifications = 0;

  /** A new VM of a compiled module, started. */
  constructor(module) {
    const env = this.#imports();
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      if (from === "env") env[name] ??= () => OK;
    }
    const exit = (code) => {
      throw new Error(`the filter stopped (${code}): ${this.#log.at(-1)}`);
    };
    this.#exports = new WebAssembly.Instance(module, { env, wasi_snapshot_preview1: { proc_exit: exit } }).exports;
    this.#exports._initialize();
    if (this.#exports.proxy_on_vm_start(0, 0) !== 1) throw new Error(`the VM does not start: ${this.#log.at(-1)}`);
  }

  static compile = (path) => new WebAssembly.Module(readFileSync(path));

  /** Makes a configuration the current one and deletes the one before, as Envoy does when its streams have ended. */
  configure(text) {
    this.#configuration = Buffer.from(text);
    const root = ++this.#contexts;
    if (this.#exports.proxy_on_configure(root, this.#configuration.length) !== 1) throw new Error(this.#log.at(-1));
    if (this.#root !== 0) this.#exports.proxy_on_delete(this.#root);
    this.#root = root;
  }

  /** One request with this token; whether it was let through. */
  request(token) {
    this.#pairs = serialise([...HEADERS, ["authorization", `Bearer ${token}`]]);
    const id = ++this.#contexts;
    const verdict = this.#exports.proxy_on_request_headers(id, HEADERS.length + 1, 1);
    this.#exports.proxy_on_delete(id);
    return verdict === 0;
  }

  /** MB of linear memory, which never shrinks. */
  get megabytes() {
    return this.#exports.memory.buffer.byteLength / 2 ** 20;
  }

  #bytes() {
    const { buffer } = this.#exports.memory;
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }

  #give(bytes, pointerAt, sizeAt) {
    const at = this.#exports.malloc(bytes.length);
    const memory = this.#bytes();
    memory.set(bytes, at);
    memory.writeUInt32LE(at, pointerAt);
    memory.writeUInt32LE(bytes.length, sizeAt);
    return OK;
  }

  #imports() {
    return {
      proxy_log: (_level, at, length) => {
        this.#log = [this.#bytes().toString("utf8", at, at + length)];
        return OK;
      },
      proxy_get_current_time_nanoseconds: (at) => {
        this.#bytes().writeBigUInt64LE(BigInt(this.now) * 1_000_000_000n, at);
        return OK;
      },
      // All the filter asks for is its root_id; each configuration's is another one.
      proxy_get_property: (_at, _length, pointerAt, sizeAt) =>
        this.#give(Buffer.from(`root-${this.#contexts}`), pointerAt, sizeAt),
      proxy_get_header_map_value: () => NOT_FOUND,
      proxy_get_buffer_bytes: (type, start, length, pointerAt, sizeAt) =>
        type === PLUGIN_CONFIGURATION
          ? this.#give(this.#configuration.subarray(start, start + length), pointerAt, sizeAt)
          : NOT_FOUND,
      proxy_get_header_map_pairs: (_type, pointerAt, sizeAt) => this.#give(this.#pairs, pointerAt, sizeAt),
      proxy_send_local_response: () => {
        this.replies++;
        return OK;
      },
      proxy_call_foreign_function: (_name, _nameLength, _at, _length, pointerAt, sizeAt) => {
        this.verifications++;
        return this.#give(VALID, pointerAt, sizeAt);
      },
    };
  }
}

/** What a browser or another proxy sends beside the token. */
const HEADERS = [
  [":authority", "www.example.com"],
  [":path", "/headers"],
  [":method", "GET"],
  [":scheme", "http"],
  ["user-agent", "curl/8.5.0"],
  ["accept", "*/*"],
  ["x-request-id", "5f0c"],
];

/** Count, both lengths of each pair, then NUL-terminated names and values. */
function serialise(pairs) {
  const words = Buffer.alloc(4 + pairs.length * 8);
  words.writeUInt32LE(pairs.length, 0);
  pairs.forEach(([name, value], i) => {
    words.writeUInt32LE(name.length, 4 + i * 8);
    words.writeUInt32LE(value.length, 8 + i * 8);
  });
  return Buffer.concat([words, ...pairs.map(([name, value]) => Buffer.from(`${name}\0${value}\0`, "latin1"))]);
}
