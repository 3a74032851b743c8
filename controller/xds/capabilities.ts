// capability_restriction_config of the filter: what its VM may call, and what of it Envoy may call. Envoy looks callbacks up in the same list
// (proxy-wasm-cpp-host src/wasm.cc, WasmBase::getFunctions): with one missing the module loads all the same and the step it stands for is
// skipped, so a missing proxy_on_request_headers lets every request pass. malloc, _initialize and the ABI version marker are fetched without
// asking the list.

/** Host calls the filter imports from `env`. */
export const HOST_CALLS = [
  "proxy_log",
  "proxy_get_header_map_value",
  "proxy_get_header_map_pairs",
  "proxy_add_header_map_value",
  "proxy_remove_header_map_value",
  "proxy_replace_header_map_value",
  "proxy_get_property",
  "proxy_set_property",
  "proxy_get_buffer_bytes",
  "proxy_get_current_time_nanoseconds",
  "proxy_send_local_response",
  "proxy_call_foreign_function",
  "proxy_http_call",
  "proxy_set_tick_period_milliseconds",
  "proxy_get_shared_data",
  "proxy_set_shared_data",
  "proxy_set_effective_context",
  "proxy_continue_stream",
] as const;

/** Host calls the filter imports from `wasi_snapshot_preview1`; proc_exit is where AssemblyScript's abort ends. */
export const WASI_CALLS = ["proc_exit"] as const;

/** Callbacks the filter exports. */
export const CALLBACKS = [
  "proxy_on_vm_start",
  "proxy_on_configure",
  "proxy_on_request_headers",
  "proxy_on_tick",
  "proxy_on_http_call_response",
  "proxy_on_delete",
] as const;

/** Everything `capability_restriction_config` has to list. */
export const CAPABILITIES: readonly string[] = [...HOST_CALLS, ...WASI_CALLS, ...CALLBACKS];
