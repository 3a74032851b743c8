/**
 * The sums and selections of FIPS 180-4 §4.1.2 (words of 32 bits, T = u32) and §4.1.3 (of 64, T = u64), and the block function
 * of both. What the standard computes per round before and after the addition to d is `before` and `after` here.
 */

// @ts-ignore: decorator
@inline
function before<T>(e: T, f: T, g: T, h: T, w: T): T {
  const sum =
    sizeof<T>() == 4
      ? rotr<T>(e, <T>6) ^ rotr<T>(e, <T>11) ^ rotr<T>(e, <T>25)
      : rotr<T>(e, <T>14) ^ rotr<T>(e, <T>18) ^ rotr<T>(e, <T>41);
  return h + sum + (g ^ (e & (f ^ g))) + w;
}

// @ts-ignore: decorator
@inline
function after<T>(a: T, b: T, c: T): T {
  const sum =
    sizeof<T>() == 4
      ? rotr<T>(a, <T>2) ^ rotr<T>(a, <T>13) ^ rotr<T>(a, <T>22)
      : rotr<T>(a, <T>28) ^ rotr<T>(a, <T>34) ^ rotr<T>(a, <T>39);
  return sum + ((a & b) | (c & (a | b)));
}

/** The word of the message schedule 16 after `w0`: `w1`, `w9` and `w14` are those 1, 9 and 14 after it. */
// @ts-ignore: decorator
@inline
function schedule<T>(w0: T, w1: T, w9: T, w14: T): T {
  return sizeof<T>() == 4
    ? w0 +
        (rotr<T>(w1, <T>7) ^ rotr<T>(w1, <T>18) ^ (w1 >> (<T>3))) +
        w9 +
        (rotr<T>(w14, <T>17) ^ rotr<T>(w14, <T>19) ^ (w14 >> (<T>10)))
    : w0 +
        (rotr<T>(w1, <T>1) ^ rotr<T>(w1, <T>8) ^ (w1 >> (<T>7))) +
        w9 +
        (rotr<T>(w14, <T>19) ^ rotr<T>(w14, <T>61) ^ (w14 >> (<T>6)));
}

/**
 * Takes `count` blocks of 16 words at `p` into the eight words at `state` (FIPS 180-4 §6.2.2, §6.4.2). The constants of the
 * rounds are between `k` and `kEnd`, a multiple of 16. Sixteen rounds are written out, so that the schedule stays in locals and
 * the eight working variables are never moved; more of them are not faster.
 */
export function compress<T>(state: usize, p: usize, count: i32, k: usize, kEnd: usize): void {
  let a = load<T>(state);
  let b = load<T>(state, sizeof<T>());
  let c = load<T>(state, 2 * sizeof<T>());
  let d = load<T>(state, 3 * sizeof<T>());
  let e = load<T>(state, 4 * sizeof<T>());
  let f = load<T>(state, 5 * sizeof<T>());
  let g = load<T>(state, 6 * sizeof<T>());
  let h = load<T>(state, 7 * sizeof<T>());
  const last = kEnd - 16 * sizeof<T>();
  for (; count > 0; count--) {
    let w0 = bswap<T>(load<T>(p));
    let w1 = bswap<T>(load<T>(p, sizeof<T>()));
    let w2 = bswap<T>(load<T>(p, 2 * sizeof<T>()));
    let w3 = bswap<T>(load<T>(p, 3 * sizeof<T>()));
    let w4 = bswap<T>(load<T>(p, 4 * sizeof<T>()));
    let w5 = bswap<T>(load<T>(p, 5 * sizeof<T>()));
    let w6 = bswap<T>(load<T>(p, 6 * sizeof<T>()));
    let w7 = bswap<T>(load<T>(p, 7 * sizeof<T>()));
    let w8 = bswap<T>(load<T>(p, 8 * sizeof<T>()));
    let w9 = bswap<T>(load<T>(p, 9 * sizeof<T>()));
    let w10 = bswap<T>(load<T>(p, 10 * sizeof<T>()));
    let w11 = bswap<T>(load<T>(p, 11 * sizeof<T>()));
    let w12 = bswap<T>(load<T>(p, 12 * sizeof<T>()));
    let w13 = bswap<T>(load<T>(p, 13 * sizeof<T>()));
    let w14 = bswap<T>(load<T>(p, 14 * sizeof<T>()));
    let w15 = bswap<T>(load<T>(p, 15 * sizeof<T>()));
    for (let r = k; ; r += 16 * sizeof<T>()) {
      h = before<T>(e, f, g, h, load<T>(r) + w0);
      d += h;
      h += after<T>(a, b, c);
      g = before<T>(d, e, f, g, load<T>(r, sizeof<T>()) + w1);
      c += g;
      g += after<T>(h, a, b);
      f = before<T>(c, d, e, f, load<T>(r, 2 * sizeof<T>()) + w2);
      b += f;
      f += after<T>(g, h, a);
      e = before<T>(b, c, d, e, load<T>(r, 3 * sizeof<T>()) + w3);
      a += e;
      e += after<T>(f, g, h);
      d = before<T>(a, b, c, d, load<T>(r, 4 * sizeof<T>()) + w4);
      h += d;
      d += after<T>(e, f, g);
      c = before<T>(h, a, b, c, load<T>(r, 5 * sizeof<T>()) + w5);
      g += c;
      c += after<T>(d, e, f);
      b = before<T>(g, h, a, b, load<T>(r, 6 * sizeof<T>()) + w6);
      f += b;
      b += after<T>(c, d, e);
      a = before<T>(f, g, h, a, load<T>(r, 7 * sizeof<T>()) + w7);
      e += a;
      a += after<T>(b, c, d);
      h = before<T>(e, f, g, h, load<T>(r, 8 * sizeof<T>()) + w8);
      d += h;
      h += after<T>(a, b, c);
      g = before<T>(d, e, f, g, load<T>(r, 9 * sizeof<T>()) + w9);
      c += g;
      g += after<T>(h, a, b);
      f = before<T>(c, d, e, f, load<T>(r, 10 * sizeof<T>()) + w10);
      b += f;
      f += after<T>(g, h, a);
      e = before<T>(b, c, d, e, load<T>(r, 11 * sizeof<T>()) + w11);
      a += e;
      e += after<T>(f, g, h);
      d = before<T>(a, b, c, d, load<T>(r, 12 * sizeof<T>()) + w12);
      h += d;
      d += after<T>(e, f, g);
      c = before<T>(h, a, b, c, load<T>(r, 13 * sizeof<T>()) + w13);
      g += c;
      c += after<T>(d, e, f);
      b = before<T>(g, h, a, b, load<T>(r, 14 * sizeof<T>()) + w14);
      f += b;
      b += after<T>(c, d, e);
      a = before<T>(f, g, h, a, load<T>(r, 15 * sizeof<T>()) + w15);
      e += a;
      a += after<T>(b, c, d);
      if (r == last) break;
      w0 = schedule<T>(w0, w1, w9, w14);
      w1 = schedule<T>(w1, w2, w10, w15);
      w2 = schedule<T>(w2, w3, w11, w0);
      w3 = schedule<T>(w3, w4, w12, w1);
      w4 = schedule<T>(w4, w5, w13, w2);
      w5 = schedule<T>(w5, w6, w14, w3);
      w6 = schedule<T>(w6, w7, w15, w4);
      w7 = schedule<T>(w7, w8, w0, w5);
      w8 = schedule<T>(w8, w9, w1, w6);
      w9 = schedule<T>(w9, w10, w2, w7);
      w10 = schedule<T>(w10, w11, w3, w8);
      w11 = schedule<T>(w11, w12, w4, w9);
      w12 = schedule<T>(w12, w13, w5, w10);
      w13 = schedule<T>(w13, w14, w6, w11);
      w14 = schedule<T>(w14, w15, w7, w12);
      w15 = schedule<T>(w15, w0, w8, w13);
    }
    a += load<T>(state);
    store<T>(state, a);
    b += load<T>(state, sizeof<T>());
    store<T>(state, b, sizeof<T>());
    c += load<T>(state, 2 * sizeof<T>());
    store<T>(state, c, 2 * sizeof<T>());
    d += load<T>(state, 3 * sizeof<T>());
    store<T>(state, d, 3 * sizeof<T>());
    e += load<T>(state, 4 * sizeof<T>());
    store<T>(state, e, 4 * sizeof<T>());
    f += load<T>(state, 5 * sizeof<T>());
    store<T>(state, f, 5 * sizeof<T>());
    g += load<T>(state, 6 * sizeof<T>());
    store<T>(state, g, 6 * sizeof<T>());
    h += load<T>(state, 7 * sizeof<T>());
    store<T>(state, h, 7 * sizeof<T>());
    p += 16 * sizeof<T>();
  }
}
