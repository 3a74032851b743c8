import type { Header } from "./host.js";

/** Serialised header map: count, both lengths of each pair, then NUL-terminated names and values. */
export function serialisePairs(headers: readonly Header[]): Buffer {
  const words = Buffer.alloc(4 + headers.length * 8);
  words.writeUInt32LE(headers.length, 0);
  headers.forEach(([name, value], i) => {
    words.writeUInt32LE(name.length, 4 + i * 8);
    words.writeUInt32LE(value.length, 8 + i * 8);
  });
  return Buffer.concat([words, ...headers.map(([name, value]) => Buffer.from(`${name}\0${value}\0`, "latin1"))]);
}

export function parsePairs(bytes: Buffer): Header[] {
  if (bytes.length === 0) return [];
  const count = bytes.readUInt32LE(0);
  let at = 4 + count * 8;
  return Array.from({ length: count }, (_, i) => {
    const nameEnd = at + bytes.readUInt32LE(4 + i * 8);
    const valueEnd = nameEnd + 1 + bytes.readUInt32LE(8 + i * 8);
    const pair: Header = [bytes.toString("latin1", at, nameEnd), bytes.toString("latin1", nameEnd + 1, valueEnd)];
    at = valueEnd + 1;
    return pair;
  });
}
