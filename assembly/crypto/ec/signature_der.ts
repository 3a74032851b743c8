import { derIntegerLength, derSize, writeDerHeader, writeDerInteger } from "../der";

/** Room for the longest: two INTEGERs of 66 bytes and one for the sign. */
export const MAXIMUM_DER_SIGNATURE: i32 = 141;

/** Leading zero bytes of the number, but for its last byte. */
function leadingZeros(p: usize, length: i32): i32 {
  let zeros = 0;
  while (zeros < length - 1 && load<u8>(p + <usize>zeros) == 0) zeros++;
  return zeros;
}

/**
 * Writes a JWS signature, R and S of the same length one behind the other (RFC 7518 §3.4), as the Ecdsa-Sig-Value that others want (RFC
 * 3279 §2.2.3); answers its length. 0, and nothing is written, for a length that no curve has: which one the key's has, the caller
 * checks. Numbers out of range stay so, for the verifier to refuse.
 */
export function ecdsaSignatureToDer(signature: usize, length: i32, out: usize): i32 {
  if (length != 64 && length != 96 && length != 132) return 0;
  const bytes = length >> 1;
  const rZeros = leadingZeros(signature, bytes);
  const r = signature + <usize>rZeros;
  const rLength = bytes - rZeros;
  const sZeros = leadingZeros(signature + <usize>bytes, bytes);
  const s = signature + <usize>(bytes + sZeros);
  const sLength = bytes - sZeros;
  const content = derSize(derIntegerLength(r, rLength)) + derSize(derIntegerLength(s, sLength));
  let end = writeDerHeader(0x30, content, out);
  end = writeDerInteger(r, rLength, end);
  end = writeDerInteger(s, sLength, end);
  return <i32>(end - out);
}
