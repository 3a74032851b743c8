// Streams other than the one a callback is about.
import { proxy_continue_stream, proxy_set_effective_context } from "@solo-io/proxy-runtime/assembly/imports";
import { OK } from "./status";

const REQUEST: i32 = 0;

/** Makes host calls speak of this context until the callback ends; false if it is gone. */
export function enterContext(id: u32): bool {
  return proxy_set_effective_context(id) == OK;
}

/** Lets the request that was stopped go on; false if the host does not. Its headers cannot be read or changed any more. */
export function continueRequest(): bool {
  return proxy_continue_stream(REQUEST) == OK;
}
