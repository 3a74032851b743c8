import { ClassBuilder } from "./classes";
import { Cursor } from "./cursor";
import { BAD_CHARACTER_RANGE, MISSING_BRACKET, refuse } from "./errors";
import { parseEscape } from "./escape";
import { DIGIT, SPACE, WORD, addPairs, addPosix, addUnicode } from "./groups";

/** What trying one form of syntax came to, as RE2's ParseStatus. */
export const enum Parsed {
  Nothing,
  Ok,
  Refused,
}

// A negated group is collected here first: what goes into the class is the complement of its folded form.
const negatedGroup = new ClassBuilder();

function collect(set: ClassBuilder, negated: bool): ClassBuilder {
  if (!negated) return set;
  negatedGroup.clear();
  return negatedGroup;
}

function join(set: ClassBuilder, group: ClassBuilder, fold: bool): void {
  if (group === set) return;
  if (fold) group.fold();
  set.addComplement(group);
}

/** \d \D \s \S \w \W */
export function parsePerlGroup(c: Cursor, set: ClassBuilder, fold: bool): Parsed {
  if (c.peek() != 0x5c) return Parsed.Nothing;
  const letter = c.peek(1);
  const lower = letter | 0x20;
  const pairs = lower == 0x64 ? DIGIT : lower == 0x73 ? SPACE : lower == 0x77 ? WORD : "";
  if (pairs == "") return Parsed.Nothing;
  c.at += 2;
  const group = collect(set, letter != lower);
  addPairs(group, pairs);
  join(set, group, fold);
  return Parsed.Ok;
}

/** \pN \PN \p{Greek} \p{^Greek} \P{Greek} */
export function parseUnicodeGroup(c: Cursor, set: ClassBuilder, fold: bool): Parsed {
  const begin = c.at;
  const letter = c.peek(1);
  if (c.peek() != 0x5c || (letter | 0x20) != 0x70) return Parsed.Nothing;
  let negated = letter == 0x50;
  c.at += 2;
  let name = c.at;
  let length: usize = 0;
  if (c.peek() == 0x7b) {
    const close = c.find(0x7d);
    if (close == 0) return refused(begin, c.end);
    name++;
    length = close - name;
    c.at = close + 1;
  } else {
    c.rune();
    length = c.at - name;
  }
  if (length > 0 && load<u8>(name) == 0x5e) {
    negated = !negated;
    name++;
    length--;
  }
  const group = collect(set, negated);
  if (!addUnicode(group, name, length)) return refused(begin, c.at);
  join(set, group, fold);
  return Parsed.Ok;
}

/** [:alpha:] [:^alpha:], within brackets only. Without a closing :] it is no group but plain characters. */
function parsePosixGroup(c: Cursor, set: ClassBuilder, fold: bool): Parsed {
  const begin = c.at;
  if (c.peek() != 0x5b || c.peek(1) != 0x3a) return Parsed.Nothing;
  let close = begin + 2;
  while (close + 1 < c.end && load<u16>(close) != 0x5d3a) close++;
  if (close + 1 >= c.end) return Parsed.Nothing;
  c.at = close + 2;
  const negated = load<u8>(begin + 2) == 0x5e;
  const name = begin + (negated ? 3 : 2);
  const group = collect(set, negated);
  if (!addPosix(group, name, close - name)) return refused(begin, c.at);
  join(set, group, fold);
  return Parsed.Ok;
}

function refused(from: usize, to: usize): Parsed {
  refuse(BAD_CHARACTER_RANGE, from, to);
  return Parsed.Refused;
}

/** Reads a bracket expression into `set` (re2/parse.cc, ParseCharClass); the cursor is at the bracket. */
export function parseClass(c: Cursor, set: ClassBuilder, fold: bool): bool {
  const begin = c.at++;
  const negated = c.accept(0x5e);
  // A ] that comes first is a character.
  for (let first = true; c.more && (first || c.peek() != 0x5d); first = false) {
    let parsed = parsePosixGroup(c, set, fold);
    if (parsed == Parsed.Nothing) parsed = parseUnicodeGroup(c, set, fold);
    if (parsed == Parsed.Nothing) parsed = parsePerlGroup(c, set, fold);
    if (parsed == Parsed.Refused) return false;
    if (parsed == Parsed.Nothing && !parseRange(c, set, begin)) return false;
  }
  if (!c.accept(0x5d)) return refuse(MISSING_BRACKET, begin, c.end);
  if (fold) set.fold();
  set.inverted = negated;
  return true;
}

function parseRange(c: Cursor, set: ClassBuilder, classBegin: usize): bool {
  const begin = c.at;
  const first = parseMember(c, classBegin);
  if (first < 0) return false;
  let last = first;
  // [a-] is a or -.
  if (c.peek() == 0x2d && c.peek(1) != 0x5d && c.peek(1) >= 0) {
    c.at++;
    last = parseMember(c, classBegin);
    if (last < 0) return false;
    if (last < first) return refuse(BAD_CHARACTER_RANGE, begin, c.at);
  }
  set.add(first, last);
  return true;
}

function parseMember(c: Cursor, classBegin: usize): i32 {
  if (c.peek() == 0x5c) return parseEscape(c);
  const rune = c.rune();
  if (rune < 0) refuse(MISSING_BRACKET, classBegin, c.end);
  return rune;
}
