/** Slot: id of the stream, its root; 32 bits each. An id of 0 is none: Envoy counts from 1. */
const SLOT_SHIFT: usize = 3;
const FIRST_CAPACITY: u32 = 1024;

/**
 * The root of each live stream, by id. Ids count up, so neighbours in time are neighbours here; nothing is allocated until more
 * streams live at once than ever before.
 */
export class StreamTable {
  private capacity: u32 = FIRST_CAPACITY;
  private slots: usize = emptySlots(FIRST_CAPACITY);
  private count: u32 = 0;

  /** The root of a stream; 0 if it is not known. */
  get(id: u32): u32 {
    const at = this.slotOf(id);
    return load<u32>(at) == id ? load<u32>(at, 4) : 0;
  }

  set(id: u32, root: u32): void {
    if (id == 0) return;
    let at = this.slotOf(id);
    if (load<u32>(at) == 0) {
      // At most half full: probes stay short.
      if (this.count * 2 >= this.capacity) {
        this.grow();
        at = this.slotOf(id);
      }
      this.count++;
    }
    store<u32>(at, id);
    store<u32>(at, root, 4);
  }

  /** Forgets a stream; false if it was not known. */
  delete(id: u32): bool {
    let hole = this.slotOf(id);
    if (id == 0 || load<u32>(hole) != id) return false;
    this.count--;
    // Whoever probed past the slot moves into it, or would not be found any more.
    for (let at = this.next(hole); load<u32>(at) != 0; at = this.next(at)) {
      const home = this.home(load<u32>(at));
      const passes = home <= hole ? hole < at || at < home : hole < at && at < home;
      if (!passes) continue;
      store<u64>(hole, load<u64>(at));
      hole = at;
    }
    store<u64>(hole, 0);
    return true;
  }

  private home(id: u32): usize {
    return this.slots + ((<usize>(id & (this.capacity - 1))) << SLOT_SHIFT);
  }

  private next(at: usize): usize {
    at += 1 << SLOT_SHIFT;
    return at == this.slots + ((<usize>this.capacity) << SLOT_SHIFT) ? this.slots : at;
  }

  /** The stream's slot, or the empty one where it would be. */
  private slotOf(id: u32): usize {
    let at = this.home(id);
    while (load<u32>(at) != 0 && load<u32>(at) != id) at = this.next(at);
    return at;
  }

  private grow(): void {
    const old = this.slots;
    const end = old + ((<usize>this.capacity) << SLOT_SHIFT);
    this.capacity *= 2;
    this.slots = emptySlots(this.capacity);
    for (let at = old; at < end; at += 1 << SLOT_SHIFT) {
      if (load<u32>(at) != 0) store<u64>(this.slotOf(load<u32>(at)), load<u64>(at));
    }
    heap.free(old);
  }
}

function emptySlots(capacity: u32): usize {
  const size = (<usize>capacity) << SLOT_SHIFT;
  const slots = heap.alloc(size);
  memory.fill(slots, 0, size);
  return slots;
}
