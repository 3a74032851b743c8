import { Hash, digest, hashLength } from "./hash";
import { RsaKey } from "./rsa";
import { rsaPublic } from "./rsa_public";

/** DER of DigestInfo up to the digest (RFC 8017 §9.2 note 1), for SHA-256; three bytes of it depend on the hash. */
const DIGEST_INFO: usize = memory.data<u8>([
  0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
]);
const DIGEST_INFO_LENGTH: i32 = 19;

const expected: usize = memory.data(1024, 16);

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2): the one encoding of a text's digest in `length` bytes, at least 256. */
function encode(h: Hash, text: usize, textLength: i32, length: i32): void {
  const size = hashLength(h);
  const infoAt = expected + <usize>(length - size - DIGEST_INFO_LENGTH);
  store<u16>(expected, 0x0100);
  memory.fill(expected + 2, 0xff, infoAt - expected - 3);
  store<u8>(infoAt - 1, 0);
  memory.copy(infoAt, DIGEST_INFO, DIGEST_INFO_LENGTH);
  store<u8>(infoAt, <u8>(DIGEST_INFO_LENGTH - 2 + size), 1);
  store<u8>(infoAt, <u8>(1 + <i32>h), 14);
  store<u8>(infoAt, <u8>size, 18);
  digest(h, text, textLength, infoAt + <usize>DIGEST_INFO_LENGTH);
}

/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2, RFC 7518 §3.3). The signature's encoded message is compared as a whole with the one that is
 * expected, not taken apart: there is no second encoding to be talked into.
 */
export function verifyRsaPkcs1(
  key: RsaKey,
  h: Hash,
  signature: usize,
  signatureLength: i32,
  text: usize,
  textLength: i32,
): bool {
  const message = rsaPublic(key, signature, signatureLength);
  if (message == 0) return false;
  encode(h, text, textLength, key.length);
  return memory.compare(message, expected, key.length) == 0;
}
