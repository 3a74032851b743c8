import { proxy_log } from "@solo-io/proxy-runtime/assembly/imports";
import { addLitter } from "./memory";

const ERROR: usize = 4;

/** One line in Envoy's log. Never with a token, a key or a claim value in it. */
export function logError(message: string): void {
  const bytes = String.UTF8.encode(message);
  proxy_log(ERROR, changetype<usize>(bytes), bytes.byteLength);
  // The message was put together for this, too.
  addLitter(256 + 4 * bytes.byteLength);
}
