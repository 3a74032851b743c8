/** Results of host calls (proxy-wasm ABI 0.2.1, `WasmResult`). Anything that is not named here is handled as a failure. */
export const OK: u32 = 0;
export const NOT_FOUND: u32 = 1;
export const BAD_ARGUMENT: u32 = 2;
export const CAS_MISMATCH: u32 = 8;

/** What a request callback answers (`FilterHeadersStatus`). */
export const CONTINUE: i32 = 0;
export const STOP_ITERATION: i32 = 1;
