import { JsonDocument } from "../json/document";
import { readOctets } from "./octets";

/** A big-endian number without leading zero bytes: those of `bytes` from `start` on. */
export class Magnitude {
  constructor(
    private bytes: StaticArray<u8>,
    private start: i32,
  ) {}

  get pointer(): usize {
    return changetype<usize>(this.bytes) + <usize>this.start;
  }

  get length(): i32 {
    return this.bytes.length - this.start;
  }

  get bits(): i32 {
    return this.length == 0 ? 0 : this.length * 8 - <i32>clz<u32>(this.bytes[this.start]) + 24;
  }

  get odd(): bool {
    return this.length > 0 && (this.bytes[this.bytes.length - 1] & 1) == 1;
  }
}

/**
 * The Base64urlUInt (RFC 7518 §2) at `token`; null if it is no strict base64url. Leading zero bytes, which the RFC forbids, are
 * taken: encoders that write two's complement leave one, also in the keys of the kgateway and Gloo guides.
 */
export function readMagnitude(doc: JsonDocument, token: i32): Magnitude | null {
  const bytes = readOctets(doc, token);
  if (bytes === null) return null;
  let start = 0;
  while (start < bytes.length && bytes[start] == 0) start++;
  return new Magnitude(bytes, start);
}
