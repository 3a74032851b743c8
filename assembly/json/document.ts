import { JsonError, Kind } from "./kinds";
import { NameAdded, NameIndex } from "./names";
import { isDigit, scanError, scanNumber, scanString, scannedLength } from "./scan";

export { JsonError, Kind } from "./kinds";

/** Tokens a new document has room for; it grows up to its limit when a document needs more. */
const FIRST_CAPACITY: i32 = 256;
/** Slots of a new document's index of names. */
const FIRST_SLOTS: i32 = 64;
/** A text of n bytes is taken to have n / 8 tokens; growing in steps, a large tape would be copied and leave holes as large. */
const BYTES_SHIFT: i32 = 3;
/** Objects up to this many members are searched name by name, larger ones through the index. */
const SEARCHED_MEMBERS: i32 = 8;
/** Token: kind, address (containers: enclosing container), length (containers: count), next; 32 bits each. */
const TOKEN_SHIFT: usize = 4;

/** What the grammar allows next. */
const enum Expect {
  Value,
  FirstElement,
  FirstName,
  Name,
  /** A comma, the end of the container, or the end of the document. */
  Separator,
}

// @ts-ignore: decorator
@inline
function isSpace(c: u32): bool {
  return c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09;
}

/**
 * A parsed JSON text (RFC 8259) as a tape of tokens in document order; the root is token 0. Children of an array start at
 * `token + 1` and follow {@link next}; in an object a name is at `token + 1`, its value behind it, the following name at
 * `next(value)`. Strict: UTF-8 only, no duplicate names, nothing behind the value. No recursion, and no allocation once the
 * tape has grown to the size in use. Every accessor takes any token: one that does not exist reads as an empty null.
 */
export class JsonDocument {
  /** Not the garbage collector's: a large document gives its memory back at once. */
  private tape: usize;
  private base: usize;
  private names: NameIndex;
  private capacity: i32;
  private tokens: i32 = 0;
  /** What addresses on the tape count from; not 0 in a document that was restored. */
  private origin: usize = 0;

  /** At most `maxTokens` values and names, at most `maxDepth` containers inside each other. */
  constructor(
    private maxTokens: i32,
    private maxDepth: i32,
  ) {
    const capacity = min(maxTokens, FIRST_CAPACITY);
    const tape = heap.alloc((<usize>capacity) << TOKEN_SHIFT);
    this.tape = tape;
    this.base = tape;
    this.capacity = capacity;
    this.names = new NameIndex(FIRST_SLOTS);
  }

  /** Gives its memory back. It is of no more use then. */
  free(): void {
    this.tokens = 0;
    this.capacity = 0;
    heap.free(this.tape);
    this.names.free();
  }

  /**
   * Parses the `n` bytes at `p`, which must outlive the tokens. Strings are unescaped in place, also when the text turns out to
   * be refused; the document is empty then.
   */
  parse(p: usize, n: i32): JsonError {
    this.tokens = 0;
    this.base = this.tape;
    this.origin = 0;
    this.names.clear();
    this.reserve(n >> BYTES_SHIFT);
    const error = n > 0 ? this.read(p, p + <usize>n) : JsonError.Syntax;
    if (error != JsonError.None) this.tokens = 0;
    return error;
  }

  private read(p: usize, end: usize): JsonError {
    let expect = Expect.Value;
    let container = -1;
    let depth = 0;
    while (true) {
      while (p < end && isSpace(load<u8>(p))) p++;
      if (p >= end) return expect == Expect.Separator && container < 0 ? JsonError.None : JsonError.Syntax;
      const c: u32 = load<u8>(p);

      if (expect == Expect.Separator) {
        if (container < 0) return JsonError.Syntax;
        const object = load<u32>(this.at(container)) == Kind.Object;
        if (c == 0x2c) {
          p++;
          expect = object ? Expect.Name : Expect.Value;
          continue;
        }
        if (c != <u32>(object ? 0x7d : 0x5d)) return JsonError.Syntax;
        p++;
        if (object) {
          const error = this.checkNames(container);
          if (error != JsonError.None) return error;
        }
        container = this.close(container);
        depth--;
        continue;
      }
      if ((expect == Expect.FirstElement && c == 0x5d) || (expect == Expect.FirstName && c == 0x7d)) {
        p++;
        container = this.close(container);
        depth--;
        expect = Expect.Separator;
        continue;
      }
      if (expect == Expect.FirstName || expect == Expect.Name) {
        if (c != 0x22) return JsonError.Syntax;
        const start = p + 1;
        p = scanString(start, end);
        if (p == 0) return scanError;
        if (!this.push(Kind.String, <u32>start, scannedLength)) return JsonError.Tokens;
        while (p < end && isSpace(load<u8>(p))) p++;
        if (p >= end || load<u8>(p) != 0x3a) return JsonError.Syntax;
        p++;
        expect = Expect.Value;
        continue;
      }

      if (container >= 0) store<u32>(this.at(container), load<u32>(this.at(container), 8) + 1, 8);
      if (c == 0x7b || c == 0x5b) {
        if (depth >= this.maxDepth) return JsonError.Depth;
        const token = this.tokens;
        if (!this.push(c == 0x7b ? Kind.Object : Kind.Array, <u32>container, 0)) return JsonError.Tokens;
        container = token;
        depth++;
        p++;
        expect = c == 0x7b ? Expect.FirstName : Expect.FirstElement;
        continue;
      }
      const start = p;
      let kind = Kind.Number;
      let length: i32 = 0;
      if (c == 0x22) {
        kind = Kind.String;
        p = scanString(start + 1, end);
        if (p == 0) return scanError;
        length = scannedLength;
      } else if (c == 0x2d || isDigit(c)) {
        p = scanNumber(start, end);
        if (p == 0) return scanError;
        length = <i32>(p - start);
      } else {
        // "true", "null" and the last four letters of "false" as little-endian words.
        if (c == 0x74 && p + 4 <= end && load<u32>(p) == 0x65757274) kind = Kind.True;
        else if (c == 0x6e && p + 4 <= end && load<u32>(p) == 0x6c6c756e) kind = Kind.Null;
        else if (c == 0x66 && p + 5 <= end && load<u32>(p, 1) == 0x65736c61) kind = Kind.False;
        else return JsonError.Syntax;
        length = kind == Kind.False ? 5 : 4;
        p += <usize>length;
      }
      if (!this.push(kind, <u32>(kind == Kind.String ? start + 1 : start), length)) return JsonError.Tokens;
      expect = Expect.Separator;
    }
  }

  // @ts-ignore: decorator
  @inline
  private at(token: i32): usize {
    return this.base + ((<usize>token) << TOKEN_SHIFT);
  }

  // @ts-ignore: decorator
  @inline
  private has(token: i32): bool {
    return <u32>token < <u32>this.tokens;
  }

  private push(kind: Kind, address: u32, length: i32): bool {
    const token = this.tokens;
    if (token == this.capacity && !this.grow()) return false;
    const at = this.at(token);
    store<u32>(at, kind);
    store<u32>(at, address, 4);
    store<i32>(at, length, 8);
    store<i32>(at, token + 1, 12);
    this.tokens = token + 1;
    return true;
  }

  /** Ends `container` at the current token and answers the one around it, or -1. */
  private close(container: i32): i32 {
    const at = this.at(container);
    store<i32>(at, this.tokens, 12);
    return load<i32>(at, 4);
  }

  /** Whether the names of the object that ends here differ: a few are compared with each other, more go through the index. */
  private checkNames(object: i32): JsonError {
    const count = load<i32>(this.at(object), 8);
    const indexed = count > SEARCHED_MEMBERS;
    let name = object + 1;
    for (let i = 0; i < count; i++, name = load<i32>(this.at(name + 1), 12)) {
      if (indexed) {
        const added = this.names.add(this.base, object, name);
        if (added != NameAdded.Ok) return added == NameAdded.Duplicate ? JsonError.Duplicate : JsonError.Tokens;
        continue;
      }
      const at = this.at(name);
      const length = load<i32>(at, 8);
      let other = object + 1;
      for (let j = 0; j < i; j++, other = load<i32>(this.at(other + 1), 12)) {
        const earlier = this.at(other);
        if (load<i32>(earlier, 8) != length) continue;
        if (memory.compare(load<u32>(earlier, 4), load<u32>(at, 4), length) == 0) return JsonError.Duplicate;
      }
    }
    return JsonError.None;
  }

  private grow(): bool {
    if (this.capacity >= this.maxTokens) return false;
    this.reserve(this.capacity + (this.capacity >> 1));
    return true;
  }

  /** Makes room for so many tokens, or for as many as there may be. */
  private reserve(tokens: i32): void {
    const capacity = min(this.maxTokens, tokens);
    if (capacity <= this.capacity) return;
    const tape = heap.realloc(this.tape, (<usize>capacity) << TOKEN_SHIFT);
    this.tape = tape;
    this.base = tape;
    this.capacity = capacity;
  }

  kind(token: i32): Kind {
    return this.has(token) ? <Kind>load<u32>(this.at(token)) : Kind.Null;
  }

  /** First byte: of the unescaped text for strings, of the literal for numbers and words; 0 for containers. */
  pointer(token: i32): usize {
    return this.kind(token) < Kind.Array && this.has(token) ? this.origin + <usize>load<u32>(this.at(token), 4) : 0;
  }

  /** Bytes at {@link pointer}. */
  length(token: i32): i32 {
    return this.kind(token) < Kind.Array && this.has(token) ? load<i32>(this.at(token), 8) : 0;
  }

  /** The token behind this one's whole subtree. */
  next(token: i32): i32 {
    return this.has(token) ? load<i32>(this.at(token), 12) : token + 1;
  }

  /** Members of an object, elements of an array, 0 for anything else. */
  count(token: i32): i32 {
    return this.kind(token) >= Kind.Array ? load<i32>(this.at(token), 8) : 0;
  }

  /** The container around a container; -1 for the root and for anything that is no container. */
  enclosing(token: i32): i32 {
    return this.kind(token) >= Kind.Array ? load<i32>(this.at(token), 4) : -1;
  }

  /** The value of the member called by the `length` bytes at `name`; -1 if there is none or `object` is no object. */
  member(object: i32, name: usize, length: i32): i32 {
    if (this.kind(object) != Kind.Object) return -1;
    const count = this.count(object);
    if (count > SEARCHED_MEMBERS && this.origin == 0) {
      const found = this.names.find(this.base, object, name, length);
      return found < 0 ? -1 : found + 1;
    }
    let token = object + 1;
    for (let i = 0; i < count; i++) {
      if (this.equals(token, name, length)) return token + 1;
      token = this.next(token + 1);
    }
    return -1;
  }

  /** True if `token` is a string of exactly the `n` bytes at `p`. */
  equals(token: i32, p: usize, n: i32): bool {
    return this.kind(token) == Kind.String && this.length(token) == n && memory.compare(this.pointer(token), p, n) == 0;
  }

  /** Values and names in it. */
  get size(): i32 {
    return this.tokens;
  }

  /** Bytes that {@link save} writes for a document of `size` tokens over a text of `n` bytes. */
  static savedSize(n: i32, size: i32): i32 {
    return ((n + 7) & ~7) + (size << (<i32>TOKEN_SHIFT));
  }

  /** Writes the document, parsed from the `n` bytes at `p`, to the 8-aligned `to`, in a form that may be moved. */
  save(p: usize, n: i32, to: usize): void {
    memory.copy(to, p, n);
    let at = to + ((<usize>(n + 7)) & ~7);
    memory.copy(at, this.base, (<usize>this.tokens) << TOKEN_SHIFT);
    for (let token = 0, size = this.tokens; token < size; token++, at += 1 << TOKEN_SHIFT) {
      if (load<i32>(at) < Kind.Array) store<u32>(at, load<u32>(at, 4) - <u32>p, 4);
    }
  }

  /**
   * Becomes the document that was saved with a text of `n` bytes and `size` tokens, where it lies now: valid while that is left
   * alone, until the next `parse`. Members are searched one by one.
   */
  restore(from: usize, n: i32, size: i32): void {
    this.origin = from;
    this.base = from + ((<usize>(n + 7)) & ~7);
    this.tokens = size;
  }

  /** The text of a string, the literal of a number or word. Allocates: for configuration, never for a request. */
  text(token: i32): string {
    return String.UTF8.decodeUnsafe(this.pointer(token), this.length(token));
  }
}
