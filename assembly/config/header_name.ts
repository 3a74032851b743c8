// Names of headers the filter may write or take away: RFC 9110 §5.1 tokens, and none that routing, framing or Envoy itself relies on.
import { fail } from "./fields";
import { ascii, pointer, sameContent } from "../host/literal";

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
/** Of these, headers that are made for tokens; the last is what oauth2-proxy sends. */
const CREDENTIALS: StaticArray<StaticArray<u8>> = [
  ascii("authorization"),
  ascii("proxy-authorization"),
  ascii("x-forwarded-access-token"),
];
const RESERVED_PREFIXES: StaticArray<StaticArray<u8>> = [ascii("content-"), ascii("x-envoy-"), ascii("x-forwarded-")];

/** Lower-cases a header name in place and refuses those that must not be written; `path` names the field in the message. */
export function checkHeaderName(name: StaticArray<u8>, path: string): void {
  if (isHeaderName(name, path) && isReserved(name)) fail(path, textOf(name) + " is reserved and cannot carry a claim");
}

/** The same for a header that holds a token, and loses it once it is verified. */
export function checkTokenHeader(name: StaticArray<u8>, path: string): void {
  if (!isHeaderName(name, path)) return;
  for (let i = 0; i < CREDENTIALS.length; i++) if (sameContent(name, unchecked(CREDENTIALS[i]))) return;
  if (isReserved(name)) fail(path, textOf(name) + " is reserved and cannot carry a token");
}

function isHeaderName(name: StaticArray<u8>, path: string): bool {
  if (name.length == 0 || name.length > 128) {
    fail(path, "must be a header name of 1 to 128 characters");
    return false;
  }
  for (let i = 0; i < name.length; i++) {
    let c: u32 = unchecked(name[i]);
    if (c - 0x41 < 26) c |= 0x20;
    if (!isTokenCharacter(c)) {
      fail(path, "is not a header name (RFC 9110 token)");
      return false;
    }
    unchecked((name[i] = <u8>c));
  }
  return true;
}

function isReserved(name: StaticArray<u8>): bool {
  for (let i = 0; i < RESERVED.length; i++) if (sameContent(name, unchecked(RESERVED[i]))) return true;
  for (let i = 0; i < RESERVED_PREFIXES.length; i++) {
    const prefix = unchecked(RESERVED_PREFIXES[i]);
    if (name.length >= prefix.length && memory.compare(pointer(name), pointer(prefix), prefix.length) == 0) return true;
  }
  return false;
}

function textOf(name: StaticArray<u8>): string {
  return String.UTF8.decodeUnsafe(pointer(name), name.length);
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
