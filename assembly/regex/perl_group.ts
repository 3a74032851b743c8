import { Cursor } from "./cursor";
import { BAD_NAMED_CAPTURE, BAD_PERL_OPERATOR, refuse } from "./errors";
import { flags, openGroup, setFlags } from "./group_stack";
import { Scratch } from "./scratch";

export const FOLD_CASE: u32 = 1;
export const MULTI_LINE: u32 = 2;
export const DOT_ALL: u32 = 4;
/** Swaps * and *?, which accept the same strings. */
const UNGREEDY: u32 = 8;

// Capture names seen so far: address and length.
const names = new Scratch();
let nameCount: usize = 0;

export function clearNames(): void {
  nameCount = 0;
}

/** Reads what begins with (? (re2/parse.cc, ParsePerlFlags): a named group, a group with flags, or flags for the rest. */
export function parsePerlGroupOpening(c: Cursor): bool {
  const begin = c.at;
  c.at += 2;
  const lookbehind = c.peek() == 0x3c && (c.peek(1) == 0x3d || c.peek(1) == 0x21);
  if (lookbehind) return refuse(BAD_PERL_OPERATOR, begin, begin + 4);
  if (c.peek() == 0x50 && c.peek(1) == 0x3c) c.at++;
  if (c.accept(0x3c)) return parseName(c, begin);
  return parseFlags(c) || refuse(BAD_PERL_OPERATOR, begin, c.at);
}

/** (?P<name> or (?<name>; the cursor is at the name. */
function parseName(c: Cursor, begin: usize): bool {
  const name = c.at;
  const close = c.find(0x3e);
  if (close == 0) return refuse(BAD_NAMED_CAPTURE, begin, c.end);
  c.at = close + 1;
  if (!isName(name, close)) return refuse(BAD_NAMED_CAPTURE, begin, c.at);
  const length = close - name;
  for (let i: usize = 0; i < nameCount; i++) {
    const known = names.base + (i << 3);
    if (<usize>load<u32>(known, 4) == length && memory.compare(<usize>load<u32>(known), name, length) == 0)
      return refuse(BAD_NAMED_CAPTURE, name, close);
  }
  const at = names.reserve((nameCount + 1) << 3) + (nameCount << 3);
  store<u32>(at, <u32>name);
  store<u32>(at, <u32>length, 4);
  nameCount++;
  return openGroup(flags());
}

function isName(from: usize, to: usize): bool {
  for (let p = from; p < to; p++) {
    const c = <i32>load<u8>(p);
    const lower = c | 0x20;
    if (!((c >= 0x30 && c <= 0x39) || (lower >= 0x61 && lower <= 0x7a) || c == 0x5f)) return false;
  }
  return to > from;
}

/** Flags up to a colon, which opens a group, or a closing parenthesis; false on anything else, the cursor behind it. */
function parseFlags(c: Cursor): bool {
  let set = flags();
  let negated = false;
  let bare = false; // a minus without a flag after it
  while (c.more) {
    const letter = c.rune();
    let flag: u32 = 0;
    switch (letter) {
      case 0x69: // i
        flag = FOLD_CASE;
        break;
      case 0x6d: // m
        flag = MULTI_LINE;
        break;
      case 0x73: // s
        flag = DOT_ALL;
        break;
      case 0x55: // U
        flag = UNGREEDY;
        break;
      case 0x2d: // -
        if (negated) return false;
        negated = true;
        bare = true;
        continue;
      case 0x3a: // :
        return !bare && openGroup(set);
      case 0x29: // )
        if (bare) return false;
        setFlags(set);
        return true;
      default:
        return false;
    }
    bare = false;
    set = negated ? set & ~flag : set | flag;
  }
  return false;
}
