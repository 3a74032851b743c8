import { derIntegerLength, derSize, writeDerHeader, writeDerInteger } from "./der";

/** AlgorithmIdentifier { rsaEncryption, NULL } (RFC 3279 §2.3.1). */
const RSA_ENCRYPTION: usize = memory.data<u8>([
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
]);
const RSA_ENCRYPTION_LENGTH: i32 = 15;

/**
 * The DER SubjectPublicKeyInfo (RFC 5280 §4.1) of an RSA public key: modulus and exponent as big-endian bytes, at least one byte
 * each, without leading zeros.
 */
export function rsaPublicKeyInfo(n: usize, nLength: i32, e: usize, eLength: i32): StaticArray<u8> {
  const keyLength = derSize(derIntegerLength(n, nLength)) + derSize(derIntegerLength(e, eLength));
  const bitsLength = 1 + derSize(keyLength);
  const infoLength = RSA_ENCRYPTION_LENGTH + derSize(bitsLength);
  const der = new StaticArray<u8>(derSize(infoLength));
  let out = writeDerHeader(0x30, infoLength, changetype<usize>(der));
  memory.copy(out, RSA_ENCRYPTION, RSA_ENCRYPTION_LENGTH);
  out = writeDerHeader(0x03, bitsLength, out + <usize>RSA_ENCRYPTION_LENGTH);
  store<u8>(out++, 0); // No unused bits.
  out = writeDerHeader(0x30, keyLength, out);
  out = writeDerInteger(n, nLength, out);
  writeDerInteger(e, eLength, out);
  return der;
}
