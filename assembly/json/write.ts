import { JsonDocument, Kind } from "./document";

/** Where the text goes: next byte, and the byte behind the last one that may be written. */
let w: usize = 0;
let limit: usize = 0;

// @ts-ignore: decorator
@inline
function put(c: u32): bool {
  if (w >= limit) return false;
  store<u8>(w++, <u8>c);
  return true;
}

function putBytes(p: usize, n: i32): bool {
  if (<usize>n > limit - w) return false;
  memory.copy(w, p, n);
  w += <usize>n;
  return true;
}

/** The letter of a control character's short escape (RFC 8259 §7), or 0. */
function shortEscape(c: u32): u32 {
  if (c == 0x08) return 0x62;
  if (c == 0x09) return 0x74;
  if (c == 0x0a) return 0x6e;
  if (c == 0x0c) return 0x66;
  if (c == 0x0d) return 0x72;
  return 0;
}

// @ts-ignore: decorator
@inline
function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

function putString(p: usize, n: i32): bool {
  const end = p + <usize>n;
  if (!put(0x22)) return false;
  for (; p < end; p++) {
    const c: u32 = load<u8>(p);
    if (c == 0x22 || c == 0x5c) {
      if (!put(0x5c) || !put(c)) return false;
    } else if (c >= 0x20) {
      if (!put(c)) return false;
    } else {
      const letter = shortEscape(c);
      if (!put(0x5c)) return false;
      if (letter != 0) {
        if (!put(letter)) return false;
      } else if (!put(0x75) || !put(0x30) || !put(0x30) || !put(hexDigit(c >> 4)) || !put(hexDigit(c & 15)))
        return false;
    }
  }
  return put(0x22);
}

/**
 * Writes the value at `token` as compact JSON: only the escapes JSON requires, numbers as they were written, members in their
 * order. Answers the bytes written, -1 if they are more than `capacity` or there is no such token. `out` must not overlap the text of `doc`.
 */
export function writeJson(doc: JsonDocument, token: i32, out: usize, capacity: i32): i32 {
  w = out;
  limit = out + <usize>max(capacity, 0);
  return putValue(doc, token) ? <i32>(w - out) : -1;
}

/** Writes `n` bytes of UTF-8 as a JSON string; bytes written, or -1 if they are more than `capacity`. */
export function writeJsonString(p: usize, n: i32, out: usize, capacity: i32): i32 {
  w = out;
  limit = out + <usize>max(capacity, 0);
  return putString(p, n) ? <i32>(w - out) : -1;
}

function putValue(doc: JsonDocument, root: i32): bool {
  const end = doc.next(root);
  let token = root;
  // The container whose members are being written, and whether the token is one of its names; -1 outside of the root.
  let container = -1;
  let isName = false;
  while (true) {
    const kind = doc.kind(token);
    if (kind >= Kind.Array) {
      if (!put(kind == Kind.Object ? 0x7b : 0x5b)) return false;
      container = token;
      isName = kind == Kind.Object;
      token++;
    } else {
      const p = doc.pointer(token);
      if (p == 0) return false;
      if (kind == Kind.String ? !putString(p, doc.length(token)) : !putBytes(p, doc.length(token))) return false;
      token++;
      if (isName) {
        if (!put(0x3a)) return false;
        isName = false;
        continue;
      }
    }
    // Behind a value, or inside of a container that has just begun: end what ends here.
    let begun = kind >= Kind.Array;
    while (container >= 0 && token == doc.next(container)) {
      if (!put(doc.kind(container) == Kind.Object ? 0x7d : 0x5d)) return false;
      begun = false;
      container = container == root ? -1 : doc.enclosing(container);
    }
    if (token >= end) return true;
    isName = doc.kind(container) == Kind.Object;
    if (!begun && !put(0x2c)) return false;
  }
}
