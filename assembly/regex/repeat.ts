import { Cursor } from "./cursor";
import { REPEAT_ARGUMENT, REPEAT_OPERATOR, REPEAT_SIZE, refuse } from "./errors";
import { lastItem } from "./group_stack";
import { Kind, newNode } from "./syntax";

/** Largest count, also as the product of counts within each other (RE2's maximum_repeat_count). */
const MAX_REPEAT: i32 = 1000;
/** More digits than any count needs; stops the value from overflowing. */
const HUGE: i32 = 1_000_000;

let low: i32 = 0;
let high: i32 = 0;

/** Reads {n}, {n,} or {n,m}; false, the cursor unmoved, if it is none: then the brace is a character. */
function parseCounts(c: Cursor): bool {
  const begin = c.at++;
  low = parseCount(c);
  high = low;
  if (low >= 0 && c.accept(0x2c)) high = c.peek() == 0x7d ? -1 : parseCount(c);
  // parseCount says -2 where digits should be: {,n} and {n,x} are characters.
  if (low >= 0 && high >= -1 && c.accept(0x7d)) return true;
  c.at = begin;
  return false;
}

/** A decimal number without leading zeros, or -2. */
function parseCount(c: Cursor): i32 {
  const first = c.peek();
  if (first < 0x30 || first > 0x39) return -2;
  let value = 0;
  while (c.peek() >= 0x30 && c.peek() <= 0x39) value = min(value * 10 + c.rune() - 0x30, HUGE);
  return first == 0x30 && value > 0 ? -2 : value;
}

/**
 * Applies the repetition operator at the cursor to the item before it. `previous` is the address of the operator just before this
 * one, or 0: RE2 lets none follow another. Returns false if refused; `wasRepeat` tells whether the brace was an operator at all.
 */
export function parseRepeat(c: Cursor, previous: usize): bool {
  const begin = c.at;
  wasRepeat = true;
  const operator = c.peek();
  if (operator == 0x7b) {
    if (!parseCounts(c)) {
      wasRepeat = false;
      return true;
    }
  } else {
    c.at++;
    low = operator == 0x2b ? 1 : 0;
    high = operator == 0x3f ? 1 : -1;
  }
  c.accept(0x3f); // lazy or greedy is the same to a whole-string match
  if (previous != 0) return refuse(REPEAT_OPERATOR, previous, c.at);
  if (low > MAX_REPEAT || high > MAX_REPEAT || (high >= 0 && high < low)) return refuse(REPEAT_SIZE, begin, c.at);
  const item = lastItem();
  if (item === null) return refuse(REPEAT_ARGUMENT, begin, c.at);
  // The item's node becomes the repeat, so that the list it is in need not be touched; its content moves to a new node.
  const child = newNode(item.kind, item.value, item.limit);
  child.child = item.child;
  child.copies = item.copies;
  item.kind = Kind.Repeat;
  item.value = low;
  item.limit = high;
  item.child = child;
  const times = high < 0 ? low : high;
  if (times > 1) {
    item.copies = child.copies * times;
    if (item.copies > MAX_REPEAT) return refuse(REPEAT_SIZE, begin, c.at);
  }
  return true;
}

export let wasRepeat: bool = false;
