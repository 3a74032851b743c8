/** Whether the bytes are UTF-8 as RFC 3629 §4 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
export function isUtf8(from: usize, length: usize): bool {
  const end = from + length;
  for (let at = from; at < end;) {
    const first = <u32>load<u8>(at++);
    if (first < 0x80) continue;
    if (first < 0xc2 || first > 0xf4) return false;
    let more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    // Only the second byte is ever bound more tightly.
    let low: u32 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    let high: u32 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (; more > 0; more--) {
      if (at == end) return false;
      const next = <u32>load<u8>(at++);
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
}

/** Bytes that a code point takes. */
export function runeLength(c: u32): u32 {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/** Byte `index` of the encoding of `c`, which takes `length` bytes. */
export function runeByte(c: u32, length: u32, index: u32): u32 {
  const bits = c >> (6 * (length - 1 - index));
  if (index > 0) return 0x80 | (bits & 0x3f);
  return length == 1 ? bits : bits | (0xff & (0xf00 >> length));
}
