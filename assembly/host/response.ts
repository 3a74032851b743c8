// Local replies: refusals that Envoy sends itself.
import { proxy_send_local_response } from "@solo-io/proxy-runtime/assembly/imports";
import { pointer } from "./literal";
import { OK } from "./status";

const HEADER_CAPACITY: i32 = 4096;
const PAIRS: usize = memory.data(4096, 8);
// Envoy derives grpc-status from the HTTP status (401 → 16, 403 → 7) when this is outside 0..16.
const FROM_HTTP_STATUS: u32 = 0xffffffff;

/**
 * Answers the request: HTTP status, response code details (`%RESPONSE_CODE_DETAILS%`), text body, and one header unless
 * `headerName` is null. The reply goes out when the callback returns; false if the host refused it.
 */
export function sendReply(
  status: u32,
  details: StaticArray<u8>,
  body: StaticArray<u8>,
  headerName: StaticArray<u8> | null,
  headerValue: usize,
  headerLength: i32,
): bool {
  let size: i32 = 0;
  if (headerName !== null && 14 + headerName.length + headerLength <= HEADER_CAPACITY) {
    // Pairs blob: count, lengths, then NUL-terminated name and value (proxy-wasm ABI, "serialized header map").
    store<u32>(PAIRS, 1);
    store<u32>(PAIRS, headerName.length, 4);
    store<u32>(PAIRS, headerLength, 8);
    let at = PAIRS + 12;
    memory.copy(at, pointer(headerName), headerName.length);
    at += headerName.length;
    store<u8>(at++, 0);
    memory.copy(at, headerValue, headerLength);
    at += headerLength;
    store<u8>(at++, 0);
    size = <i32>(at - PAIRS);
  }
  return (
    proxy_send_local_response(
      status,
      pointer(details),
      details.length,
      pointer(body),
      body.length,
      PAIRS,
      size,
      FROM_HTTP_STATUS,
    ) == OK
  );
}
