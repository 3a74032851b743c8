// A proxy-wasm host for the compiled filter: as much of Envoy as one request needs (ABI 0.2.1). Texts are Latin-1, a character is
// a byte. What the filter does not import here it must not import at all: instantiation fails then.
import { readFileSync } from "node:fs";
import { REASONS } from "../../controller/reasons.js";
import { parsePairs, serialisePairs } from "./pairs.js";
import { verifySignature } from "../unit/verify-signature.js";

export type Header = readonly [name: string, value: string];

export interface Reply {
  readonly status: number;
  readonly details: string;
  readonly body: string;
  readonly headers: readonly Header[];
  readonly grpcStatus: number;
}

/** What became of a request. */
export interface Outcome {
  readonly verdict: "continue" | "stop";
  /** The local reply; null if there is none. */
  readonly reply: Reply | null;
  /** The request's headers as the backend would see them. */
  readonly headers: readonly Header[];
  /** Names of the host calls, in order. */
  readonly calls: readonly string[];
  /** Properties the filter set. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(size: number): number;
  proxy_abi_version_0_2_1(): void;
  proxy_on_vm_start(root: number, size: number): number;
  proxy_on_configure(root: number, size: number): number;
  proxy_on_request_headers(id: number, count: number, endOfStream: number): number;
  proxy_on_delete(id: number): void;
  proxy_on_tick(root: number): void;
  proxy_on_http_call_response(root: number, call: number, headers: number, body: number, trailers: number): void;
  claimgate_jws_keys(at: number, size: number, host: number): number;
  claimgate_jws_verify(at: number, size: number): number;
}

const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;
const REQUEST_HEADERS = 0;
const PLUGIN_CONFIGURATION = 7;

/** One VM. A trap in it is an exception in the test that caused it. */
export class FilterHost {
  /** Seconds since 1970. */
  now = 1_900_000_000;
  routeName: string | null = null;
  /** Whether proxy_send_local_response fails. */
  refusesReplies = false;
  /** What verify_signature answers instead of judging: a WasmResult other than 0, or a result. */
  verifySignature: number | Uint8Array | null = null;
  readonly log: string[] = [];
  protected readonly exports: Exports;
  protected configuration: Buffer = Buffer.alloc(0);
  protected headers: Header[] = [];
  protected reply: Reply | null = null;
  protected calls: string[] = [];
  protected properties = new Map<string, string>();
  protected root = 0;
  protected contexts = 0;
  /** Accepted and not ended. */
  protected roots: number[] = [];
  /** The root that the callback at hand is about, or about a request of. */
  protected rootAsked = 0;

  readonly #trusts: ((argument: Uint8Array) => boolean) | undefined;

  /** `trusts`: what verify_signature answers in place of looking. */
  constructor(module: WebAssembly.Module, trusts?: (argument: Uint8Array) => boolean) {
    this.#trusts = trusts;
    const exit = (code: number) => {
      throw new Error(`proc_exit ${code}`);
    };
    const imports = { env: this.#imports(), wasi_snapshot_preview1: { proc_exit: exit } };
    this.exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
    this.exports._initialize();
    if (this.exports.proxy_on_vm_start(0, 0) !== 1) throw new Error("the VM does not start");
  }

  static load(path: string, trusts?: (argument: Uint8Array) => boolean): FilterHost {
    return new FilterHost(new WebAssembly.Module(readFileSync(path)), trusts);
  }

  /** A new root context with this configuration, judging what comes after it; false if the filter refuses it. */
  configure(configuration: unknown): boolean {
    const text = typeof configuration === "string" ? configuration : JSON.stringify(configuration);
    this.configuration = Buffer.from(text, "utf8");
    const root = ++this.contexts;
    this.rootAsked = root;
    const accepted = this.exports.proxy_on_configure(root, this.configuration.length) === 1;
    if (accepted) {
      this.root = root;
      this.roots.push(root);
    } else this.exports.proxy_on_delete(root);
    return accepted;
  }

  /** Configures the newest root context once more, which Envoy does not do. */
  configureAgain(configuration: unknown): boolean {
    this.configuration = Buffer.from(JSON.stringify(configuration), "utf8");
    this.rootAsked = this.root;
    return this.exports.proxy_on_configure(this.root, this.configuration.length) === 1;
  }

  /** Ends the root contexts before the newest one, as Envoy does when their last streams are gone. */
  endOlder(): void {
    for (const root of this.roots) if (root !== this.root) this.exports.proxy_on_delete(root);
    this.roots = [this.root];
  }

  /** Judges one request; several `authorization` headers are joined as Envoy does before any filter. */
  request(headers: readonly Header[]): Outcome {
    const authorization = headers.filter(([name]) => name === "authorization").map(([, value]) => value);
    this.headers = headers.filter(([name]) => name !== "authorization");
    if (authorization.length > 0) this.headers.push(["authorization", authorization.join(",")]);
    this.reply = null;
    this.calls = [];
    this.properties = new Map();
    const id = ++this.contexts;
    this.rootAsked = this.root;
    const answer = this.exports.proxy_on_request_headers(id, this.headers.length, 1);
    this.exports.proxy_on_delete(id);
    if (answer !== 0 && answer !== 1) throw new Error(`FilterHeadersStatus ${answer}`);
    const verdict = answer === 0 ? "continue" : "stop";
    const [calls, properties] = [this.calls, this.properties];
    return { verdict, reply: this.reply, headers: this.headers, calls, properties };
  }

  /** Takes keys for {@link verifyJws}; `host`: verify_signature may be called for them. The number of those that can be used. */
  setJwsKeys(keys: readonly object[], host: boolean): number {
    const text = Buffer.from(JSON.stringify({ keys }), "utf8");
    return this.exports.claimgate_jws_keys(this.put(text), text.length, host ? 1 : 0);
  }

  /** Judges the signature of a compact JWS: "valid", or the code of the reason. `calls` are the host's. */
  verifyJws(jws: string): { verdict: string; calls: readonly string[] } {
    this.calls = [];
    const bytes = Buffer.from(jws, "latin1");
    const reason = this.exports.claimgate_jws_verify(this.put(bytes), bytes.length);
    return { verdict: reason === 0 ? "valid" : Object.keys(REASONS)[reason - 1]!, calls: this.calls };
  }

  /** Bytes of linear memory. */
  get memorySize(): number {
    return this.exports.memory.buffer.byteLength;
  }

  /** What remote keys need beside; here, a timer that never rings. */
  protected moreCalls(): Record<string, (...args: never[]) => number> {
    const refused = () => BAD_ARGUMENT;
    return {
      proxy_set_tick_period_milliseconds: () => OK,
      proxy_get_shared_data: () => NOT_FOUND,
      proxy_set_shared_data: refused,
      proxy_http_call: refused,
      proxy_set_effective_context: refused,
      proxy_continue_stream: refused,
    };
  }

  protected property(path: string): string | null {
    // Each configuration has another one.
    if (path === "plugin_root_id") return `root-${this.rootAsked}`;
    return path === "xds\0route_name" ? this.routeName : null;
  }

  protected text(at: number, length: number): string {
    return Buffer.from(this.exports.memory.buffer, at, length).toString("latin1");
  }

  protected put(bytes: Uint8Array): number {
    const at = bytes.length === 0 ? 0 : this.exports.malloc(bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return at;
  }

  protected give(bytes: Uint8Array, pointerAt: number, sizeAt: number): number {
    const at = this.put(bytes);
    const view = new DataView(this.exports.memory.buffer);
    view.setUint32(pointerAt, at, true);
    view.setUint32(sizeAt, bytes.length, true);
    return OK;
  }

  #imports(): Record<string, (...args: number[]) => number> {
    const calls: Record<string, (...args: never[]) => number> = {
      proxy_log: (_level: number, at: number, length: number) => {
        this.log.push(this.text(at, length));
        return OK;
      },
      proxy_get_current_time_nanoseconds: (at: number) => {
        new DataView(this.exports.memory.buffer).setBigUint64(
          at,
          BigInt(Math.round(this.now * 1000)) * 1_000_000n,
          true,
        );
        return OK;
      },
      proxy_get_property: (at: number, length: number, pointerAt: number, sizeAt: number) => {
        const value = this.property(this.text(at, length));
        return value === null ? NOT_FOUND : this.give(Buffer.from(value, "latin1"), pointerAt, sizeAt);
      },
      proxy_get_buffer_bytes: (type: number, start: number, length: number, pointerAt: number, sizeAt: number) => {
        if (type !== PLUGIN_CONFIGURATION) return NOT_FOUND;
        return this.give(this.configuration.subarray(start, start + length), pointerAt, sizeAt);
      },
      proxy_get_header_map_value: (type: number, at: number, length: number, pointerAt: number, sizeAt: number) => {
        const name = this.text(at, length);
        const found = this.headers.find(([other]) => other === name);
        if (type !== REQUEST_HEADERS || found === undefined) return NOT_FOUND;
        return this.give(Buffer.from(found[1], "latin1"), pointerAt, sizeAt);
      },
      proxy_get_header_map_pairs: (type: number, pointerAt: number, sizeAt: number) =>
        type === REQUEST_HEADERS ? this.give(serialisePairs(this.headers), pointerAt, sizeAt) : BAD_ARGUMENT,
      proxy_add_header_map_value: (_type: number, at: number, length: number, valueAt: number, valueLength: number) => {
        this.headers.push([this.text(at, length), this.text(valueAt, valueLength)]);
        return OK;
      },
      proxy_remove_header_map_value: (_type: number, at: number, length: number) => {
        const name = this.text(at, length);
        this.headers = this.headers.filter(([other]) => other !== name);
        return OK;
      },
      proxy_replace_header_map_value: (
        _type: number,
        at: number,
        length: number,
        valueAt: number,
        valueLength: number,
      ) => {
        const name = this.text(at, length);
        this.headers = this.headers.filter(([other]) => other !== name);
        this.headers.push([name, this.text(valueAt, valueLength)]);
        return OK;
      },
      proxy_set_property: (at: number, length: number, valueAt: number, valueLength: number) => {
        this.properties.set(this.text(at, length), this.text(valueAt, valueLength));
        return OK;
      },
      proxy_send_local_response: (
        status: number,
        detailsAt: number,
        detailsLength: number,
        bodyAt: number,
        bodyLength: number,
        headersAt: number,
        headersLength: number,
        grpcStatus: number,
      ) => {
        if (this.refusesReplies) return BAD_ARGUMENT;
        if (this.reply !== null) throw new Error("a second local reply");
        this.reply = {
          status,
          details: this.text(detailsAt, detailsLength),
          body: this.text(bodyAt, bodyLength),
          headers: parsePairs(Buffer.from(this.exports.memory.buffer.slice(headersAt, headersAt + headersLength))),
          grpcStatus,
        };
        return OK;
      },
      proxy_call_foreign_function: (
        nameAt: number,
        nameLength: number,
        at: number,
        length: number,
        pointerAt: number,
        sizeAt: number,
      ) => {
        if (this.text(nameAt, nameLength) !== "verify_signature") return NOT_FOUND;
        if (typeof this.verifySignature === "number") return this.verifySignature;
        if (this.verifySignature !== null) return this.give(this.verifySignature, pointerAt, sizeAt);
        if (this.#trusts !== undefined) {
          const argument = new Uint8Array(this.exports.memory.buffer, at, length);
          // VerifySignatureResult: result is field 1.
          return this.give(Buffer.from(this.#trusts(argument) ? [8, 1] : []), pointerAt, sizeAt);
        }
        const result = verifySignature(new Uint8Array(this.exports.memory.buffer.slice(at, at + length)));
        return result === null ? BAD_ARGUMENT : this.give(result, pointerAt, sizeAt);
      },
      ...this.moreCalls(),
    };
    return Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        (...args: number[]) => {
          this.calls.push(name);
          return call(...(args as never[]));
        },
      ]),
    );
  }
}
