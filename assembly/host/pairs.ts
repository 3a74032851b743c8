// All request headers, one after the other; names that occur twice come twice.
import { loadHeaders, pairsPointer } from "./headers";

/** A walk over the request's headers; what it points at is valid until the callback ends. */
export class HeaderPairs {
  name: usize = 0;
  nameLength: i32 = 0;
  value: usize = 0;
  valueLength: i32 = 0;
  private sizes: usize = 0;
  private at: usize = 0;
  private left: u32 = 0;

  /** Begins; false if the host does not give the headers. */
  read(): bool {
    this.left = 0;
    if (!loadHeaders()) return false;
    const count = load<u32>(pairsPointer);
    this.sizes = pairsPointer + 4;
    this.at = this.sizes + <usize>count * 8;
    this.left = count;
    return true;
  }

  /** Goes to the next header; false behind the last one. */
  next(): bool {
    if (this.left == 0) return false;
    const nameLength = load<u32>(this.sizes);
    const valueLength = load<u32>(this.sizes, 4);
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
