// Memory that compiling and matching use and no Regex owns: thousands of expressions share it, since only one is compiled or
// matched at a time. It grows to what the largest needs and stays.

/** A growing block outside the garbage collector's reach. */
export class Scratch {
  base: usize = 0;
  private size: usize = 0;

  /** Makes room for `size` bytes and returns the address. What was in it is kept. */
  reserve(size: usize): usize {
    if (size > this.size) {
      let wanted: usize = max<usize>(this.size, 1024);
      while (wanted < size) wanted <<= 1;
      const moved = heap.alloc(wanted);
      if (this.base != 0) {
        memory.copy(moved, this.base, this.size);
        heap.free(this.base);
      }
      memory.fill(moved + this.size, 0, wanted - this.size);
      this.base = moved;
      this.size = wanted;
    }
    return this.base;
  }

  zero(): void {
    memory.fill(this.base, 0, this.size);
  }
}
