/** Requests that may wait for one key set in one worker; more are refused at once. */
const MAX_WAITING: i32 = 256;

/** Requests that wait for keys, and until when. */
export class Waiting {
  count: i32 = 0;
  private readonly ids: StaticArray<u32> = new StaticArray<u32>(MAX_WAITING);
  private readonly deadlines: StaticArray<u64> = new StaticArray<u64>(MAX_WAITING);

  /** False if there is no more room. */
  add(id: u32, deadline: u64): bool {
    if (this.count == MAX_WAITING) return false;
    unchecked((this.ids[this.count] = id));
    unchecked((this.deadlines[this.count] = deadline));
    this.count++;
    return true;
  }

  /** Forgets a request; false if it is not here. */
  remove(id: u32): bool {
    for (let i = 0; i < this.count; i++) if (unchecked(this.ids[i]) == id) return this.removeAt(i);
    return false;
  }

  id(index: i32): u32 {
    return unchecked(this.ids[index]);
  }

  deadline(index: i32): u64 {
    return unchecked(this.deadlines[index]);
  }

  private removeAt(index: i32): bool {
    this.count--;
    for (let i = index; i < this.count; i++) {
      unchecked((this.ids[i] = this.ids[i + 1]));
      unchecked((this.deadlines[i] = this.deadlines[i + 1]));
    }
    return true;
  }
}
