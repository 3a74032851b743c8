import { isZero } from "./limbs";
import { Modulus, WIDTH } from "./modulus";

/**
 * Inverses by Bernstein and Yang's divsteps (https://gcd.cr.yp.to/papers.html#safegcd), thirty at a time on the low limbs alone, then
 * applied to the whole numbers as a matrix: as libsecp256k1 does it where time may depend on the numbers (doc/safegcd_implementation.md).
 */

const MASK: i32 = (1 << 30) - 1;

// Numbers with sign: the top limb is negative where they are.
const f: usize = memory.data(72, 8);
const g: usize = memory.data(72, 8);
const d: usize = memory.data(72, 8);
const e: usize = memory.data(72, 8);

// 2^30 times the matrix of the last thirty divsteps.
let u: i32 = 0;
let v: i32 = 0;
let q: i32 = 0;
let r: i32 = 0;

/** Thirty divsteps on the low limbs; answers the new eta (minus the papers' delta). */
function divsteps(eta: i32, f0: i32, g0: i32): i32 {
  u = 1;
  v = 0;
  q = 0;
  r = 1;
  for (let left = WIDTH; left > 0;) {
    const zeros = <i32>ctz<u32>(g0 | (-1 << left));
    g0 >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) break;
    if (eta < 0) {
      eta = -eta;
      let t = f0;
      f0 = g0;
      g0 = -t;
      t = u;
      u = q;
      q = -t;
      t = v;
      v = r;
      r = -t;
    }
    // Cancels up to six low bits of g at once, as many as come before f and g change places: f (f² - 2) is -1/f modulo 64.
    const limit = min(min(eta + 1, left), 6);
    const w = (f0 * g0 * (f0 * f0 - 2)) & ((1 << limit) - 1);
    g0 += f0 * w;
    q += u * w;
    r += v * w;
  }
  return eta;
}

/** (f, g) = matrix (f, g) / 2^30, which is exact. */
function updateFG(count: i32): void {
  let cf = <i64>u * load<i32>(f) + <i64>v * load<i32>(g);
  let cg = <i64>q * load<i32>(f) + <i64>r * load<i32>(g);
  const end = (<usize>count) << 2;
  for (let i: usize = 4; i < end; i += 4) {
    const fi: i64 = load<i32>(f + i);
    const gi: i64 = load<i32>(g + i);
    cf = (cf >> WIDTH) + u * fi + v * gi;
    cg = (cg >> WIDTH) + q * fi + r * gi;
    store<i32>(f + i - 4, (<i32>cf) & MASK);
    store<i32>(g + i - 4, (<i32>cg) & MASK);
  }
  store<i32>(f + end - 4, <i32>(cf >> WIDTH));
  store<i32>(g + end - 4, <i32>(cg >> WIDTH));
}

/** (d, e) = matrix (d, e) / 2^30 modulo the modulus; both stay between minus twice and once the modulus. */
function updateDE(modulus: Modulus): void {
  const m = modulus.pointer;
  const end = (<usize>modulus.count) << 2;
  const signD = load<i32>(d + end - 4) >> 31;
  const signE = load<i32>(e + end - 4) >> 31;
  // Multiples of the modulus: what keeps the range, and what makes the low limb zero.
  let md = (u & signD) + (v & signE);
  let me = (q & signD) + (r & signE);
  let cd = <i64>u * load<i32>(d) + <i64>v * load<i32>(e);
  let ce = <i64>q * load<i32>(d) + <i64>r * load<i32>(e);
  md -= (<i32>modulus.inverse * <i32>cd + md) & MASK;
  me -= (<i32>modulus.inverse * <i32>ce + me) & MASK;
  cd += <i64>md * load<i32>(m);
  ce += <i64>me * load<i32>(m);
  for (let i: usize = 4; i < end; i += 4) {
    const di: i64 = load<i32>(d + i);
    const ei: i64 = load<i32>(e + i);
    const mi: i64 = load<i32>(m + i);
    cd = (cd >> WIDTH) + u * di + v * ei + md * mi;
    ce = (ce >> WIDTH) + q * di + r * ei + me * mi;
    store<i32>(d + i - 4, (<i32>cd) & MASK);
    store<i32>(e + i - 4, (<i32>ce) & MASK);
  }
  store<i32>(d + end - 4, <i32>(cd >> WIDTH));
  store<i32>(e + end - 4, <i32>(ce >> WIDTH));
}

/** d = sign d, after adding the modulus to d if it is negative: `sign` is 1 or -1. */
function settle(modulus: Modulus, sign: i64): void {
  const end = (<usize>modulus.count) << 2;
  const add: i64 = load<i32>(d + end - 4) < 0 ? sign : 0;
  let t: i64 = 0;
  for (let i: usize = 0; i < end; i += 4) {
    t = (t >> WIDTH) + sign * load<i32>(d + i) + add * load<i32>(modulus.pointer + i);
    store<i32>(d + i, i + 4 < end ? (<i32>t) & MASK : <i32>t);
  }
}

/** out = 1 / a modulo the modulus, which is prime and above a; 0 for 0. */
export function invert(out: usize, a: usize, modulus: Modulus): void {
  const count = modulus.count;
  const size = (<usize>count) << 2;
  memory.copy(f, modulus.pointer, size);
  memory.copy(g, a, size);
  memory.fill(d, 0, size);
  memory.fill(e, 0, size);
  store<i32>(e, 1);
  // Theorem 11.2 of the paper bounds the divsteps.
  const rounds = (49 * modulus.bits + 80) / 17 / WIDTH + 1;
  for (let i = 0, eta = -1; i < rounds && !isZero(g, count); i++) {
    eta = divsteps(eta, load<i32>(f), load<i32>(g));
    updateDE(modulus);
    updateFG(count);
  }
  // f is now 1 or -1, and d the inverse with f's sign.
  settle(modulus, load<i32>(f + size - 4) < 0 ? -1 : 1);
  settle(modulus, 1);
  memory.copy(out, d, size);
}
