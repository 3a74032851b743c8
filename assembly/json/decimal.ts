import { Decimal } from "./literal";

/*
 * Decimal → double → six decimals without any rounding but the double's own: a fixed-point number of base 10^9 is doubled or
 * halved until its integer part has the 53 bits of a double, rounded there, and taken back the same way.
 */
const BASE: u32 = 1_000_000_000;
const HALF: u32 = BASE / 2;
/** Limbs behind the point: a double of at least 10^-7 has at most 76 binary places, hence 76 decimal ones. */
const FRACTION_LIMBS: i32 = 10;
const FRACTION_DIGITS: i32 = FRACTION_LIMBS * 9;
/** All limbs: 38 in front of the point hold 342 digits, the longest number has 330. */
const LIMBS: i32 = 48;
/** Least significant first; the point is below limb FRACTION_LIMBS. */
const limbs: usize = memory.data(192, 4);
const powers: usize = memory.data<u32>([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]);

const TWO_52: u64 = 1 << 52;
const TWO_53: u64 = 1 << 53;
/** A double's mantissa is doubled at most this often. */
const MAX_DOUBLINGS: i32 = 971;

/** Limbs outside [bottom, top) are zero; the units limb is always inside. */
let bottom: i32 = 0;
let top: i32 = 0;
/** True if a part below the last limb was dropped. */
let sticky: bool = false;

// @ts-ignore: decorator
@inline
function limb(i: i32): u32 {
  return load<u32>(limbs + ((<usize>i) << 2));
}

// @ts-ignore: decorator
@inline
function setLimb(i: i32, value: u32): void {
  store<u32>(limbs + ((<usize>i) << 2), value);
}

function double(): void {
  let carry: u32 = 0;
  for (let i = bottom; i < top; i++) {
    const value = (limb(i) << 1) + carry;
    carry = u32(value >= BASE);
    setLimb(i, carry ? value - BASE : value);
  }
  if (carry) setLimb(top++, carry);
  if (bottom < FRACTION_LIMBS && limb(bottom) == 0) bottom++;
}

function halve(): void {
  let carry: u32 = 0;
  for (let i = top - 1; i >= bottom; i--) {
    const value = limb(i) + carry;
    carry = value & 1 ? BASE : 0;
    setLimb(i, value >> 1);
  }
  if (carry) {
    if (bottom > 0) setLimb(--bottom, HALF);
    else sticky = true;
  }
  if (top > FRACTION_LIMBS + 1 && limb(top - 1) == 0) top--;
}

/** The integer part if it is below 10^18, else the largest u64. */
function integerPart(): u64 {
  if (top > FRACTION_LIMBS + 2) return u64.MAX_VALUE;
  return <u64>limb(FRACTION_LIMBS + 1) * BASE + limb(FRACTION_LIMBS);
}

/** Sets the limbs to `decimal`, whose scale is -6 to 330. */
function fill(decimal: Decimal): void {
  memory.fill(limbs, 0, LIMBS << 2);
  sticky = false;
  bottom = FRACTION_LIMBS;
  top = FRACTION_LIMBS + 1;
  let place = decimal.scale + FRACTION_DIGITS - 1;
  for (let p = decimal.first; p <= decimal.last; p++) {
    const c: u32 = load<u8>(p);
    if (c == 0x2e) continue;
    if (place < 0) {
      sticky = true; // The last digit is not zero.
      break;
    }
    const at = place / 9;
    setLimb(at, limb(at) + (c - 0x30) * load<u32>(powers + ((<usize>(place % 9)) << 2)));
    bottom = min(bottom, at);
    top = max(top, at + 1);
    place--;
  }
}

/** True if the fraction, less `limit` units of its first limb, is more than nothing, or nothing and `odd`: round half to even. */
function exceeds(remainder: u32, half: u32, odd: bool): bool {
  if (remainder != half) return remainder > half;
  if (sticky || odd) return true;
  for (let i = bottom; i < FRACTION_LIMBS - 1; i++) if (limb(i) != 0) return true;
  return false;
}

/** Rounds the limbs to the nearest double; false if that is infinity. */
function roundToDouble(): bool {
  let shift = 0;
  while (integerPart() < TWO_52) {
    double();
    shift++;
  }
  while (integerPart() >= TWO_53) {
    halve();
    shift--;
  }
  let mantissa = integerPart();
  if (exceeds(limb(FRACTION_LIMBS - 1), HALF, (mantissa & 1) != 0)) mantissa++;
  if (shift < -MAX_DOUBLINGS || (shift == -MAX_DOUBLINGS && mantissa == TWO_53)) return false;

  memory.fill(limbs, 0, LIMBS << 2);
  sticky = false;
  setLimb(FRACTION_LIMBS, <u32>(mantissa % BASE));
  setLimb(FRACTION_LIMBS + 1, <u32>(mantissa / BASE));
  bottom = FRACTION_LIMBS;
  top = FRACTION_LIMBS + 2;
  for (; shift > 0; shift--) halve();
  for (; shift < 0; shift++) double();
  return true;
}

/** Writes the `count` last decimal digits of `value` at `out`. */
function writeDigits(value: u32, count: i32, out: usize): void {
  for (let i = count - 1; i >= 0; i--) {
    store<u8>(out + <usize>i, <u8>(0x30 + (value % 10)));
    value /= 10;
  }
}

/**
 * Writes `decimal` (not zero, at most 330 digits before the point) as C's `%f` prints the nearest double. Answers the bytes
 * written; -1 if there is no finite double or they are more than `capacity`.
 */
export function writeSixDecimals(decimal: Decimal, out: usize, capacity: i32): i32 {
  let millionths: u32 = 0;
  if (decimal.scale < -6) {
    // Below 10^-7: six zeros. The loops of roundToDouble rely on larger numbers.
    memory.fill(limbs, 0, LIMBS << 2);
    top = FRACTION_LIMBS + 1;
  } else {
    fill(decimal);
    if (!roundToDouble()) return -1;
    const first = limb(FRACTION_LIMBS - 1);
    millionths = first / 1000;
    if (exceeds(first % 1000, 500, (millionths & 1) != 0)) millionths++;
    if (millionths == 1_000_000) {
      millionths = 0;
      carryUnit();
    }
  }
  while (top > FRACTION_LIMBS + 1 && limb(top - 1) == 0) top--;
  const leading = limb(top - 1);
  let leadingDigits = 1;
  while (leadingDigits < 9 && leading >= load<u32>(powers + ((<usize>leadingDigits) << 2))) leadingDigits++;
  const length = i32(decimal.negative) + leadingDigits + (top - FRACTION_LIMBS - 1) * 9 + 7;
  if (length > capacity) return -1;
  if (decimal.negative) store<u8>(out++, 0x2d);
  writeDigits(leading, leadingDigits, out);
  out += <usize>leadingDigits;
  for (let i = top - 2; i >= FRACTION_LIMBS; i--, out += 9) writeDigits(limb(i), 9, out);
  store<u8>(out, 0x2e);
  writeDigits(millionths, 6, out + 1);
  return length;
}

function carryUnit(): void {
  let i = FRACTION_LIMBS;
  while (limb(i) == BASE - 1) setLimb(i++, 0);
  setLimb(i, limb(i) + 1);
  top = max(top, i + 1);
}
