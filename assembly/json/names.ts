import { sipHash } from "./siphash";

/**
 * Slots looked at for one name. At half load honest names never need more than a few dozen; the bound keeps chosen names from
 * making a document quadratic even where the hash key is known.
 */
const MAX_PROBES: i32 = 256;

/** Slot: generation, object token, low half of the hash, name token; 32 bits each. */
const SLOT_SHIFT: usize = 4;

export const enum NameAdded {
  Ok = 0,
  Duplicate = 1,
  Crowded = 2,
}

/**
 * Member names of a document's objects: an open-addressed table that finds (object, name) in constant time. Emptied by
 * counting generations, not by writing, so that a small document does not pay for the size a large one left behind.
 */
export class NameIndex {
  private base: usize;
  private mask: u32;
  private count: u32 = 0;
  private generation: u32 = 1;

  /** Room for half of `capacity`, a power of two, before it grows. */
  constructor(capacity: i32) {
    this.base = emptySlots(capacity);
    this.mask = <u32>capacity - 1;
  }

  /** Gives its memory back. */
  free(): void {
    heap.free(this.base);
  }

  clear(): void {
    this.count = 0;
    if (++this.generation != 0) return;
    memory.fill(this.base, 0, (<usize>this.mask + 1) << SLOT_SHIFT);
    this.generation = 1;
  }

  /** Makes room for twice as many names. */
  private grow(): void {
    const from = this.base;
    const to = from + ((<usize>this.mask + 1) << SLOT_SHIFT);
    this.mask = (this.mask << 1) | 1;
    this.base = emptySlots(<i32>this.mask + 1);
    for (let slot = from; slot < to; slot += 1 << SLOT_SHIFT) {
      if (load<u32>(slot) != this.generation) continue;
      let at = load<u32>(slot, 8) & this.mask;
      while (load<u32>(this.slot(at)) == this.generation) at = (at + 1) & this.mask;
      memory.copy(this.slot(at), slot, 1 << SLOT_SHIFT);
    }
    heap.free(from);
  }

  // @ts-ignore: decorator
  @inline
  private slot(at: u32): usize {
    return this.base + ((<usize>at) << SLOT_SHIFT);
  }

  /** Enters `name` (a string token of `tape`) as a member name of `object`. */
  add(tape: usize, object: i32, name: i32): NameAdded {
    if ((this.count + 1) << 1 > this.mask + 1) this.grow();
    const token = tape + ((<usize>name) << 4);
    const p: usize = load<u32>(token, 4);
    const n: i32 = load<i32>(token, 8);
    const hash = <u32>sipHash(p, n, object);
    let at = hash & this.mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = this.slot(at);
      if (load<u32>(slot) != this.generation) {
        store<u32>(slot, this.generation);
        store<i32>(slot, object, 4);
        store<u32>(slot, hash, 8);
        store<i32>(slot, name, 12);
        this.count++;
        return NameAdded.Ok;
      }
      if (this.holds(slot, tape, object, hash, p, n)) return NameAdded.Duplicate;
      at = (at + 1) & this.mask;
    }
    return NameAdded.Crowded;
  }

  /** The name token of `object` that equals the `n` bytes at `p`, or -1. */
  find(tape: usize, object: i32, p: usize, n: i32): i32 {
    const hash = <u32>sipHash(p, n, object);
    let at = hash & this.mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = this.slot(at);
      if (load<u32>(slot) != this.generation) return -1;
      if (this.holds(slot, tape, object, hash, p, n)) return load<i32>(slot, 12);
      at = (at + 1) & this.mask;
    }
    return -1;
  }

  // @ts-ignore: decorator
  @inline
  private holds(slot: usize, tape: usize, object: i32, hash: u32, p: usize, n: i32): bool {
    if (load<u32>(slot, 8) != hash || load<i32>(slot, 4) != object) return false;
    const token = tape + ((<usize>load<u32>(slot, 12)) << 4);
    return load<i32>(token, 8) == n && memory.compare(load<u32>(token, 4), p, n) == 0;
  }
}

function emptySlots(capacity: i32): usize {
  const size = (<usize>capacity) << SLOT_SHIFT;
  const slots = heap.alloc(size);
  memory.fill(slots, 0, size);
  return slots;
}
