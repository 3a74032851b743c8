import { proxy_get_buffer_bytes } from "@solo-io/proxy-runtime/assembly/imports";
import { OK } from "./status";

const PLUGIN_CONFIGURATION: i32 = 7;
const OUT: usize = memory.data(16, 8);

export let configurationPointer: usize = 0;
export let configurationLength: i32 = 0;

/** Reads the plugin configuration of `size` bytes; false if the host gave less or nothing. Valid until the callback ends. */
export function readConfiguration(size: i32): bool {
  store<u64>(OUT, 0);
  if (size <= 0 || proxy_get_buffer_bytes(PLUGIN_CONFIGURATION, 0, size, OUT, OUT + 4) != OK) return false;
  configurationPointer = load<u32>(OUT);
  configurationLength = load<i32>(OUT, 4);
  return configurationPointer != 0 && configurationLength == size;
}
