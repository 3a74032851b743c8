import { ClassBuilder } from "./classes";
import {
  ALTERNATING,
  CATEGORIES,
  CATEGORIES_SIZE,
  CATEGORY_NAMES,
  CATEGORY_NAMES_SIZE,
  SCRIPTS,
  SCRIPTS_SIZE,
  SCRIPT_NAMES,
  SCRIPT_NAMES_SIZE,
} from "./unicode";
import { byte, position, seek, varint } from "./varint";

// The named groups of RE2 (re2/perl_groups.cc, re2/unicode_groups.cc).

/** Ranges of \d, \s and \w as pairs of characters. */
export const DIGIT = "09";
export const SPACE = "\t\n\f\r  "; // no \v: Perl's \s of old
export const WORD = "09AZ__az";

/** POSIX classes: a name, then its ranges as pairs of characters. */
// prettier-ignore
const POSIX: StaticArray<string> = [
  "alnum", "09AZaz",
  "alpha", "AZaz",
  "ascii", "\0\x7f",
  "blank", "\t\t  ",
  "cntrl", "\0\x1f\x7f\x7f",
  "digit", "09",
  "graph", "!~",
  "lower", "az",
  "print", " ~",
  "punct", "!/:@[`{~",
  "space", "\t\r  ",
  "upper", "AZ",
  "word", "09AZ__az",
  "xdigit", "09AFaf",
];

const LU: u32 = 1 << 0;
const LL: u32 = 1 << 1;
const CN: u32 = 1 << 29;

/** Adds ranges given as pairs of characters. */
export function addPairs(set: ClassBuilder, pairs: string): void {
  for (let i = 0; i < pairs.length; i += 2) set.add(pairs.charCodeAt(i), pairs.charCodeAt(i + 1));
}

/** Adds the POSIX class called by the bytes at `name`; false if there is none. */
export function addPosix(set: ClassBuilder, name: usize, length: usize): bool {
  for (let i = 0; i < POSIX.length; i += 2) {
    if (!isCalled(name, length, POSIX[i])) continue;
    addPairs(set, POSIX[i + 1]);
    return true;
  }
  return false;
}

/** Adds the general category or script called by the bytes at `name`, or all for `Any`; false if there is none. */
export function addUnicode(set: ClassBuilder, name: usize, length: usize): bool {
  if (isCalled(name, length, "Any")) {
    set.add(0, 0x10ffff);
    return true;
  }
  const categories = categoryMask(name, length);
  if (categories != 0) {
    addCategories(set, categories);
    return true;
  }
  const script = placeOf(name, length, SCRIPT_NAMES, SCRIPT_NAMES_SIZE);
  if (script < 0) return false;
  addScript(set, <u32>script + 1);
  return true;
}

function isCalled(name: usize, length: usize, wanted: string): bool {
  if (length != <usize>wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (<i32>load<u8>(name + i) != wanted.charCodeAt(i)) return false;
  return true;
}

/** Place of a name in a list whose names are each ended by a space, or -1. */
function placeOf(name: usize, length: usize, list: usize, size: usize): i32 {
  let place = 0;
  for (let at = list; at < list + size; place++) {
    const start = at;
    while (load<u8>(at) != 0x20) at++;
    if (at - start == length && memory.compare(start, name, length) == 0) return place;
    at++;
  }
  return -1;
}

/** Bit set of the categories that `Lu` or `L` stands for; 0 if none. Like RE2, neither `C` nor `Cn` is unassigned code points. */
function categoryMask(name: usize, length: usize): u32 {
  let mask: u32 = 0;
  if (length == 2) {
    const place = placeOf(name, 2, CATEGORY_NAMES, CATEGORY_NAMES_SIZE);
    if (place >= 0) mask = 1 << place;
  } else if (length == 1) {
    const letter = load<u8>(name);
    for (let place: u32 = 0; place * 3 < <u32>CATEGORY_NAMES_SIZE; place++)
      if (load<u8>(CATEGORY_NAMES + place * 3) == letter) mask |= 1 << place;
  }
  return mask & ~CN;
}

function addCategories(set: ClassBuilder, mask: u32): void {
  seek(CATEGORIES);
  let first: u32 = 0;
  while (position < CATEGORIES + CATEGORIES_SIZE) {
    const head = byte();
    const code = head & 31;
    const length = head < 32 ? varint() : head >> 5;
    if (code != ALTERNATING) {
      if (((mask >> code) & 1) != 0) set.add(first, first + length - 1);
    } else {
      if ((mask & LU) != 0) for (let i: u32 = 0; i < length; i += 2) set.add(first + i, first + i);
      if ((mask & LL) != 0) for (let i: u32 = 1; i < length; i += 2) set.add(first + i, first + i);
    }
    first += length;
  }
}

function addScript(set: ClassBuilder, wanted: u32): void {
  seek(SCRIPTS);
  let first: u32 = 0;
  while (position < SCRIPTS + SCRIPTS_SIZE) {
    const code = byte();
    const length = varint();
    if (code == wanted) set.add(first, first + length - 1);
    first += length;
  }
}
