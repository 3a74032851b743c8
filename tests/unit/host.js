// A proxy-wasm host for unit tests: holds request headers and properties, records what the filter asks for.
// The `test` module gives specs the controls; strings cross as AssemblyScript UTF-16 strings (bindings: raw).
export function hostImports(binary, exports) {
  const state = { headers: [], properties: new Map(), localResponse: null, clock: 0n, log: [], foreign: null, calls: 0 };
  const u8 = () => new Uint8Array(exports().memory.buffer);
  const view = () => new DataView(exports().memory.buffer);
  const text = (p, n) => Buffer.from(u8().slice(p, p + n)).toString("latin1");
  const asString = (p) => Buffer.from(exports().memory.buffer, p, view().getUint32(p - 4, true)).toString("utf16le");
  const give = (bytes, pp, sp) => {
    const at = bytes.length ? exports().malloc(bytes.length) : 0;
    u8().set(bytes, at);
    view().setUint32(pp, at, true);
    view().setUint32(sp, bytes.length, true);
    return 0;
  };
  const latin1 = (s) => Buffer.from(s, "latin1");

  const env = {
    proxy_log(level, p, n) {
      state.log.push(text(p, n));
      return 0;
    },
    proxy_get_current_time_nanoseconds(p) {
      view().setBigUint64(p, state.clock, true);
      return 0;
    },
    proxy_get_header_map_value(type, kp, kn, pp, sp) {
      const hit = state.headers.find(([k]) => k === text(kp, kn));
      return hit ? give(latin1(hit[1]), pp, sp) : 1;
    },
    proxy_add_header_map_value(type, kp, kn, vp, vn) {
      state.headers.push([text(kp, kn), text(vp, vn)]);
      return 0;
    },
    proxy_remove_header_map_value(type, kp, kn) {
      state.headers = state.headers.filter(([k]) => k !== text(kp, kn));
      return 0;
    },
    proxy_get_property(kp, kn, pp, sp) {
      const value = state.properties.get(text(kp, kn));
      return value === undefined ? 1 : give(latin1(value), pp, sp);
    },
    proxy_get_buffer_bytes(type, start, length, pp, sp) {
      const bytes = Buffer.from(state.properties.get("\0configuration") ?? "", "utf8");
      return give(bytes.subarray(start, start + length), pp, sp);
    },
    proxy_send_local_response(code, dp, dn, bp, bn, hp, hn, grpc) {
      state.localResponse = { code, details: text(dp, dn), body: text(bp, bn), headers: text(hp, hn), grpc };
      return 0;
    },
    proxy_call_foreign_function(np, nn, ap, an, rp, rs) {
      state.calls++;
      if (!state.foreign) return 1;
      return state.foreign.status !== 0 ? state.foreign.status : give(latin1(state.foreign.result), rp, rs);
    },
  };
  const test = {
    reset() {
      Object.assign(state, { headers: [], localResponse: null, clock: 0n, log: [], foreign: null, calls: 0 });
      state.properties = new Map();
    },
    addHeader(k, v) {
      state.headers.push([asString(k), asString(v)]);
    },
    headerCount(k) {
      return state.headers.filter(([name]) => name === asString(k)).length;
    },
    headerIs(k, v) {
      const hit = state.headers.find(([name]) => name === asString(k));
      return hit !== undefined && hit[1] === asString(v) ? 1 : 0;
    },
    setProperty(k, v) {
      state.properties.set(asString(k), asString(v));
    },
    setConfiguration(v) {
      state.properties.set("\0configuration", asString(v));
    },
    setClock(seconds) {
      state.clock = BigInt(seconds) * 1_000_000_000n;
    },
    setForeign(status, result) {
      state.foreign = { status, result: asString(result) };
    },
    foreignCalls() {
      return state.calls;
    },
    localStatus() {
      return state.localResponse ? state.localResponse.code : 0;
    },
    localBodyIs(v) {
      return state.localResponse && state.localResponse.body === asString(v) ? 1 : 0;
    },
    logHas(v) {
      return state.log.some((line) => line.includes(asString(v))) ? 1 : 0;
    },
  };
  // A host call or a control that no one mocked must fail its test, not pass silently.
  for (const { module, name } of WebAssembly.Module.imports(new WebAssembly.Module(binary))) {
    const table = module === "env" && name.startsWith("proxy_") ? env : module === "test" ? test : null;
    if (table && !(name in table))
      table[name] = () => {
        throw new Error("unmocked " + module + "." + name);
      };
  }
  return {
    env,
    test,
    wasi_snapshot_preview1: {
      proc_exit(code) {
        throw new Error("proc_exit " + code);
      },
    },
  };
}
