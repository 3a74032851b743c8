// Bytes for specs: text as UTF-8, or hexadecimal; and back. Kept in a buffer that the collector does not move or free.
export class Bytes {
  constructor(
    readonly pointer: usize,
    readonly length: i32,
  ) {}

  static text(value: string): Bytes {
    const encoded = String.UTF8.encode(value);
    const p = heap.alloc(encoded.byteLength + 1);
    memory.copy(p, changetype<usize>(encoded), encoded.byteLength);
    return new Bytes(p, encoded.byteLength);
  }

  /** Two digits a byte, spaces ignored. */
  static hex(value: string): Bytes {
    const digits = value.replaceAll(" ", "");
    const p = heap.alloc(digits.length / 2 + 1);
    for (let i = 0; i < digits.length; i += 2) {
      store<u8>(p + <usize>(i / 2), <u8>parseInt(digits.substr(i, 2), 16));
    }
    return new Bytes(p, digits.length / 2);
  }
}

export function toText(p: usize, n: i32): string {
  return n < 0 ? "none" : String.UTF8.decodeUnsafe(p, n);
}

export function toHex(p: usize, n: i32): string {
  let text = "";
  for (let i = 0; i < n; i++) {
    const c = <u32>load<u8>(p + <usize>i);
    text += (c < 16 ? "0" : "") + c.toString(16);
  }
  return text;
}
