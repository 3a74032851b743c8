import { pointer } from "../host/literal";

/** Where the delimiter begins next, or -1; an empty one is nowhere. */
export function findDelimiter(at: usize, length: i32, from: i32, delimiter: StaticArray<u8>): i32 {
  const size = delimiter.length;
  if (size == 0) return -1;
  for (let i = from; i + size <= length; i++) if (memory.compare(at + i, pointer(delimiter), size) == 0) return i;
  return -1;
}

/** Splits a claim name at a delimiter into the members to walk, outermost first; an empty delimiter splits nothing. */
export function claimPath(name: StaticArray<u8>, delimiter: StaticArray<u8>): StaticArray<u8>[] {
  const path: StaticArray<u8>[] = [];
  let start = 0;
  let end: i32;
  while ((end = findDelimiter(pointer(name), name.length, start, delimiter)) >= 0) {
    path.push(StaticArray.slice<u8>(name, start, end));
    start = end + delimiter.length;
  }
  path.push(StaticArray.slice<u8>(name, start, name.length));
  return path;
}
