/**
 * GF(2^255 − 19). An element is ten signed 32-bit limbs, limb i weighing 2^⌈25.5·i⌉: 26 and 25 bits in turn. It may stand for any
 * multiple of the prime besides; only {@link writeElement} makes it unique. Bounds of limbs: multiply.ts. Except for {@link multiply} and {@link square}, which take sums
 * of three, a parameter is a result of those two, or the sum or difference of two results.
 */

/** Bytes of an element. */
export const FIELD_SIZE: usize = 40;

const MASK25: u32 = (1 << 25) - 1;
const MASK26: u32 = (1 << 26) - 1;

export function setSmall(out: usize, value: i32): void {
  memory.fill(out, 0, FIELD_SIZE);
  store<i32>(out, value);
}

export function copyElement(out: usize, a: usize): void {
  v128.store(out, v128.load(a));
  v128.store(out, v128.load(a, 16), 16);
  store<i64>(out, load<i64>(a, 32), 32);
}

/** out = a + b, without carrying. */
export function add(out: usize, a: usize, b: usize): void {
  v128.store(out, i32x4.add(v128.load(a), v128.load(b)));
  v128.store(out, i32x4.add(v128.load(a, 16), v128.load(b, 16)), 16);
  v128.store_lane<i64>(out, i32x4.add(v128.load_zero<i64>(a, 32), v128.load_zero<i64>(b, 32)), 0, 32);
}

/** out = a − b, without carrying. */
export function subtract(out: usize, a: usize, b: usize): void {
  v128.store(out, i32x4.sub(v128.load(a), v128.load(b)));
  v128.store(out, i32x4.sub(v128.load(a, 16), v128.load(b, 16)), 16);
  v128.store_lane<i64>(out, i32x4.sub(v128.load_zero<i64>(a, 32), v128.load_zero<i64>(b, 32)), 0, 32);
}

/** The little-endian number of 255 bits at `p`; the bit above is left out, and numbers from the prime on are taken (RFC 8032 §5.1.3). */
export function readElement(out: usize, p: usize): void {
  store<u32>(out, load<u32>(p) & MASK26);
  store<u32>(out, (load<u32>(p, 3) >> 2) & MASK25, 4);
  store<u32>(out, (load<u32>(p, 6) >> 3) & MASK26, 8);
  store<u32>(out, (load<u32>(p, 9) >> 5) & MASK25, 12);
  store<u32>(out, load<u32>(p, 12) >> 6, 16);
  store<u32>(out, load<u32>(p, 16) & MASK25, 20);
  store<u32>(out, (load<u32>(p, 19) >> 1) & MASK26, 24);
  store<u32>(out, (load<u32>(p, 22) >> 3) & MASK25, 28);
  store<u32>(out, (load<u32>(p, 25) >> 4) & MASK26, 32);
  store<u32>(out, (load<u32>(p, 28) >> 6) & MASK25, 36);
}

/** Writes the 32 little-endian bytes of the one number below the prime that `a` stands for. */
export function writeElement(out: usize, a: usize): void {
  // The multiple of the prime to subtract: ⌊a / p⌋, found by rounding from the top, then by carrying through.
  let q: i64 = (19 * <i64>load<i32>(a, 36) + (1 << 24)) >> 25;
  for (let i: usize = 0; i < 10; i++) q = (q + <i64>load<i32>(a + (i << 2))) >> (26 - <i64>(i & 1));
  let carry = 19 * q;
  let word: u64 = 0;
  let bits: u64 = 0;
  for (let i: usize = 0; i < 10; i++) {
    const width: i64 = 26 - <i64>(i & 1);
    carry += <i64>load<i32>(a + (i << 2));
    const limb: u64 = carry & ((1 << width) - 1);
    carry >>= width;
    word |= limb << bits;
    bits += width;
    if (bits < 64 && i < 9) continue;
    store<u64>(out, word);
    out += 8;
    bits -= 64;
    word = limb >> (width - bits);
  }
}

const BYTES: usize = memory.data(32, 8);

/** Whether `a` is 0 in the field. */
export function isZero(a: usize): bool {
  writeElement(BYTES, a);
  return (load<u64>(BYTES) | load<u64>(BYTES, 8) | load<u64>(BYTES, 16) | load<u64>(BYTES, 24)) == 0;
}

/** The lowest bit of `a`: the "sign" of RFC 8032 §5.1.2. */
export function isOdd(a: usize): bool {
  writeElement(BYTES, a);
  return (load<u8>(BYTES) & 1) != 0;
}
