// The filter's export table: only the callbacks it uses (each one exported is called by Envoy and costs), proxy-wasm ABI 0.2.1;
// and what the command line calls, which Envoy does not look for.
import "@solo-io/proxy-runtime/assembly/runtime";
import { nowNanoseconds } from "./host/clock";
import { logError } from "./host/log";
import { beginCallback, collect } from "./host/memory";
import { failedSelfTest } from "./jose/self_test";
import { seedHash } from "./json/siphash";
import { createContext, configureContext, configurationOf, deleteContext } from "./context";
import { judgeRequest } from "./policy/judge";

export { malloc } from "./host/memory";
export { claimgate_jws_alg, claimgate_jws_key, claimgate_jws_keys, claimgate_jws_verify } from "./tool";

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_vm_start(rootId: u32, configurationSize: u32): u32 {
  beginCallback();
  // Who sends tokens must not be able to choose member names that collide. The start's nanosecond is known to nobody outside.
  const now = nowNanoseconds();
  seedHash(now, now * 0x9e3779b97f4a7c15);
  // Once for a VM, not for a configuration: that runs on the main thread and on every worker, and stalls requests.
  const failed = failedSelfTest();
  if (failed.length == 0) return 1;
  logError("claimgate: self-test: " + failed + " gives wrong answers; the filter does not start");
  return 0;
}

export function proxy_on_context_create(id: u32, parentId: u32): void {
  createContext(id, parentId);
}

export function proxy_on_configure(rootId: u32, size: u32): u32 {
  beginCallback();
  const accepted = configureContext(rootId, size);
  collect();
  return accepted ? 1 : 0;
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
  beginCallback();
  return judgeRequest(configurationOf(id));
}

export function proxy_on_delete(id: u32): void {
  if (deleteContext(id)) collect();
}
