/** Writes DER (X.690 §8.1, §10.1) front to back; lengths must be known beforehand. */

/** Bytes a length field takes. */
export function derLengthSize(length: i32): i32 {
  return length < 0x80 ? 1 : length < 0x100 ? 2 : 3;
}

/** Bytes of a whole element with `length` content bytes, below 64 KiB. */
export function derSize(length: i32): i32 {
  return 1 + derLengthSize(length) + length;
}

/** Writes tag and length at `out`; answers the byte behind them. */
export function writeDerHeader(tag: u8, length: i32, out: usize): usize {
  store<u8>(out, tag);
  if (length < 0x80) {
    store<u8>(out, <u8>length, 1);
    return out + 2;
  }
  if (length < 0x100) {
    store<u8>(out, 0x81, 1);
    store<u8>(out, <u8>length, 2);
    return out + 3;
  }
  store<u8>(out, 0x82, 1);
  store<u8>(out, <u8>(length >> 8), 2);
  store<u8>(out, <u8>length, 3);
  return out + 4;
}

/** Content bytes of an INTEGER holding the unsigned number of `length` bytes at `p`, which has no leading zero byte. */
export function derIntegerLength(p: usize, length: i32): i32 {
  return length + i32(load<u8>(p) >= 0x80);
}

/** Writes that number as an INTEGER; a set top bit gets a zero byte in front, as it would mean a negative number. */
export function writeDerInteger(p: usize, length: i32, out: usize): usize {
  out = writeDerHeader(0x02, derIntegerLength(p, length), out);
  if (load<u8>(p) >= 0x80) store<u8>(out++, 0);
  memory.copy(out, p, length);
  return out + <usize>length;
}
