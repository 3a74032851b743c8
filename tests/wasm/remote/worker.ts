// Workers of one Envoy, as the compiled filter sees them: VMs with shared data, a clock that the test sets, timers and calls that the test
// answers, requests that stay stopped until the filter lets them go.
import { FilterHost, type Header, type Reply } from "../host.js";
import { parsePairs, serialisePairs } from "../pairs.js";

const [OK, NOT_FOUND, BAD_ARGUMENT, CAS_MISMATCH, INTERNAL_FAILURE] = [0, 1, 2, 8, 10];
const [RESPONSE_HEADERS, RESPONSE_BODY] = [6, 4];

/** What all workers of an Envoy share. */
export class Envoy {
  /** Milliseconds since 1970. */
  now = 1_900_000_000_000;
  readonly shared = new Map<string, { value: Buffer; cas: number }>();
  /** Calls that were sent and not answered yet, in order. */
  readonly calls: Call[] = [];
  /** All calls that ever were sent. */
  readonly sent: Call[] = [];
  /** Clusters that there are. */
  readonly clusters = new Set(["idp", "xds"]);
  /** No host of a cluster is healthy: calls fail at once. */
  unhealthy = false;
  /** Statuses that host calls answer in place of doing their work, by name. */
  readonly faults = new Map<string, number>();
  /** Calls of shared data, a worker's name before each. */
  readonly sharedCalls: string[] = [];
  #cas = 0;

  /** Answers the oldest unanswered call to the IdP. */
  answer(status: number | null, body: string | Buffer = ""): void {
    const at = this.calls.findIndex(({ cluster }) => cluster === "idp");
    const [call] = this.calls.splice(at, 1);
    if (at < 0 || call === undefined) throw new Error("no call to answer");
    call.worker.respond(call, status, Buffer.from(body));
  }

  toIdp(): Call[] {
    return this.sent.filter(({ cluster }) => cluster === "idp");
  }

  get(key: string): { value: Buffer; cas: number } | undefined {
    return this.shared.get(key);
  }

  /** As proxy-wasm-cpp-host's SharedData::set. */
  set(key: string, value: Buffer, cas: number): number {
    const known = this.shared.get(key);
    if (known !== undefined && cas !== 0 && cas !== known.cas) return CAS_MISMATCH;
    this.shared.set(key, { value, cas: ++this.#cas });
    return OK;
  }
}

export interface Call {
  readonly worker: Worker;
  readonly root: number;
  readonly token: number;
  readonly cluster: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
  readonly timeout: number;
}

/** A request, and what has become of it. */
export interface Stream {
  readonly id: number;
  state: "stopped" | "passed" | "refused";
  headers: Header[];
  reply: Reply | null;
}

export class Worker extends FilterHost {
  /** Live roots and their tick's period and next time, in milliseconds; 0: none. */
  readonly ticks = new Map<number, { period: number; next: number }>();
  readonly streams = new Map<number, Stream>();
  readonly #envoy: Envoy;
  /** By stream, the root it began under. */
  readonly #rootOf = new Map<number, number>();
  /** The context that host calls speak of. */
  #effective = 0;
  #tokens = 0;
  #response: { headers: Header[]; body: Buffer } | null = null;

  constructor(module: WebAssembly.Module, envoy: Envoy) {
    super(module);
    this.#envoy = envoy;
  }

  /** A new root with this configuration; its id. It judges what comes after it. */
  configureRoot(configuration: unknown): number {
    this.#effective = this.contexts + 1;
    this.now = this.#envoy.now / 1000;
    if (!this.configure(configuration)) throw new Error(this.log.at(-1));
    return this.root;
  }

  deleteRoot(root: number): void {
    this.ticks.delete(root);
    for (const call of this.#envoy.calls.filter((one) => one.worker === this && one.root === root)) {
      this.#envoy.calls.splice(this.#envoy.calls.indexOf(call), 1);
    }
    this.exports.proxy_on_delete(root);
  }

  /** Begins a request. */
  open(headers: readonly Header[]): Stream {
    const id = ++this.contexts;
    const stream: Stream = { id, state: "stopped", headers: [...headers], reply: null };
    this.streams.set(id, stream);
    this.#rootOf.set(id, this.root);
    this.now = this.#envoy.now / 1000;
    this.calls = [];
    this.#enter(id);
    const answer = this.exports.proxy_on_request_headers(id, headers.length, 0);
    this.#leave();
    if (answer === 0) {
      if (stream.state !== "stopped") throw new Error("continued and replied");
      stream.state = "passed";
    }
    if (stream.state !== "stopped") this.close(stream);
    return stream;
  }

  /** The client has gone, or all is done. */
  close(stream: Stream): void {
    if (!this.streams.delete(stream.id)) return;
    this.exports.proxy_on_delete(stream.id);
  }

  /** Rings the timers that are due. */
  tick(): void {
    this.now = this.#envoy.now / 1000;
    for (const [root, tick] of [...this.ticks]) {
      if (tick.period === 0 || tick.next > this.#envoy.now) continue;
      tick.next = this.#envoy.now + tick.period;
      this.#run(root, () => this.exports.proxy_on_tick(root));
    }
  }

  respond(call: Call, status: number | null, body: Buffer): void {
    const headers: Header[] = status === null ? [] : [[":status", String(status)]];
    this.#response = { headers, body };
    this.now = this.#envoy.now / 1000;
    this.#run(call.root, () =>
      this.exports.proxy_on_http_call_response(call.root, call.token, headers.length, body.length, 0),
    );
    this.#response = null;
  }

  #run(context: number, callback: () => void): void {
    this.calls = [];
    this.#enter(context);
    callback();
    this.#leave();
    for (const stream of [...this.streams.values()]) if (stream.state !== "stopped") this.close(stream);
  }

  #enter(context: number): void {
    this.#leave();
    this.#effective = context;
    const stream = this.streams.get(context);
    this.headers = [...(stream?.headers ?? [])];
    this.reply = null;
  }

  /** Keeps what the filter did to the effective stream. */
  #leave(): void {
    const stream = this.streams.get(this.#effective);
    if (stream === undefined) return;
    if (this.reply !== null) {
      if (stream.state !== "stopped") throw new Error("a reply to a request that is over");
      stream.state = "refused";
      stream.reply = this.reply;
    }
    stream.headers = [...this.headers];
    this.#effective = 0;
  }

  protected override moreCalls(): Record<string, (...args: never[]) => number> {
    return Object.fromEntries(
      Object.entries(this.remoteCalls()).map(([name, call]) => [
        name,
        (...args: never[]) => this.#envoy.faults.get(name) ?? call(...args),
      ]),
    );
  }

  private remoteCalls(): Record<string, (...args: never[]) => number> {
    return {
      proxy_set_tick_period_milliseconds: (period: number) => {
        const stream = this.streams.get(this.#effective);
        const root = stream === undefined ? this.#effective : this.#rootOf.get(stream.id)!;
        this.ticks.set(root, { period, next: this.#envoy.now + period });
        return OK;
      },
      proxy_get_shared_data: (at: number, length: number, pointerAt: number, sizeAt: number, casAt: number) => {
        const known = this.#envoy.get(this.text(at, length));
        this.#envoy.sharedCalls.push("get");
        if (known === undefined) return NOT_FOUND;
        new DataView(this.exports.memory.buffer).setUint32(casAt, known.cas, true);
        return this.give(known.value, pointerAt, sizeAt);
      },
      proxy_set_shared_data: (at: number, length: number, valueAt: number, valueLength: number, cas: number) => {
        const value = Buffer.from(this.exports.memory.buffer.slice(valueAt, valueAt + valueLength));
        this.#envoy.sharedCalls.push("set");
        return this.#envoy.set(this.text(at, length), value, cas >>> 0);
      },
      proxy_http_call: (
        at: number,
        length: number,
        headersAt: number,
        headersLength: number,
        bodyAt: number,
        bodyLength: number,
        _trailersAt: number,
        _trailersLength: number,
        timeout: number,
        tokenAt: number,
      ) => {
        const cluster = this.text(at, length);
        if (!this.#envoy.clusters.has(cluster)) return BAD_ARGUMENT;
        if (this.#envoy.unhealthy) return INTERNAL_FAILURE;
        const memory = this.exports.memory.buffer;
        const token = (this.#tokens += 4);
        new DataView(memory).setUint32(tokenAt, token, true);
        const call: Call = {
          worker: this,
          root: this.#effective,
          token,
          cluster,
          headers: parsePairs(Buffer.from(memory.slice(headersAt, headersAt + headersLength))),
          body: Buffer.from(memory.slice(bodyAt, bodyAt + bodyLength)),
          timeout,
        };
        this.#envoy.calls.push(call);
        this.#envoy.sent.push(call);
        return OK;
      },
      proxy_set_effective_context: (id: number) => {
        if (!this.streams.has(id) && !this.ticks.has(id)) return BAD_ARGUMENT;
        this.#enter(id);
        return OK;
      },
      proxy_continue_stream: (type: number) => {
        const stream = this.streams.get(this.#effective);
        if (type !== 0 || stream === undefined) return BAD_ARGUMENT;
        if (stream.state !== "stopped" || this.reply !== null) throw new Error("a request goes on that does not wait");
        stream.state = "passed";
        return OK;
      },
      proxy_get_header_map_value: (type: number, at: number, length: number, pointerAt: number, sizeAt: number) => {
        const headers = type === RESPONSE_HEADERS ? (this.#response?.headers ?? []) : this.headers;
        const name = this.text(at, length);
        const found = headers.find(([other]) => other === name);
        return found === undefined ? NOT_FOUND : this.give(Buffer.from(found[1], "latin1"), pointerAt, sizeAt);
      },
      proxy_get_header_map_pairs: (_type: number, pointerAt: number, sizeAt: number) =>
        this.give(serialisePairs(this.headers), pointerAt, sizeAt),
      proxy_get_buffer_bytes: (type: number, start: number, length: number, pointerAt: number, sizeAt: number) => {
        const bytes = type === RESPONSE_BODY ? this.#response?.body : this.configuration;
        return bytes === undefined ? NOT_FOUND : this.give(bytes.subarray(start, start + length), pointerAt, sizeAt);
      },
    };
  }

  protected override property(path: string): string | null {
    this.rootAsked = this.#rootOf.get(this.#effective) ?? this.#effective;
    return path === "xds\0node\0id" ? "node-1" : super.property(path);
  }
}
