// Loops over the bytes of tokens, sixteen at a time: tokens are long, and every request's is looked through.

/** The first `byte` from `at` on, or `last`. */
export function findByte(at: usize, last: usize, byte: u8): usize {
  const wanted = i8x16.splat(<i8>byte);
  for (; at + 16 <= last; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return at + <usize>ctz(found);
  }
  while (at < last && load<u8>(at) != byte) at++;
  return at;
}

/** Whether `length` bytes are the same in both places. */
export function areSame(a: usize, b: usize, length: i32): bool {
  let i: usize = 0;
  for (const whole = <usize>(length & ~15); i < whole; i += 16) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  }
  for (; i < <usize>length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}
