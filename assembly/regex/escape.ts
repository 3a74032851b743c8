import { LAST_RUNE } from "./classes";
import { Cursor } from "./cursor";
import { BAD_ESCAPE, TRAILING_BACKSLASH, refuse } from "./errors";

/** Reads an escape that stands for one character (re2/parse.cc, ParseEscape); the cursor is at the backslash. -1 if refused. */
export function parseEscape(c: Cursor): i32 {
  const begin = c.at++;
  if (!c.more) {
    refuse(TRAILING_BACKSLASH);
    return -1;
  }
  const value = escaped(c, c.rune());
  if (value < 0) refuse(BAD_ESCAPE, begin, c.at);
  return value;
}

function escaped(c: Cursor, kind: i32): i32 {
  // A single digit other than zero would be a back-reference.
  if (isOctal(kind)) return kind == 0x30 || isOctal(c.peek()) ? octal(c, kind - 0x30) : -1;
  switch (kind) {
    case 0x78: // x
      return hexadecimal(c);
    case 0x61: // a
      return 0x07;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    case 0x76: // v
      return 0x0b;
    default:
      return kind < 0x80 && !isAlphanumeric(kind) ? kind : -1;
  }
}

/** Up to two more octal digits. */
function octal(c: Cursor, value: i32): i32 {
  for (let i = 0; i < 2 && isOctal(c.peek()); i++) value = value * 8 + c.rune() - 0x30;
  return value;
}

/** \x7F, or \x{10FFFF} with any number of digits. */
function hexadecimal(c: Cursor): i32 {
  if (!c.accept(0x7b)) {
    const high = digit(c.rune());
    if (!c.more) return -1;
    const low = digit(c.rune());
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
  let value = 0;
  for (let count = 0; c.more; count++) {
    const next = c.rune();
    if (next == 0x7d) return count > 0 ? value : -1;
    const d = digit(next);
    if (d < 0) return -1;
    value = value * 16 + d;
    if (<u32>value > LAST_RUNE) return -1;
  }
  return -1;
}

function digit(c: i32): i32 {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function isOctal(c: i32): bool {
  return c >= 0x30 && c <= 0x37;
}

function isAlphanumeric(c: i32): bool {
  const lower = c | 0x20;
  return (c >= 0x30 && c <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}
