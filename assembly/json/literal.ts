import { isDigit } from "./scan";

/** Further than any document is long: with an exponent beyond it a number is zero or out of every range, whatever its digits. */
const EXPONENT_LIMIT: i32 = 1 << 27;

/**
 * A number literal taken apart: 0.DDD… × 10^scale. The digits D run from `first` to `last` in the source with at most one dot
 * between them; the first and the last are not zero.
 */
export class Decimal {
  negative: bool = false;
  /** Address of the first digit; 0 if the number is zero. */
  first: usize = 0;
  last: usize = 0;
  scale: i32 = 0;
  /** Significant digits: those of D. */
  digits: i32 = 0;

  /** Reads the valid literal (RFC 8259 §6) of `n` bytes at `p`. */
  read(p: usize, n: i32): void {
    const end = p + <usize>n;
    this.negative = load<u8>(p) == 0x2d;
    if (this.negative) p++;
    this.first = 0;
    this.last = 0;
    this.digits = 0;
    let seen = 0;
    let dotted = false;
    let scale = 0;
    for (; p < end; p++) {
      const c: u32 = load<u8>(p);
      if (c == 0x2e) {
        dotted = true;
        continue;
      }
      if (!isDigit(c)) break;
      if (c != 0x30) {
        if (this.first == 0) {
          this.first = p;
          seen = 0;
        }
        this.last = p;
        this.digits = seen + 1;
      }
      seen++;
      if (this.first == 0) scale -= i32(dotted);
      else scale += i32(!dotted);
    }
    if (this.first == 0) scale = 0;
    else if (p < end) scale += readExponent(p + 1, end);
    this.scale = scale;
  }
}

/** The signed exponent at `p`, cut at ±{@link EXPONENT_LIMIT}. */
function readExponent(p: usize, end: usize): i32 {
  const negative = load<u8>(p) == 0x2d;
  if (negative || load<u8>(p) == 0x2b) p++;
  let exponent: i32 = 0;
  for (; p < end; p++) exponent = min(exponent * 10 + (<i32>load<u8>(p) - 0x30), EXPONENT_LIMIT);
  return negative ? -exponent : exponent;
}
