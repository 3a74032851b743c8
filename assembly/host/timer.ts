import { proxy_set_tick_period_milliseconds } from "@solo-io/proxy-runtime/assembly/imports";
import { OK } from "./status";

/** Has the root of the effective context called every `milliseconds`, from now on; 0: never. False if the host does not. */
export function setTickPeriod(milliseconds: u32): bool {
  return proxy_set_tick_period_milliseconds(milliseconds) == OK;
}
