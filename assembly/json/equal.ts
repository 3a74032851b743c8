// Values of one document that are the same: a large configuration says the same thing many times, and what is made of it can be one.
import { JsonDocument, Kind } from "./document";

/** Whether two values are the same: strings and numbers byte by byte, members in the same order. */
function sameValue(doc: JsonDocument, a: i32, b: i32): bool {
  const end = doc.next(a);
  if (end - a != doc.next(b) - b) return false;
  // Kinds and counts in document order leave no doubt about what is inside what.
  for (; a < end; a++, b++) {
    const kind = doc.kind(a);
    if (kind != doc.kind(b)) return false;
    if (kind >= Kind.Array) {
      if (doc.count(a) != doc.count(b)) return false;
    } else {
      const length = doc.length(a);
      if (doc.length(b) != length || memory.compare(doc.pointer(a), doc.pointer(b), length) != 0) return false;
    }
  }
  return true;
}

/** Not keyed: for documents by people who could as well send larger ones. */
function hashValue(doc: JsonDocument, token: i32): u32 {
  const end = doc.next(token);
  let hash: u64 = end - token;
  for (; token < end; token++) {
    hash = mix(hash, ((<u64>doc.kind(token)) << 32) | (doc.count(token) + doc.length(token)));
    let at = doc.pointer(token);
    const last = at + <usize>doc.length(token);
    for (; at + 8 <= last; at += 8) hash = mix(hash, load<u64>(at));
    for (; at < last; at++) hash = mix(hash, load<u8>(at));
  }
  return <u32>(hash >> 32);
}

// @ts-ignore: decorator
@inline
function mix(hash: u64, word: u64): u64 {
  return rotl<u64>((hash ^ word) * 0x9e3779b97f4a7c15, 29);
}

/** What has been made of values of a document: one thing for all that are equal. */
export class MadeOf<T> {
  private values: EqualValues;
  /** By the values' numbers. */
  private made: T[] = [];

  constructor(doc: JsonDocument) {
    this.values = new EqualValues(doc);
  }

  /** What has been made of a value like this; null: nothing, and what is made of it is to be added next. */
  find(token: i32): T | null {
    const number = this.values.number(token);
    return number < this.made.length ? unchecked(this.made[number]) : null;
  }

  /** Adds what has been made of the value that was looked for last. */
  add(made: T): T {
    this.made.push(made);
    return made;
  }
}

/** Numbers values, equal ones the same, in the order in which they are first seen. Open addressing, at most half full. */
class EqualValues {
  /** Number + 1; 0: free. */
  private slots: StaticArray<u32> = new StaticArray<u32>(16);
  private hashes: u32[] = [];
  private tokens: i32[] = [];

  constructor(private doc: JsonDocument) {}

  number(token: i32): i32 {
    if ((this.tokens.length + 1) * 2 > this.slots.length) this.grow();
    const hash = hashValue(this.doc, token);
    const mask = <u32>this.slots.length - 1;
    let slot = hash & mask;
    for (; unchecked(this.slots[slot]) != 0; slot = (slot + 1) & mask) {
      const known = <i32>unchecked(this.slots[slot]) - 1;
      if (unchecked(this.hashes[known]) == hash && sameValue(this.doc, unchecked(this.tokens[known]), token))
        return known;
    }
    const added = this.tokens.push(token);
    this.hashes.push(hash);
    unchecked((this.slots[slot] = added));
    return added - 1;
  }

  private grow(): void {
    const slots = new StaticArray<u32>(this.slots.length * 2);
    const mask = <u32>slots.length - 1;
    for (let known = 0; known < this.hashes.length; known++) {
      let slot = unchecked(this.hashes[known]) & mask;
      while (unchecked(slots[slot]) != 0) slot = (slot + 1) & mask;
      unchecked((slots[slot] = known + 1));
    }
    this.slots = slots;
  }
}
