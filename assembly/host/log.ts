import { proxy_log } from "@solo-io/proxy-runtime/assembly/imports";
import { addLitter } from "./memory";

const INFO: usize = 2;
const WARNING: usize = 3;
const ERROR: usize = 4;

/** One line in Envoy's log. Never with a token, a key or a claim value in it. */
export function logError(message: string): void {
  write(ERROR, message);
}

/** The same for what somebody should look after. */
export function logWarning(message: string): void {
  write(WARNING, message);
}

/** The same for good news. */
export function logInfo(message: string): void {
  write(INFO, message);
}

function write(level: usize, message: string): void {
  const bytes = String.UTF8.encode(message);
  proxy_log(level, changetype<usize>(bytes), bytes.byteLength);
  // The message was put together for this, too.
  addLitter(256 + 4 * bytes.byteLength);
}
