import { multiply, square } from "./multiply";

const a2: usize = memory.data(40, 16);
const a11: usize = memory.data(40, 16);
const t: usize = memory.data(40, 16);
const u: usize = memory.data(40, 16);

/** out = a^(2^n), n ≥ 1. */
function squareTimes(out: usize, a: usize, n: i32): void {
  square(out, a);
  for (let i = 1; i < n; i++) square(out, out);
}

/** Leaves a^(2^250 − 1) in `t`, and a^11 in `a11`. */
function power250(a: usize): void {
  square(a2, a);
  squareTimes(t, a2, 2); // 2^3
  multiply(t, t, a); // 9
  multiply(a11, t, a2);
  square(u, a11); // 22
  multiply(t, t, u); // 2^5 − 1
  squareTimes(u, t, 5);
  multiply(t, t, u); // 2^10 − 1
  squareTimes(u, t, 10);
  multiply(u, u, t); // 2^20 − 1
  squareTimes(a2, u, 20);
  multiply(u, u, a2); // 2^40 − 1
  squareTimes(u, u, 10);
  multiply(t, t, u); // 2^50 − 1
  squareTimes(u, t, 50);
  multiply(u, u, t); // 2^100 − 1
  squareTimes(a2, u, 100);
  multiply(u, u, a2); // 2^200 − 1
  squareTimes(u, u, 50);
  multiply(t, t, u); // 2^250 − 1
}

/** out = 1 / a = a^(p − 2) = a^(2^255 − 21); 0 for 0. `out` may be `a`. */
export function invert(out: usize, a: usize): void {
  power250(a);
  squareTimes(t, t, 5);
  multiply(out, t, a11);
}

/** out = a^((p − 5) / 8) = a^(2^252 − 3), of which square roots are made (RFC 8032 §5.1.3). `out` may be `a`. */
export function powerForRoot(out: usize, a: usize): void {
  power250(a);
  squareTimes(t, t, 2);
  multiply(out, t, a);
}
