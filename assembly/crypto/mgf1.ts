import { Hash, hashFunction } from "./hash";

const counter: usize = memory.data(4, 4);
const mask: usize = memory.data(64, 16);

/** XORs the mask MGF1 (RFC 8017 §B.2.1) makes of the `seedLength` bytes at `seed` onto the `length` bytes at `data`. */
export function xorMgf1(h: Hash, seed: usize, seedLength: i32, data: usize, length: i32): void {
  const hash = hashFunction(h);
  for (let i = 0, at = 0; at < length; i++, at += hash.length) {
    store<u32>(counter, bswap<u32>(i));
    hash.begin();
    hash.update(seed, seedLength);
    hash.update(counter, 4);
    hash.finish(mask);
    const part = min(hash.length, length - at);
    for (let j = 0; j < part; j++) {
      const p = data + <usize>(at + j);
      store<u8>(p, load<u8>(p) ^ load<u8>(mask + <usize>j));
    }
  }
}
