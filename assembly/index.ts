// The filter's export table: only the callbacks it uses (each one exported is called by Envoy and costs), proxy-wasm ABI 0.2.1;
// and what the command line calls, which Envoy does not look for.
import "@solo-io/proxy-runtime/assembly/runtime";
import { nowNanoseconds } from "./host/clock";
import { logError } from "./host/log";
import { beginCallback, collect, leaveRemains } from "./host/memory";
import { enterContext } from "./host/stream";
import { failedSelfTest } from "./jose/self_test";
import { seedHash } from "./json/siphash";
import { configureContext, deleteContext } from "./context";
import { finishFetch } from "./remote/fetch";
import { reportHealth } from "./remote/health";
import { lookAfterKeys, scheduleTick } from "./remote/schedule";
import { sourceOfCall } from "./remote/sources";
import { judgeCurrent, resumeRequests } from "./request";

export { malloc } from "./host/memory";
export { claimgate_jws_alg, claimgate_jws_key, claimgate_jws_keys, claimgate_jws_verify } from "./tool";

export function proxy_abi_version_0_2_1(): void {}

/** This VM's start has been dealt with. */
let started = false;

export function proxy_on_vm_start(rootId: u32, configurationSize: u32): u32 {
  // Envoy says it again for every root context, that is for every configuration (seen in 1.40).
  if (started) return 1;
  beginCallback();
  // Who sends tokens must not be able to choose member names that collide. The start's nanosecond is known to nobody outside.
  const now = nowNanoseconds();
  seedHash(now, now * 0x9e3779b97f4a7c15);
  // Once for a VM, not for a configuration: that runs on the main thread and on every worker, and stalls requests.
  const failed = failedSelfTest();
  started = failed.length == 0;
  if (started) return 1;
  logError("claimgate: self-test: " + failed + " gives wrong answers; the filter does not start");
  return 0;
}

export function proxy_on_configure(rootId: u32, size: u32): u32 {
  beginCallback();
  const accepted = configureContext(rootId, size);
  if (accepted) leaveRemains(size);
  else collect();
  return accepted ? 1 : 0;
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
  beginCallback();
  return judgeCurrent(id, 0);
}

export function proxy_on_tick(rootId: u32): void {
  beginCallback();
  lookAfterKeys(rootId);
  resumeAndSchedule(rootId);
}

export function proxy_on_http_call_response(rootId: u32, call: u32, headers: u32, body: u32, trailers: u32): void {
  beginCallback();
  const source = sourceOfCall(call);
  // A report's answer is of no interest.
  if (source === null) return;
  if (finishFetch(source, headers, body)) reportHealth(source);
  resumeAndSchedule(rootId);
}

function resumeAndSchedule(rootId: u32): void {
  resumeRequests();
  // The timer is that of the root whose callback this is, not of the last request's.
  if (enterContext(rootId)) scheduleTick(rootId);
}

export function proxy_on_delete(id: u32): void {
  if (deleteContext(id)) collect();
}
