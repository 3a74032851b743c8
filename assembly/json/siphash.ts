/** Key of every hash over untrusted bytes. Host randomness replaces it at start, so nobody outside can choose colliding input. */
let key0: u64 = 0x736f6d6570736575;
let key1: u64 = 0x646f72616e646f6d;

/** Sets the key. Hashes made before are worthless afterwards: call it before anything is hashed (`on_vm_start`). */
export function seedHash(first: u64, second: u64): void {
  key0 = first;
  key1 = second;
}

/** SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") of `n` bytes; `tweak` separates hash spaces. */
export function sipHash(p: usize, n: i32, tweak: u64): u64 {
  let v0 = key0 ^ 0x736f6d6570736575;
  let v1 = key1 ^ 0x646f72616e646f6d ^ tweak;
  let v2 = key0 ^ 0x6c7967656e657261;
  let v3 = key1 ^ 0x7465646279746573 ^ tweak;
  const end = p + <usize>n;
  const words = p + ((<usize>n) & ~7);
  let last = false;
  let rounds = 1;
  let word: u64 = 0;
  while (true) {
    if (p < words) {
      word = load<u64>(p);
      p += 8;
    } else if (!last) {
      last = true;
      word = (<u64>n) << 56;
      for (let shift: u64 = 0; p < end; shift += 8) word |= (<u64>load<u8>(p++)) << shift;
    } else if (rounds == 1) {
      word = 0;
      v2 ^= 0xff;
      rounds = 3;
    } else break;
    v3 ^= word;
    for (let i = 0; i < rounds; i++) {
      v0 += v1;
      v1 = rotl<u64>(v1, 13) ^ v0;
      v0 = rotl<u64>(v0, 32);
      v2 += v3;
      v3 = rotl<u64>(v3, 16) ^ v2;
      v0 += v3;
      v3 = rotl<u64>(v3, 21) ^ v0;
      v2 += v1;
      v1 = rotl<u64>(v1, 17) ^ v2;
      v2 = rotl<u64>(v2, 32);
    }
    v0 ^= word;
  }
  return v0 ^ v1 ^ v2 ^ v3;
}
