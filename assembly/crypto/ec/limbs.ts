/** Numbers as big-endian bytes and as limbs: 32-bit words, least significant first, of which only the low `width` bits are used. */

/** Writes the number of `length` bytes at `bytes` as `count` limbs; what does not fit is cut off. */
export function toLimbs(bytes: usize, length: i32, limbs: usize, count: i32, width: i32): void {
  const mask = ((<u64>1) << width) - 1;
  let buffer: u64 = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    for (; bits < width && length > 0; bits += 8) buffer |= (<u64>load<u8>(bytes + <usize>--length)) << bits;
    store<u32>(limbs + ((<usize>i) << 2), <u32>(buffer & mask));
    buffer >>= width;
    bits = max(bits - width, 0);
  }
}

/** Writes `count` limbs as a number of `length` bytes; what does not fit is cut off. */
export function toBytes(limbs: usize, count: i32, width: i32, bytes: usize, length: i32): void {
  let buffer: u64 = 0;
  let bits = 0;
  for (let i = 0; length > 0;) {
    for (; bits < 8 && i < count; bits += width, i++) buffer |= (<u64>load<u32>(limbs + ((<usize>i) << 2))) << bits;
    store<u8>(bytes + <usize>--length, <u8>buffer);
    buffer >>= 8;
    bits = max(bits - 8, 0);
  }
}

/** Whether all limbs are the same. */
export function equal(a: usize, b: usize, count: i32): bool {
  return memory.compare(a, b, (<usize>count) << 2) == 0;
}

/** Whether all limbs are zero. */
export function isZero(a: usize, count: i32): bool {
  let bits: u32 = 0;
  for (let i = 0; i < count; i++) bits |= load<u32>(a + ((<usize>i) << 2));
  return bits == 0;
}

/** Whether a < b. */
export function less(a: usize, b: usize, count: i32): bool {
  for (let i = count - 1; i >= 0; i--) {
    const x = load<u32>(a + ((<usize>i) << 2));
    const y = load<u32>(b + ((<usize>i) << 2));
    if (x != y) return x < y;
  }
  return false;
}
