/** Puts byte strings at an entry's `input()`, one behind the other; the address of each. */
export function place({ memory, input }, ...parts) {
  // The memory may have grown since the last time: no view of it is kept.
  const bytes = new Uint8Array(memory.buffer);
  let end = input();
  return parts.map((part) => {
    const at = end;
    bytes.set(part, at);
    end += part.length;
    return at;
  });
}
