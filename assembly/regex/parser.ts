import { Parsed, parseClass, parsePerlGroup, parseUnicodeGroup } from "./class_parser";
import { ClassBuilder, LAST_RUNE, clearRanges, poolRange, rangeCount } from "./classes";
import { Cursor } from "./cursor";
import { MISSING_PAREN, TOO_LARGE, UNEXPECTED_PAREN, refuse } from "./errors";
import { parseEscape } from "./escape";
import { nextFold } from "./fold";
import { addItem, closeBranch, closeGroup, flags, insideGroup, openGroup, startGroups, takeGroup } from "./group_stack";
import { DOT_ALL, FOLD_CASE, MULTI_LINE, clearNames, parsePerlGroupOpening } from "./perl_group";
import { parseRepeat, wasRepeat } from "./repeat";
import { Assertion, Kind, Node, clearNodes, newNode } from "./syntax";

const set = new ClassBuilder();

/**
 * Parses a pattern in RE2 syntax (github.com/google/re2/wiki/Syntax, re2/parse.cc) that is known to be UTF-8. Null if refused; the
 * tree is good until the next call. Groups are kept on a stack of their own: nothing here calls itself.
 */
export function parse(c: Cursor): Node | null {
  clearNodes(<i32>(c.end - c.begin));
  clearRanges();
  clearNames();
  startGroups(0);
  let previousRepeat: usize = 0;
  while (c.more) {
    const begin = c.at;
    const byte = c.peek();
    let ok = true;
    let repeat = byte == 0x2a || byte == 0x2b || byte == 0x3f || byte == 0x7b; // * + ? {
    if (repeat) {
      ok = parseRepeat(c, previousRepeat);
      repeat = wasRepeat;
      if (!repeat) ok = addRune(c.rune());
    } else ok = parseItem(c, byte);
    if (!ok) return null;
    previousRepeat = repeat ? begin : 0;
  }
  if (insideGroup()) {
    refuse(MISSING_PAREN, c.begin, c.end);
    return null;
  }
  return takeGroup();
}

function parseItem(c: Cursor, byte: i32): bool {
  switch (byte) {
    case 0x28: // (
      if (c.peek(1) == 0x3f) return parsePerlGroupOpening(c);
      c.at++;
      return openGroup(flags());
    case 0x29: // )
      if (!insideGroup()) return refuse(UNEXPECTED_PAREN, c.begin, c.end);
      c.at++;
      closeGroup();
      return true;
    case 0x7c: // |
      c.at++;
      closeBranch();
      return true;
    case 0x5e: // ^
      c.at++;
      return addAssertion(has(MULTI_LINE) ? Assertion.BeginLine : Assertion.BeginText);
    case 0x24: // $
      c.at++;
      return addAssertion(has(MULTI_LINE) ? Assertion.EndLine : Assertion.EndText);
    case 0x2e: // .
      c.at++;
      return addAny();
    case 0x5b: // [
      set.clear();
      return parseClass(c, set, has(FOLD_CASE)) && addClass();
    case 0x5c: // \
      return parseBackslash(c);
    default:
      return addRune(c.rune());
  }
}

function parseBackslash(c: Cursor): bool {
  const letter = c.peek(1);
  const assertion =
    letter == 0x41
      ? Assertion.BeginText
      : letter == 0x7a
        ? Assertion.EndText
        : letter == 0x62
          ? Assertion.Word
          : letter == 0x42
            ? Assertion.NotWord
            : 0;
  if (assertion != 0) {
    c.at += 2;
    return addAssertion(assertion);
  }
  if (letter == 0x51) return parseQuoted(c);
  set.clear();
  let parsed = parseUnicodeGroup(c, set, has(FOLD_CASE));
  if (parsed == Parsed.Nothing) parsed = parsePerlGroup(c, set, has(FOLD_CASE));
  if (parsed == Parsed.Refused) return false;
  if (parsed == Parsed.Nothing) {
    const rune = parseEscape(c);
    return rune >= 0 && addRune(rune);
  }
  if (has(FOLD_CASE)) set.fold();
  return addClass();
}

/** \Q ... \E, or up to the end. */
function parseQuoted(c: Cursor): bool {
  c.at += 2;
  while (c.more) {
    if (c.peek() == 0x5c && c.peek(1) == 0x45) {
      c.at += 2;
      return true;
    }
    if (!addRune(c.rune())) return false;
  }
  return true;
}

function has(flag: u32): bool {
  return (flags() & flag) != 0;
}

function addAssertion(assertion: Assertion): bool {
  addItem(newNode(Kind.Assert, assertion));
  return true;
}

function addRune(rune: i32): bool {
  const c = <u32>rune;
  const other = has(FOLD_CASE) ? nextFold(c) : c;
  if (other == c) {
    addItem(newNode(Kind.Rune, rune));
    return true;
  }
  // An orbit runs upwards from its lowest member, as the ranges of a class must.
  let lowest = c;
  for (let next = other; next != c; next = nextFold(next)) lowest = min(lowest, next);
  const first = rangeCount();
  let variant = lowest;
  do {
    if (!poolRange(variant, variant)) return refuse(TOO_LARGE);
    variant = nextFold(variant);
  } while (variant != lowest);
  return addRanges(first);
}

/** Any character, a line feed only under (?s). */
function addAny(): bool {
  const first = rangeCount();
  const low = has(DOT_ALL) ? poolRange(0, 0xd7ff) : poolRange(0, 9) && poolRange(11, 0xd7ff);
  return low && poolRange(0xe000, LAST_RUNE) ? addRanges(first) : refuse(TOO_LARGE);
}

function addClass(): bool {
  const first = rangeCount();
  return set.toRanges() ? addRanges(first) : refuse(TOO_LARGE);
}

function addRanges(first: u32): bool {
  addItem(newNode(Kind.Class, first, rangeCount()));
  return true;
}
