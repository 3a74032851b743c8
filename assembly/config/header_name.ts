// Names of headers the filter may write: RFC 9110 §5.1 tokens, and none that routing, framing or Envoy itself relies on.
import { fail } from "./fields";
import { ascii, sameBytes, pointer } from "../host/literal";

const RESERVED: StaticArray<StaticArray<u8>> = [
  ascii("host"),
  ascii("authorization"),
  ascii("proxy-authorization"),
  ascii("cookie"),
  ascii("transfer-encoding"),
  ascii("connection"),
  ascii("proxy-connection"),
  ascii("keep-alive"),
  ascii("te"),
  ascii("trailer"),
  ascii("upgrade"),
  ascii("expect"),
  ascii("x-request-id"),
];
const RESERVED_PREFIXES: StaticArray<StaticArray<u8>> = [ascii("content-"), ascii("x-envoy-"), ascii("x-forwarded-")];

/** Lower-cases a header name in place and refuses those that must not be written; `path` names the field in the message. */
export function checkHeaderName(name: StaticArray<u8>, path: string): void {
  if (name.length == 0 || name.length > 128) return fail(path, "must be a header name of 1 to 128 characters");
  for (let i = 0; i < name.length; i++) {
    let c: u32 = unchecked(name[i]);
    if (c - 0x41 < 26) c |= 0x20;
    if (!isTokenCharacter(c)) return fail(path, "is not a header name (RFC 9110 token)");
    unchecked((name[i] = <u8>c));
  }
  for (let i = 0; i < RESERVED.length; i++) {
    const reserved = unchecked(RESERVED[i]);
    if (sameBytes(pointer(name), name.length, pointer(reserved), reserved.length)) return refuse(path, name);
  }
  for (let i = 0; i < RESERVED_PREFIXES.length; i++) {
    const prefix = unchecked(RESERVED_PREFIXES[i]);
    if (name.length >= prefix.length && memory.compare(pointer(name), pointer(prefix), prefix.length) == 0) {
      return refuse(path, name);
    }
  }
}

function refuse(path: string, name: StaticArray<u8>): void {
  fail(path, String.UTF8.decodeUnsafe(pointer(name), name.length) + " is reserved and cannot carry a claim");
}

function isTokenCharacter(c: u32): bool {
  if (c - 0x61 < 26 || c - 0x30 < 10) return true;
  // "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
  return (
    c == 0x21 ||
    (c >= 0x23 && c <= 0x27) ||
    c == 0x2a ||
    c == 0x2b ||
    c == 0x2d ||
    c == 0x2e ||
    (c >= 0x5e && c <= 0x60) ||
    c == 0x7c ||
    c == 0x7e
  );
}
