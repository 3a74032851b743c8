// All request headers, one after the other; names that occur twice come twice. One call of the host.
import { getHeaderPairs, Lookup, valueLength, valuePointer } from "./headers";

/** A walk over the blob of proxy_get_header_map_pairs; what it points at is valid until the callback ends. */
export class HeaderPairs {
  name: usize = 0;
  nameLength: i32 = 0;
  value: usize = 0;
  valueLength: i32 = 0;
  /** false: the host failed, or its answer ends inside a header. */
  sound: bool = false;
  private sizes: usize = 0;
  private at: usize = 0;
  private last: usize = 0;
  private left: u32 = 0;

  /** Asks the host; false if it did not give all headers. */
  read(): bool {
    this.sound = false;
    this.left = 0;
    if (getHeaderPairs() != Lookup.Found || valueLength < 4) return false;
    const count = load<u32>(valuePointer);
    if (<u64>count * 8 + 4 > <u64>valueLength) return false;
    this.sizes = valuePointer + 4;
    this.at = this.sizes + <usize>count * 8;
    this.last = valuePointer + valueLength;
    this.left = count;
    this.sound = true;
    return true;
  }

  /** Goes to the next header; false behind the last one, or if there is something wrong (`sound`). */
  next(): bool {
    if (this.left == 0) return false;
    const nameLength = load<u32>(this.sizes);
    const valueLength = load<u32>(this.sizes, 4);
    // A NUL ends name and value.
    if (<u64>this.at + <u64>nameLength + <u64>valueLength + 2 > <u64>this.last) {
      this.left = 0;
      this.sound = false;
      return false;
    }
    this.name = this.at;
    this.nameLength = nameLength;
    this.value = this.at + nameLength + 1;
    this.valueLength = valueLength;
    this.at = this.value + valueLength + 1;
    this.sizes += 8;
    this.left--;
    return true;
  }
}
