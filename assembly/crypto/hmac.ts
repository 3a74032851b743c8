import { Hash, MAXIMUM_BLOCK_SIZE, MAXIMUM_HASH_LENGTH, digest, hashFunction } from "./hash";
import { Sha2 } from "./sha2";

const INNER: u8 = 0x36;
const OUTER: u8 = 0x5c;

const block: usize = memory.data(128, 16);
const computed: usize = memory.data(64, 16);

/** A key and its hash, as the two states that each message begins and ends with: what depends on the key is computed once. */
export class HmacKey {
  constructor(
    readonly hash: Hash,
    readonly inner: StaticArray<u8>,
    readonly outer: StaticArray<u8>,
  ) {}
}

/** The state after the key in `block`, each byte combined with `pad`. */
function keyed(hash: Sha2, pad: u8): StaticArray<u8> {
  for (let i: usize = 0; i < <usize>MAXIMUM_BLOCK_SIZE; i++) store<u8>(block + i, load<u8>(block + i) ^ pad);
  const state = new StaticArray<u8>(hash.stateSize);
  hash.begin();
  hash.update(block, hash.blockSize);
  hash.save(changetype<usize>(state));
  return state;
}

/** Prepares the `keyLength` bytes at `key` for HMAC (RFC 2104, FIPS 198-1). Any length: the caller judges what is too short. */
export function prepareHmac(h: Hash, key: usize, keyLength: i32): HmacKey {
  const hash = hashFunction(h);
  memory.fill(block, 0, MAXIMUM_BLOCK_SIZE);
  if (keyLength > hash.blockSize) digest(h, key, keyLength, block);
  else memory.copy(block, key, keyLength);
  const inner = keyed(hash, INNER);
  const outer = keyed(hash, INNER ^ OUTER);
  memory.fill(block, 0, MAXIMUM_BLOCK_SIZE);
  return new HmacKey(h, inner, outer);
}

/**
 * Whether the `macLength` bytes at `mac` are the HMAC of the `textLength` bytes at `text`. None is taken that is cut short
 * (RFC 7518 §3.2), and how long the answer takes does not tell where the first difference is.
 */
export function verifyHmac(key: HmacKey, mac: usize, macLength: i32, text: usize, textLength: i32): bool {
  const hash = hashFunction(key.hash);
  if (macLength != hash.length) return false;
  hash.resume(changetype<usize>(key.inner), hash.blockSize);
  hash.update(text, textLength);
  hash.finish(computed);
  hash.resume(changetype<usize>(key.outer), hash.blockSize);
  hash.update(computed, macLength);
  hash.finish(computed);
  let difference: u8 = 0;
  for (let i: usize = 0; i < <usize>macLength; i++) difference |= load<u8>(mac + i) ^ load<u8>(computed + i);
  // The right value is of no use to anyone who reads this memory later.
  memory.fill(computed, 0, MAXIMUM_HASH_LENGTH);
  return difference == 0;
}
