/** The wire format of Protocol Buffers, as much of it as the host's foreign functions need. */

/** Bytes of the varint of `value`. */
export function varintSize(value: u32): i32 {
  let size = 1;
  for (; value >= 0x80; value >>= 7) size++;
  return size;
}

/** Writes `value` at `out`; answers the byte behind it. */
export function writeVarint(value: u32, out: usize): usize {
  for (; value >= 0x80; value >>= 7) store<u8>(out++, <u8>(value | 0x80));
  store<u8>(out, <u8>value);
  return out + 1;
}

/** Bytes of a length-delimited field with a number below 16. */
export function fieldSize(length: i32): i32 {
  return 1 + varintSize(length) + length;
}

/** Writes the length-delimited field `field` (below 16) with the `length` bytes at `p`; answers the byte behind it. */
export function writeField(field: u32, p: usize, length: i32, out: usize): usize {
  store<u8>(out, <u8>((field << 3) | 2));
  out = writeVarint(length, out + 1);
  memory.copy(out, p, length);
  return out + <usize>length;
}

/** Value of the last {@link readVarint}. */
let varint: u64 = 0;

/** Reads a varint of at most ten bytes; answers the byte behind it, 0 if it is cut off or longer. */
function readVarint(p: usize, end: usize): usize {
  varint = 0;
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    if (p >= end) return 0;
    const c: u64 = load<u8>(p++);
    varint |= (c & 0x7f) << shift;
    if (c < 0x80) return p;
  }
  return 0;
}

/**
 * The bool in field `field` of the message of `length` bytes at `p`: false if absent, the last one if repeated, and false for
 * bytes that are no message. Other fields are skipped, a field of that number with another wire type too, as decoders do.
 */
export function readBool(p: usize, length: i32, field: u32): bool {
  const end = p + <usize>max(length, 0);
  let value = false;
  while (p < end) {
    p = readVarint(p, end);
    if (p == 0 || varint > u32.MAX_VALUE || varint >> 3 == 0) return false;
    const tag = <u32>varint;
    const wireType = tag & 7;
    let skip: u64 = 0;
    if (wireType == 0 || wireType == 2) {
      p = readVarint(p, end);
      if (p == 0) return false;
      if (wireType == 2) skip = varint;
      else if (tag >> 3 == field) value = varint != 0;
    } else if (wireType == 1) skip = 8;
    else if (wireType == 5) skip = 4;
    else return false; // Groups, which no message of the host has, and wire types that do not exist.
    if (skip > <u64>(end - p)) return false;
    p += <usize>skip;
  }
  return value;
}
