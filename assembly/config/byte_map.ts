import { pointer, sameBytes } from "../host/literal";

/** Names to indices, looked up by bytes without allocating; open addressing, at most half full. */
export class ByteMap {
  private slots: StaticArray<i32> = new StaticArray<i32>(16);
  /** All names, one behind the other, with room for more. */
  private bytes: StaticArray<u8> = new StaticArray<u8>(64);
  /** Where each name ends; it begins where the one before ends. */
  private ends: i32[] = [];
  private values: i32[] = [];

  /** Adds a name; false if it is there already. */
  add(name: usize, length: i32, value: i32): bool {
    if (this.get(name, length) >= 0) return false;
    if ((this.ends.length + 1) * 2 > this.slots.length) this.grow();
    const entry = this.ends.length;
    const begin = this.begin(entry);
    const end = begin + length;
    if (end > this.bytes.length) {
      const bytes = new StaticArray<u8>(max(end, this.bytes.length * 2));
      memory.copy(pointer(bytes), pointer(this.bytes), begin);
      this.bytes = bytes;
    }
    memory.copy(pointer(this.bytes) + begin, name, length);
    this.ends.push(end);
    this.values.push(value);
    this.place(entry);
    return true;
  }

  /** The value of a name, or -1. */
  get(name: usize, length: i32): i32 {
    const mask = this.slots.length - 1;
    let slot = (<i32>hash(name, length)) & mask;
    let entry = unchecked(this.slots[slot]) - 1;
    while (entry >= 0) {
      if (sameBytes(pointer(this.bytes) + this.begin(entry), this.length(entry), name, length))
        return unchecked(this.values[entry]);
      slot = (slot + 1) & mask;
      entry = unchecked(this.slots[slot]) - 1;
    }
    return -1;
  }

  // @ts-ignore: decorator
  @inline
  private begin(entry: i32): i32 {
    return entry == 0 ? 0 : unchecked(this.ends[entry - 1]);
  }

  private length(entry: i32): i32 {
    return unchecked(this.ends[entry]) - this.begin(entry);
  }

  private place(entry: i32): void {
    const mask = this.slots.length - 1;
    let slot = (<i32>hash(pointer(this.bytes) + this.begin(entry), this.length(entry))) & mask;
    while (unchecked(this.slots[slot]) != 0) slot = (slot + 1) & mask;
    unchecked((this.slots[slot] = entry + 1));
  }

  private grow(): void {
    this.slots = new StaticArray<i32>(this.slots.length * 2);
    for (let entry = 0, n = this.ends.length; entry < n; entry++) this.place(entry);
  }
}

/** FNV-1a. The names come from the configuration, so nobody outside chooses collisions. */
function hash(at: usize, length: i32): u32 {
  let value: u32 = 2166136261;
  for (const end = at + length; at < end; at++) value = (value ^ load<u8>(at)) * 16777619;
  return value ^ (value >> 15);
}
