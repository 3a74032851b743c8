// Names of headers, properties and functions as bytes. They are made once, when the module is initialised.

/** ASCII text as bytes; for constants and messages, never on the request path. */
export function ascii(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(text.length);
  for (let i = 0, n = text.length; i < n; i++) unchecked((bytes[i] = <u8>text.charCodeAt(i)));
  return bytes;
}

/** Address of the first byte. */
// @ts-ignore: decorator
@inline
export function pointer(bytes: StaticArray<u8>): usize {
  return changetype<usize>(bytes);
}

/** A copy of `length` bytes at `at`, managed by the garbage collector; for configuration. */
export function copyBytes(at: usize, length: i32): StaticArray<u8> {
  const bytes = new StaticArray<u8>(length);
  memory.copy(changetype<usize>(bytes), at, length);
  return bytes;
}

/** One text behind the other. */
export function joinBytes(a: StaticArray<u8>, b: StaticArray<u8>): StaticArray<u8> {
  const bytes = new StaticArray<u8>(a.length + b.length);
  memory.copy(pointer(bytes), pointer(a), a.length);
  memory.copy(pointer(bytes) + <usize>a.length, pointer(b), b.length);
  return bytes;
}

/** Whether two byte ranges are equal. Not constant-time: nothing secret is compared with it. */
// @ts-ignore: decorator
@inline
export function sameBytes(a: usize, aLength: i32, b: usize, bLength: i32): bool {
  return aLength == bLength && memory.compare(a, b, aLength) == 0;
}

/** The same of two texts. */
export function sameContent(a: StaticArray<u8>, b: StaticArray<u8>): bool {
  return sameBytes(pointer(a), a.length, pointer(b), b.length);
}

/** Whether a text is one of a list. */
export function isListed(list: StaticArray<u8>[], text: StaticArray<u8>): bool {
  for (let i = 0, n = list.length; i < n; i++) if (sameContent(unchecked(list[i]), text)) return true;
  return false;
}
