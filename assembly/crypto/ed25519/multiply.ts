/**
 * Multiplication in GF(2^255 − 19), on limbs as field.ts describes them (Bernstein, Duif, Lange, Schwabe, Yang, "High-speed high-security
 * signatures", 2011, §4, and its reference code ref10). An odd limb weighs half a bit more than its index says, so the product of two
 * odd ones counts twice; columns 10 and above come back times 19, since 2^255 = 19.
 *
 * Operands may have limbs of up to 1.65·2^26 (even index) and 1.65·2^25 (odd) in magnitude, which sums and differences of two or three
 * results have. Results have at most 1.01·2^25 and 1.01·2^24. No column exceeds 2^61.
 */

/** Carries the ten columns, rounding to nearest, until they fit into limbs, which go to `out`. */
// @ts-ignore: decorator
@inline
function storeCarried(
  out: usize,
  h0: i64,
  h1: i64,
  h2: i64,
  h3: i64,
  h4: i64,
  h5: i64,
  h6: i64,
  h7: i64,
  h8: i64,
  h9: i64,
): void {
  let carry: i64;
  carry = (h0 + (1 << 25)) >> 26;
  h1 += carry;
  h0 -= carry << 26;
  carry = (h4 + (1 << 25)) >> 26;
  h5 += carry;
  h4 -= carry << 26;
  carry = (h1 + (1 << 24)) >> 25;
  h2 += carry;
  h1 -= carry << 25;
  carry = (h5 + (1 << 24)) >> 25;
  h6 += carry;
  h5 -= carry << 25;
  carry = (h2 + (1 << 25)) >> 26;
  h3 += carry;
  h2 -= carry << 26;
  carry = (h6 + (1 << 25)) >> 26;
  h7 += carry;
  h6 -= carry << 26;
  carry = (h3 + (1 << 24)) >> 25;
  h4 += carry;
  h3 -= carry << 25;
  carry = (h7 + (1 << 24)) >> 25;
  h8 += carry;
  h7 -= carry << 25;
  carry = (h4 + (1 << 25)) >> 26;
  h5 += carry;
  h4 -= carry << 26;
  carry = (h8 + (1 << 25)) >> 26;
  h9 += carry;
  h8 -= carry << 26;
  carry = (h9 + (1 << 24)) >> 25;
  h0 += 19 * carry;
  h9 -= carry << 25;
  carry = (h0 + (1 << 25)) >> 26;
  h1 += carry;
  h0 -= carry << 26;
  store<i32>(out, <i32>h0);
  store<i32>(out, <i32>h1, 4);
  store<i32>(out, <i32>h2, 8);
  store<i32>(out, <i32>h3, 12);
  store<i32>(out, <i32>h4, 16);
  store<i32>(out, <i32>h5, 20);
  store<i32>(out, <i32>h6, 24);
  store<i32>(out, <i32>h7, 28);
  store<i32>(out, <i32>h8, 32);
  store<i32>(out, <i32>h9, 36);
}

/** out = a · b. `out` may be an operand. */
export function multiply(out: usize, a: usize, b: usize): void {
  const a0: i64 = load<i32>(a);
  const a1: i64 = load<i32>(a, 4);
  const a2: i64 = load<i32>(a, 8);
  const a3: i64 = load<i32>(a, 12);
  const a4: i64 = load<i32>(a, 16);
  const a5: i64 = load<i32>(a, 20);
  const a6: i64 = load<i32>(a, 24);
  const a7: i64 = load<i32>(a, 28);
  const a8: i64 = load<i32>(a, 32);
  const a9: i64 = load<i32>(a, 36);
  const b0: i64 = load<i32>(b);
  const b1: i64 = load<i32>(b, 4);
  const b2: i64 = load<i32>(b, 8);
  const b3: i64 = load<i32>(b, 12);
  const b4: i64 = load<i32>(b, 16);
  const b5: i64 = load<i32>(b, 20);
  const b6: i64 = load<i32>(b, 24);
  const b7: i64 = load<i32>(b, 28);
  const b8: i64 = load<i32>(b, 32);
  const b9: i64 = load<i32>(b, 36);
  const r1 = 19 * b1;
  const r2 = 19 * b2;
  const r3 = 19 * b3;
  const r4 = 19 * b4;
  const r5 = 19 * b5;
  const r6 = 19 * b6;
  const r7 = 19 * b7;
  const r8 = 19 * b8;
  const r9 = 19 * b9;
  const d1 = 2 * a1;
  const d3 = 2 * a3;
  const d5 = 2 * a5;
  const d7 = 2 * a7;
  const d9 = 2 * a9;
  const h0 = a0 * b0 + d1 * r9 + a2 * r8 + d3 * r7 + a4 * r6 + d5 * r5 + a6 * r4 + d7 * r3 + a8 * r2 + d9 * r1;
  const h1 = a0 * b1 + a1 * b0 + a2 * r9 + a3 * r8 + a4 * r7 + a5 * r6 + a6 * r5 + a7 * r4 + a8 * r3 + a9 * r2;
  const h2 = a0 * b2 + d1 * b1 + a2 * b0 + d3 * r9 + a4 * r8 + d5 * r7 + a6 * r6 + d7 * r5 + a8 * r4 + d9 * r3;
  const h3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + a4 * r9 + a5 * r8 + a6 * r7 + a7 * r6 + a8 * r5 + a9 * r4;
  const h4 = a0 * b4 + d1 * b3 + a2 * b2 + d3 * b1 + a4 * b0 + d5 * r9 + a6 * r8 + d7 * r7 + a8 * r6 + d9 * r5;
  const h5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + a6 * r9 + a7 * r8 + a8 * r7 + a9 * r6;
  const h6 = a0 * b6 + d1 * b5 + a2 * b4 + d3 * b3 + a4 * b2 + d5 * b1 + a6 * b0 + d7 * r9 + a8 * r8 + d9 * r7;
  const h7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + a8 * r9 + a9 * r8;
  const h8 = a0 * b8 + d1 * b7 + a2 * b6 + d3 * b5 + a4 * b4 + d5 * b3 + a6 * b2 + d7 * b1 + a8 * b0 + d9 * r9;
  const h9 = a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0;
  storeCarried(out, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9);
}

/** out = a². `out` may be `a`. */
export function square(out: usize, a: usize): void {
  const a0: i64 = load<i32>(a);
  const a1: i64 = load<i32>(a, 4);
  const a2: i64 = load<i32>(a, 8);
  const a3: i64 = load<i32>(a, 12);
  const a4: i64 = load<i32>(a, 16);
  const a5: i64 = load<i32>(a, 20);
  const a6: i64 = load<i32>(a, 24);
  const a7: i64 = load<i32>(a, 28);
  const a8: i64 = load<i32>(a, 32);
  const a9: i64 = load<i32>(a, 36);
  const d0 = 2 * a0;
  const d1 = 2 * a1;
  const d2 = 2 * a2;
  const d3 = 2 * a3;
  const d4 = 2 * a4;
  const d5 = 2 * a5;
  const d6 = 2 * a6;
  const d7 = 2 * a7;
  const d8 = 2 * a8;
  const d9 = 2 * a9;
  const r5 = 19 * a5;
  const r6 = 19 * a6;
  const r7 = 19 * a7;
  const r8 = 19 * a8;
  const r9 = 19 * a9;
  const s7 = 38 * a7;
  const s9 = 38 * a9;
  const h0 = a0 * a0 + d1 * s9 + d2 * r8 + d3 * s7 + d4 * r6 + d5 * r5;
  const h1 = d0 * a1 + d2 * r9 + d3 * r8 + d4 * r7 + d5 * r6;
  const h2 = d0 * a2 + d1 * a1 + d3 * s9 + d4 * r8 + d5 * s7 + a6 * r6;
  const h3 = d0 * a3 + d1 * a2 + d4 * r9 + d5 * r8 + d6 * r7;
  const h4 = d0 * a4 + d1 * d3 + a2 * a2 + d5 * s9 + d6 * r8 + d7 * r7;
  const h5 = d0 * a5 + d1 * a4 + d2 * a3 + d6 * r9 + d7 * r8;
  const h6 = d0 * a6 + d1 * d5 + d2 * a4 + d3 * a3 + d7 * s9 + a8 * r8;
  const h7 = d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + d8 * r9;
  const h8 = d0 * a8 + d1 * d7 + d2 * a6 + d3 * d5 + a4 * a4 + d9 * r9;
  const h9 = d0 * a9 + d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5;
  storeCarried(out, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9);
}
