import { proxy_get_current_time_nanoseconds } from "@solo-io/proxy-runtime/assembly/imports";
import { OK } from "./status";

const OUT: usize = memory.data(8, 8);

/** Nanoseconds since 1970, or 0 if the host has no clock. */
export function nowNanoseconds(): u64 {
  store<u64>(OUT, 0);
  return proxy_get_current_time_nanoseconds(OUT) == OK ? load<u64>(OUT) : 0;
}

/** Seconds since 1970 (RFC 7519 NumericDate), or 0 if the host has no clock: callers must deny then. */
export function nowSeconds(): u64 {
  return nowNanoseconds() / 1_000_000_000;
}

/** Milliseconds since 1970, or 0 if the host has no clock. */
export function nowMilliseconds(): u64 {
  return nowNanoseconds() / 1_000_000;
}
