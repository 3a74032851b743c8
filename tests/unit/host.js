// A proxy-wasm host for unit tests: holds request headers and properties, records what the filter asks for.
// The `test` module gives specs the controls; strings cross as AssemblyScript UTF-16 strings (bindings: raw).
import { VerifySignatureArguments, verifySignature } from "./verify-signature.js";

export function hostImports(binary, exports) {
  const state = {
    headers: [],
    properties: new Map(),
    localResponse: null,
    clock: 0n,
    log: [],
    foreign: null,
    calls: 0,
  };
  // Faults that specs plant: the status a host call answers instead of doing its work, by name or by its number since reset.
  const faults = { made: [], named: new Map(), at: -1, status: 0, pairs: null, foreign: [] };
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
  // Serialised header map (proxy-wasm ABI 0.2.1): count, both lengths of each pair, then NUL-terminated names and values.
  const pairsOf = (headers) => {
    const words = new Uint32Array([headers.length, ...headers.flatMap(([k, v]) => [k.length, v.length])]);
    return Buffer.concat([Buffer.from(words.buffer), ...headers.map(([k, v]) => latin1(k + "\0" + v + "\0"))]);
  };

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
    proxy_get_header_map_pairs(type, pp, sp) {
      return give(faults.pairs ?? pairsOf(state.headers), pp, sp);
    },
    proxy_add_header_map_value(type, kp, kn, vp, vn) {
      state.headers.push([text(kp, kn), text(vp, vn)]);
      return 0;
    },
    proxy_remove_header_map_value(type, kp, kn) {
      state.headers = state.headers.filter(([k]) => k !== text(kp, kn));
      return 0;
    },
    proxy_replace_header_map_value(type, kp, kn, vp, vn) {
      const [name, value] = [text(kp, kn), text(vp, vn)];
      const at = state.headers.findIndex(([k]) => k === name);
      state.headers = state.headers.filter(([k], i) => k !== name || i === at);
      if (at < 0) state.headers.push([name, value]);
      else state.headers[at] = [name, value];
      return 0;
    },
    proxy_set_property(kp, kn, vp, vn) {
      state.properties.set(text(kp, kn), text(vp, vn));
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
      state.foreignName = text(np, nn);
      state.foreignArgument = Buffer.from(u8().slice(ap, ap + an));
      if (state.verifies && state.foreignName === "verify_signature") {
        const result = verifySignature(state.foreignArgument);
        return result === null ? 2 : give(result, rp, rs);
      }
      if (faults.foreign.length > 0) state.foreign = faults.foreign.shift();
      if (!state.foreign) return 1;
      return state.foreign.status !== 0 ? state.foreign.status : give(latin1(state.foreign.result), rp, rs);
    },
  };
  for (const [name, call] of Object.entries(env)) {
    env[name] = (...args) => {
      const number = faults.made.push(name) - 1;
      const status = number === faults.at ? faults.status : faults.named.get(name);
      return status ?? call(...args);
    };
  }
  const test = {
    reset() {
      Object.assign(faults, { made: [], named: new Map(), at: -1, status: 0, pairs: null, foreign: [] });
      Object.assign(state, { headers: [], localResponse: null, clock: 0n, log: [], foreign: null, calls: 0 });
      Object.assign(state, { verifies: false, foreignName: "", foreignArgument: Buffer.alloc(0) });
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
    /** Whether the property is this text; with an empty text: whether there is none. */
    propertyIs(k, v) {
      return (state.properties.get(asString(k)) ?? "") === asString(v) ? 1 : 0;
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
    /** Has the host answer verify_signature as Envoy does. */
    verifySignatures() {
      state.verifies = true;
    },
    foreignNameIs(v) {
      return state.foreignName === asString(v) ? 1 : 0;
    },
    /** Whether the argument of the last foreign call is this message, encoded by protobufjs; key and signature in hexadecimal. */
    verifySignatureArgumentIs(hash, key, signature, signed) {
      const message = VerifySignatureArguments.create({
        hashFunction: asString(hash),
        publicKey: Buffer.from(asString(key), "hex"),
        signature: Buffer.from(asString(signature), "hex"),
        text: Buffer.from(asString(signed), "utf8"),
      });
      return state.foreignArgument.equals(VerifySignatureArguments.encode(message).finish()) ? 1 : 0;
    },
    foreignCalls() {
      return state.calls;
    },
    /** What the next foreign calls answer, one after the other; the last one stays. */
    thenForeign(status, result) {
      faults.foreign.push({ status, result: asString(result) });
    },
    failCall(name, status) {
      faults.named.set(asString(name), status);
    },
    failCallNumber(number, status) {
      Object.assign(faults, { at: number, status });
    },
    hostCalls() {
      return faults.made.length;
    },
    hostCallIs(number, name) {
      return faults.made[number] === asString(name) ? 1 : 0;
    },
    callsOf(name) {
      return faults.made.filter((made) => made === asString(name)).length;
    },
    /** The blob that get_header_map_pairs answers, in hexadecimal, whatever the headers are. */
    setPairs(hex) {
      faults.pairs = Buffer.from(asString(hex), "hex");
    },
    totalHeaders() {
      return state.headers.length;
    },
    localDetailsAre(v) {
      return state.localResponse && state.localResponse.details === asString(v) ? 1 : 0;
    },
    /** Whether the local reply carries exactly this one header; with an empty name: none. */
    localHeaderIs(k, v) {
      const expected = asString(k) === "" ? Buffer.alloc(0) : pairsOf([[asString(k), asString(v)]]);
      return state.localResponse && latin1(state.localResponse.headers).equals(expected) ? 1 : 0;
    },
    localGrpcStatus() {
      return state.localResponse ? state.localResponse.grpc : 0;
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
