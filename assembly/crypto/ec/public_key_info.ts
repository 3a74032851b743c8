import { derSize, writeDerHeader } from "../der";
import { Curve, CURVES } from "./curve";

/** AlgorithmIdentifier { id-ecPublicKey, curve }, its length in the second byte (RFC 5480 §2.1.1). */
const P256: usize = memory.data<u8>([
  0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
  0x01, 0x07,
]);
const P384: usize = memory.data<u8>([
  0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22,
]);
const P521: usize = memory.data<u8>([
  0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23,
]);

/**
 * The DER SubjectPublicKeyInfo (RFC 5480 §2) of the point with these coordinates: big-endian, of exactly the field's length. Whether
 * it is on the curve, {@link isEcPublicKey} says.
 */
export function ecPublicKeyInfo(curve: Curve, x: usize, y: usize): StaticArray<u8> {
  const bytes = CURVES[curve].bytes;
  const algorithm = curve == Curve.P256 ? P256 : curve == Curve.P384 ? P384 : P521;
  const algorithmLength = 2 + <i32>load<u8>(algorithm, 1);
  const bitsLength = 2 + 2 * bytes;
  const infoLength = algorithmLength + derSize(bitsLength);
  const der = new StaticArray<u8>(derSize(infoLength));
  let out = writeDerHeader(0x30, infoLength, changetype<usize>(der));
  memory.copy(out, algorithm, algorithmLength);
  out = writeDerHeader(0x03, bitsLength, out + <usize>algorithmLength);
  store<u8>(out, 0); // No unused bits.
  store<u8>(out, 0x04, 1); // Uncompressed (SEC 1 §2.3.3).
  memory.copy(out + 2, x, bytes);
  memory.copy(out + 2 + <usize>bytes, y, bytes);
  return der;
}
