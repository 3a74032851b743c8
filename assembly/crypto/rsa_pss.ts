import { Hash, digest, hashFunction } from "./hash";
import { xorMgf1 } from "./mgf1";
import { RsaKey } from "./rsa";
import { rsaPublic } from "./rsa_public";

const TRAILER: u8 = 0xbc;

const ZEROS: usize = memory.data(8, 8);
const textDigest: usize = memory.data(64, 16);
const computed: usize = memory.data(64, 16);

/** EMSA-PSS-VERIFY (RFC 8017 §9.1.2) of the text whose digest is in `textDigest`; `message` has `bits` bits, and is overwritten. */
function consistent(h: Hash, message: usize, bits: i32): bool {
  const hash = hashFunction(h);
  const size = hash.length;
  const length = (bits + 7) >> 3;
  // Step 3 has nothing to refuse: 2048 bits have room for two digests of SHA-512 and two bytes.
  if (load<u8>(message + <usize>(length - 1)) != TRAILER) return false;
  const blockLength = length - size - 1;
  const seed = message + <usize>blockLength;
  const unused = 8 * length - bits;
  if ((<u32>load<u8>(message)) >> (8 - unused) != 0) return false;
  xorMgf1(h, seed, size, message, blockLength);
  store<u8>(message, load<u8>(message) & (0xff >> (<u8>unused)));
  // Step 10: nothing but zeros, a one, and a salt as long as a digest (RFC 7518 §3.5).
  const salt = seed - <usize>size;
  for (let p = message; p < salt - 1; p++) if (load<u8>(p) != 0) return false;
  if (load<u8>(salt - 1) != 1) return false;
  hash.begin();
  hash.update(ZEROS, 8);
  hash.update(textDigest, size);
  hash.update(salt, size);
  hash.finish(computed);
  return memory.compare(seed, computed, size) == 0;
}

/** RSASSA-PSS (RFC 8017 §8.1.2, RFC 7518 §3.5): MGF1 with the same hash, a salt as long as its digest. */
export function verifyRsaPss(
  key: RsaKey,
  h: Hash,
  signature: usize,
  signatureLength: i32,
  text: usize,
  textLength: i32,
): bool {
  let message = rsaPublic(key, signature, signatureLength);
  if (message == 0) return false;
  // One bit less than the modulus: that may be a whole byte less, which must then be zero (§8.1.2 step 2c).
  const bits = key.bits - 1;
  if ((bits & 7) == 0) {
    if (load<u8>(message) != 0) return false;
    message++;
  }
  digest(h, text, textLength, textDigest);
  return consistent(h, message, bits);
}
