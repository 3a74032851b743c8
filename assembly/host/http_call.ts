// Requests of our own to a cluster. Envoy follows no redirect and repeats nothing; the answer comes as a callback of the root context.
import {
  proxy_get_buffer_bytes,
  proxy_get_header_map_value,
  proxy_http_call,
} from "@solo-io/proxy-runtime/assembly/imports";
import { ascii, pointer } from "./literal";
import { BAD_ARGUMENT, OK } from "./status";

const RESPONSE_HEADERS: i32 = 6;
const RESPONSE_BODY: i32 = 4;
const STATUS = ascii(":status");
const OUT: usize = memory.data(16, 8);
const TOKEN: usize = memory.data(4, 4);

/** The last {@link startCall} failed because no cluster has that name. */
export let clusterIsUnknown: bool = false;

/** Sends a request; answers its number, or 0 if it was not sent, and then there will be no callback. `timeout`: milliseconds. */
export function startCall(
  cluster: StaticArray<u8>,
  headers: StaticArray<u8>,
  body: usize,
  bodyLength: i32,
  timeout: u32,
): u32 {
  store<u32>(TOKEN, 0);
  const status = proxy_http_call(
    pointer(cluster),
    cluster.length,
    pointer(headers),
    headers.length,
    body,
    bodyLength,
    0,
    0,
    timeout,
    TOKEN,
  );
  clusterIsUnknown = status == BAD_ARGUMENT;
  return status == OK ? load<u32>(TOKEN) : 0;
}

/** Header pairs for {@link startCall}: names and values in turn. */
export function headerBlob(pairs: StaticArray<u8>[]): StaticArray<u8> {
  const count = pairs.length / 2;
  let size = 4 + count * 8;
  for (let i = 0; i < pairs.length; i++) size += pairs[i].length + 1;
  const blob = new StaticArray<u8>(size);
  let sizes = pointer(blob);
  store<u32>(sizes, count);
  let at = sizes + 4 + <usize>count * 8;
  for (let i = 0; i < pairs.length; i++) {
    sizes += 4;
    store<u32>(sizes, pairs[i].length);
    memory.copy(at, pointer(pairs[i]), pairs[i].length);
    // A NUL behind it: the array begins as zeros.
    at += pairs[i].length + 1;
  }
  return blob;
}

/** Status of the response whose callback is running, 0 if it has none. */
export function responseStatus(): i32 {
  store<u64>(OUT, 0);
  if (proxy_get_header_map_value(RESPONSE_HEADERS, pointer(STATUS), STATUS.length, OUT, OUT + 4) != OK) return 0;
  const at: usize = load<u32>(OUT);
  if (at == 0 || load<i32>(OUT, 4) != 3) return 0;
  let status = 0;
  for (let i: usize = 0; i < 3; i++) {
    const digit = <u32>load<u8>(at + i) - 0x30;
    if (digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status;
}

/** The first `length` bytes of the body; 0 if the host does not give them. Valid until the callback ends. */
export function responseBody(length: i32): usize {
  store<u64>(OUT, 0);
  if (length <= 0 || proxy_get_buffer_bytes(RESPONSE_BODY, 0, length, OUT, OUT + 4) != OK) return 0;
  return load<i32>(OUT, 4) == length ? <usize>load<u32>(OUT) : 0;
}
