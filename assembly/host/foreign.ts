import { proxy_call_foreign_function } from "@solo-io/proxy-runtime/assembly/imports";

/** Out-parameters of the host call: address and length of the result. */
const slots: usize = memory.data(8, 4);

/** Result of the last {@link callForeign}: address (0 if there is none) and bytes. Valid until the end of the host's callback. */
export let foreignResult: usize = 0;
export let foreignResultLength: i32 = 0;

/**
 * Calls the host's foreign function named by the `nameLength` bytes at `name`. Answers the WasmResult (0 Ok, 1 NotFound: the host
 * does not have it, 2 BadArgument, 10 InternalFailure: also what a function outside of `capability_restriction_config` answers);
 * only with 0 there may be a result. The buffer comes from our `malloc` export, whose arena owns it.
 */
export function callForeign(name: usize, nameLength: i32, argument: usize, argumentLength: i32): u32 {
  store<u64>(slots, 0);
  const status = proxy_call_foreign_function(name, nameLength, argument, argumentLength, slots, slots + 4);
  const at = status == 0 ? <usize>load<u32>(slots) : 0;
  foreignResult = at;
  foreignResultLength = at != 0 ? load<i32>(slots, 4) : 0;
  return status;
}
