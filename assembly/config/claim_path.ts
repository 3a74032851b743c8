/** Splits a claim name at a delimiter into the members to walk, outermost first; an empty delimiter splits nothing. */
export function claimPath(name: StaticArray<u8>, delimiter: StaticArray<u8>): StaticArray<u8>[] {
  const path: StaticArray<u8>[] = [];
  const size = delimiter.length;
  let start = 0;
  if (size > 0) {
    for (let i = 0; i + size <= name.length;) {
      if (memory.compare(changetype<usize>(name) + i, changetype<usize>(delimiter), size) != 0) {
        i++;
        continue;
      }
      path.push(StaticArray.slice<u8>(name, start, i));
      i += size;
      start = i;
    }
  }
  path.push(StaticArray.slice<u8>(name, start, name.length));
  return path;
}
