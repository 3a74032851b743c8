import { WIDTH } from "./modulus";

/** `width` bits of the number from bit `position` on; bits beyond the limbs are zero. */
function bitsAt(limbs: usize, count: i32, position: i32, width: i32): i32 {
  const i = position / WIDTH;
  const shift = position % WIDTH;
  if (i >= count) return 0;
  let value = load<u32>(limbs + ((<usize>i) << 2)) >> shift;
  if (shift + width > WIDTH && i + 1 < count) value |= load<u32>(limbs + ((<usize>i) << 2), 4) << (WIDTH - shift);
  return value & ((1 << width) - 1);
}

/**
 * Writes the number as `length` signed digits, a byte each, least significant first: odd ones from -2^(width-1) to 2^(width-1), and
 * at least `width - 1` zeros between any two (the width-w non-adjacent form). `length` must be above the bits of the number.
 */
export function toDigits(digits: usize, length: i32, limbs: usize, count: i32, width: i32): void {
  memory.fill(digits, 0, length);
  let carry = 0;
  for (let i = 0; i < length;) {
    if (bitsAt(limbs, count, i, 1) == carry) {
      i++;
      continue;
    }
    const value = bitsAt(limbs, count, i, width) + carry;
    carry = value >> (width - 1);
    store<i8>(digits + <usize>i, <i8>(value - (carry << width)));
    i += width;
  }
}
