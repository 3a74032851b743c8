/** A reading position in a pattern, whose bytes are known to be valid UTF-8. */
export class Cursor {
  at: usize = 0;
  begin: usize = 0;
  end: usize = 0;

  /** Goes to the beginning of another pattern. */
  read(begin: usize, end: usize): this {
    this.at = begin;
    this.begin = begin;
    this.end = end;
    return this;
  }

  get more(): bool {
    return this.at < this.end;
  }

  /** The byte `offset` places ahead, or -1 past the end. */
  peek(offset: usize = 0): i32 {
    return offset < this.end - this.at ? <i32>load<u8>(this.at + offset) : -1;
  }

  /** Steps over the next byte if it is `byte`. */
  accept(byte: i32): bool {
    if (this.peek() != byte) return false;
    this.at++;
    return true;
  }

  /** Reads one code point, or -1 at the end. */
  rune(): i32 {
    const first = this.peek();
    if (first < 0x80) {
      if (first >= 0) this.at++;
      return first;
    }
    const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let value = first & (0x3f >> more);
    for (let i = 1; i <= more; i++) value = (value << 6) | (this.peek(i) & 0x3f);
    this.at += more + 1;
    return value;
  }

  /** Address of the first `byte` at or after the position, or 0. */
  find(byte: i32): usize {
    for (let p = this.at; p < this.end; p++) if (<i32>load<u8>(p) == byte) return p;
    return 0;
  }
}
