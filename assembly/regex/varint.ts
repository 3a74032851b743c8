/** Reads the varints of the Unicode tables, seven bits a byte, lowest first. */
export let position: usize = 0;

export function seek(at: usize): void {
  position = at;
}

export function byte(): u32 {
  return load<u8>(position++);
}

export function varint(): u32 {
  let value: u32 = 0;
  for (let shift = 0; shift < 32; shift += 7) {
    const part = byte();
    value |= (part & 0x7f) << shift;
    if (part < 0x80) break;
  }
  return value;
}
