// Signatures as the numbers they are made of.

/** Orders of the groups of P-256, P-384, P-521 (NIST SP 800-186 §3.2.1) and Ed25519 (RFC 8032 §5.1), by algorithm. */
export const ORDERS: Readonly<Record<string, bigint>> = {
  ES256: BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
  ES384: BigInt(`0x${"f".repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`),
  ES512: BigInt(`0x1${"f".repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
  EdDSA: (1n << 252n) + 27742317777372353535851937790883648493n,
};

export function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString("hex")}`);
}

/** Big-endian in so many bytes. */
export function toBytes(value: bigint, length: number): Buffer {
  const hex = value.toString(16).padStart(2 * length, "0");
  if (hex.length !== 2 * length) throw new Error("too large");
  return Buffer.from(hex, "hex");
}

/** Both halves of an ECDSA signature replaced. */
export function withHalves(signature: Buffer, change: (r: bigint, s: bigint) => [r: bigint, s: bigint]): Buffer {
  const half = signature.length / 2;
  const numbers = change(fromBytes(signature.subarray(0, half)), fromBytes(signature.subarray(half)));
  return Buffer.concat(numbers.map((number) => toBytes(number, half)));
}

/** DER ECDSA-Sig-Value (RFC 3279 §2.2.3), for lengths that have one byte. */
export function toDer(signature: Buffer): Buffer {
  const half = signature.length / 2;
  const integers = [signature.subarray(0, half), signature.subarray(half)].map((bytes) => {
    const hex = fromBytes(bytes).toString(16);
    const value = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
    const content = value[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), value]) : value;
    return Buffer.concat([Buffer.of(0x02, content.length), content]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([body.length < 0x80 ? Buffer.of(0x30, body.length) : Buffer.of(0x30, 0x81, body.length), body]);
}

/** S of an Ed25519 signature, little-endian in its second half, replaced. */
export function withScalar(signature: Buffer, change: (s: bigint) => bigint): Buffer {
  const s = change(fromBytes(Buffer.from(signature.subarray(32)).reverse()));
  return Buffer.concat([signature.subarray(0, 32), toBytes(s, 32).reverse()]);
}
