import { JsonError } from "./kinds";

/** Bytes of the text that {@link scanString} left at its start. */
export let scannedLength: i32 = 0;
/** Why the last scan answered 0. */
export let scanError: JsonError = JsonError.None;
/** Where {@link unescape} stopped writing. */
let written: usize = 0;

function refuse(error: JsonError): usize {
  scanError = error;
  return 0;
}

/** True if one of the eight bytes may be a quote, a backslash, a control character or no ASCII. Exact for "none of them". */
// @ts-ignore: decorator
@inline
function isSpecial(word: u64): bool {
  const quote = word ^ 0x2222222222222222;
  const backslash = word ^ 0x5c5c5c5c5c5c5c5c;
  const found =
    ((quote - 0x0101010101010101) & ~quote) |
    ((backslash - 0x0101010101010101) & ~backslash) |
    ((word - 0x2020202020202020) & ~word) |
    word;
  return (found & 0x8080808080808080) != 0;
}

/**
 * Reads a string (RFC 8259 §7) and writes its text over its source: an escape is never shorter than what it stands for.
 * `start` is behind the opening quote. Answers the byte behind the closing quote, or 0 with {@link scanError}.
 */
export function scanString(start: usize, end: usize): usize {
  let p = start;
  let w = start;
  while (p < end) {
    while (p + 8 <= end) {
      const word = load<u64>(p);
      if (isSpecial(word)) break;
      if (w != p) store<u64>(w, word);
      p += 8;
      w += 8;
    }
    if (p >= end) break;
    const c: u32 = load<u8>(p);
    if (c == 0x22) {
      scannedLength = <i32>(w - start);
      return p + 1;
    }
    if (c == 0x5c) {
      p = unescape(p, end, w);
      if (p == 0) return 0;
      w = written;
    } else if (c < 0x80) {
      if (c < 0x20) return refuse(JsonError.Syntax);
      store<u8>(w++, <u8>c);
      p++;
    } else {
      const length = utf8Length(p, end);
      if (length == 0) return refuse(JsonError.Utf8);
      for (let i: usize = 0; i < length; i++) store<u8>(w++, load<u8>(p++));
    }
  }
  return refuse(JsonError.Syntax);
}

/** Bytes of the well-formed UTF-8 sequence at `p` (RFC 3629 §4: no overlong form, no surrogate, at most U+10FFFF), or 0. */
function utf8Length(p: usize, end: usize): usize {
  const c: u32 = load<u8>(p);
  if (c < 0xc2 || c > 0xf4) return 0;
  const length: usize = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  if (p + length > end) return 0;
  const second: u32 = load<u8>(p, 1);
  if ((second & 0xc0) != 0x80) return 0;
  if (c == 0xe0 && second < 0xa0) return 0;
  if (c == 0xed && second > 0x9f) return 0;
  if (c == 0xf0 && second < 0x90) return 0;
  if (c == 0xf4 && second > 0x8f) return 0;
  for (let i: usize = 2; i < length; i++) if (((<u32>load<u8>(p + i)) & 0xc0) != 0x80) return 0;
  return length;
}

/** Reads the escape at `p` and writes what it stands for to `w`. Answers the byte behind it, or 0 with {@link scanError}. */
function unescape(p: usize, end: usize, w: usize): usize {
  if (p + 2 > end) return refuse(JsonError.Syntax);
  let c: u32 = load<u8>(p, 1);
  if (c == 0x75) return unescapeUnicode(p, end, w);
  if (c == 0x62) c = 0x08;
  else if (c == 0x66) c = 0x0c;
  else if (c == 0x6e) c = 0x0a;
  else if (c == 0x72) c = 0x0d;
  else if (c == 0x74) c = 0x09;
  else if (c != 0x22 && c != 0x5c && c != 0x2f) return refuse(JsonError.Syntax);
  store<u8>(w, <u8>c);
  written = w + 1;
  return p + 2;
}

function unescapeUnicode(p: usize, end: usize, w: usize): usize {
  let code = hex4(p, end);
  if (code < 0) return refuse(JsonError.Syntax);
  p += 6;
  if (code >= 0xd800 && code < 0xe000) {
    // A surrogate has a meaning only as the first half of a pair; alone it cannot be written as UTF-8.
    if (code >= 0xdc00 || p + 2 > end || load<u16>(p) != 0x755c) return refuse(JsonError.Utf8);
    const low = hex4(p, end);
    if (low < 0) return refuse(JsonError.Syntax);
    if (low < 0xdc00 || low >= 0xe000) return refuse(JsonError.Utf8);
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    p += 6;
  }
  written = w + writeUtf8(<u32>code, w);
  return p;
}

function writeUtf8(code: u32, w: usize): usize {
  if (code < 0x80) {
    store<u8>(w, <u8>code);
    return 1;
  }
  if (code < 0x800) {
    store<u8>(w, <u8>(0xc0 | (code >> 6)));
    store<u8>(w, <u8>(0x80 | (code & 63)), 1);
    return 2;
  }
  if (code < 0x10000) {
    store<u8>(w, <u8>(0xe0 | (code >> 12)));
    store<u8>(w, <u8>(0x80 | ((code >> 6) & 63)), 1);
    store<u8>(w, <u8>(0x80 | (code & 63)), 2);
    return 3;
  }
  store<u8>(w, <u8>(0xf0 | (code >> 18)));
  store<u8>(w, <u8>(0x80 | ((code >> 12) & 63)), 1);
  store<u8>(w, <u8>(0x80 | ((code >> 6) & 63)), 2);
  store<u8>(w, <u8>(0x80 | (code & 63)), 3);
  return 4;
}

/** The four hexadecimal digits of the `\uXXXX` at `p`, or -1. */
function hex4(p: usize, end: usize): i32 {
  if (p + 6 > end) return -1;
  let value: u32 = 0;
  for (let i: usize = 2; i < 6; i++) {
    let digit: u32 = load<u8>(p + i);
    if (isDigit(digit)) digit -= 0x30;
    else {
      digit = (digit | 0x20) - 0x61;
      if (digit > 5) return -1;
      digit += 10;
    }
    value = (value << 4) | digit;
  }
  return <i32>value;
}

// @ts-ignore: decorator
@inline
export function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

/** First byte at or after `p` that is no digit. */
function skipDigits(p: usize, end: usize): usize {
  while (p < end && isDigit(load<u8>(p))) p++;
  return p;
}

/** The byte behind the number literal at `p` (RFC 8259 §6), or 0 with {@link scanError}. */
export function scanNumber(p: usize, end: usize): usize {
  if (load<u8>(p) == 0x2d) p++;
  if (p >= end || !isDigit(load<u8>(p))) return refuse(JsonError.Syntax);
  p = load<u8>(p) == 0x30 ? p + 1 : skipDigits(p, end);
  if (p < end && load<u8>(p) == 0x2e) {
    const fraction = p + 1;
    p = skipDigits(fraction, end);
    if (p == fraction) return refuse(JsonError.Syntax);
  }
  if (p < end && (load<u8>(p) | 0x20) == 0x65) {
    p++;
    if (p < end && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
    const exponent = p;
    p = skipDigits(exponent, end);
    if (p == exponent) return refuse(JsonError.Syntax);
  }
  return p;
}
