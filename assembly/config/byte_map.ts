import { copyBytes, pointer, sameBytes } from "../host/literal";

/** Names to indices, looked up by bytes without allocating; open addressing, at most half full. */
export class ByteMap {
  private slots: StaticArray<i32> = new StaticArray<i32>(16);
  private names: StaticArray<u8>[] = [];
  private values: i32[] = [];

  /** Adds a name; false if it is there already. */
  add(name: usize, length: i32, value: i32): bool {
    if (this.get(name, length) >= 0) return false;
    if ((this.names.length + 1) * 2 > this.slots.length) this.grow();
    this.names.push(copyBytes(name, length));
    this.values.push(value);
    this.place(this.names.length - 1);
    return true;
  }

  /** The value of a name, or -1. */
  get(name: usize, length: i32): i32 {
    const mask = this.slots.length - 1;
    let slot = (<i32>hash(name, length)) & mask;
    let entry = unchecked(this.slots[slot]) - 1;
    while (entry >= 0) {
      const known = unchecked(this.names[entry]);
      if (sameBytes(pointer(known), known.length, name, length)) return unchecked(this.values[entry]);
      slot = (slot + 1) & mask;
      entry = unchecked(this.slots[slot]) - 1;
    }
    return -1;
  }

  private place(entry: i32): void {
    const name = unchecked(this.names[entry]);
    const mask = this.slots.length - 1;
    let slot = (<i32>hash(pointer(name), name.length)) & mask;
    while (unchecked(this.slots[slot]) != 0) slot = (slot + 1) & mask;
    unchecked((this.slots[slot] = entry + 1));
  }

  private grow(): void {
    this.slots = new StaticArray<i32>(this.slots.length * 2);
    for (let entry = 0, n = this.names.length; entry < n; entry++) this.place(entry);
  }
}

/** FNV-1a. The names come from the configuration, so nobody outside chooses collisions. */
function hash(at: usize, length: i32): u32 {
  let value: u32 = 2166136261;
  for (const end = at + length; at < end; at++) value = (value ^ load<u8>(at)) * 16777619;
  return value ^ (value >> 15);
}
