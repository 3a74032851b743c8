import { isZero, less, toLimbs } from "./limbs";

/** Bits of a limb. */
export const WIDTH: i32 = 30;
const MASK: u32 = (1 << 30) - 1;

/** Room for 18 limbs: 521 bits. */
const product: usize = memory.data(72, 8);

/** An odd modulus of at least three, and multiplication by it (for the order of a group, where few products are needed). */
export class Modulus {
  readonly limbs: StaticArray<u32>;
  /** The modulus times this is 1 modulo 2^30. */
  readonly inverse: u32;

  /** `bytes`: big-endian, `length` of them, without their leading zero bits `bits` bits long. */
  constructor(
    bytes: usize,
    length: i32,
    readonly bits: i32,
  ) {
    this.limbs = new StaticArray<u32>((bits + WIDTH - 1) / WIDTH);
    toLimbs(bytes, length, this.pointer, this.count, WIDTH);
    // Newton's iteration doubles the number of right bits; an odd number is its own inverse modulo 8.
    const low = this.limbs[0];
    let inverse = low;
    for (let i = 0; i < 4; i++) inverse *= 2 - low * inverse;
    this.inverse = inverse & MASK;
  }

  get pointer(): usize {
    return changetype<usize>(this.limbs);
  }

  get count(): i32 {
    return this.limbs.length;
  }

  /** Whether 0 < a < the modulus. */
  isUnit(a: usize): bool {
    return less(a, this.pointer, this.count) && !isZero(a, this.count);
  }

  /**
   * r = a b / 2^(30 count) modulo the modulus (Montgomery), below it. `b` must be below the modulus; `a` may be anything that fits
   * the limbs.
   */
  multiply(r: usize, a: usize, b: usize): void {
    const count = this.count;
    const n = this.pointer;
    const size = (<usize>count) << 2;
    memory.fill(product, 0, size);
    // Stays below twice the modulus, so that the top limb has room for its carry.
    for (let i: usize = 0; i < size; i += 4) {
      const ai: u64 = load<u32>(a + i);
      let t: u64 = load<u32>(product) + ai * load<u32>(b);
      const m: u64 = (0 - <u32>t * this.inverse) & MASK;
      t = (t + m * load<u32>(n)) >> WIDTH;
      for (let j: usize = 4; j < size; j += 4) {
        t += load<u32>(product + j) + ai * load<u32>(b + j) + m * load<u32>(n + j);
        store<u32>(product + j - 4, (<u32>t) & MASK);
        t >>= WIDTH;
      }
      store<u32>(product + size - 4, <u32>t);
    }
    if (less(product, n, count)) memory.copy(r, product, size);
    else this.subtract(r, product);
  }

  /** r = a - the modulus, for a not below it. */
  private subtract(r: usize, a: usize): void {
    let borrow: u32 = 0;
    for (let i: usize = 0, end = (<usize>this.count) << 2; i < end; i += 4) {
      const t = load<u32>(a + i) - load<u32>(this.pointer + i) - borrow;
      store<u32>(r + i, t & MASK);
      borrow = t >> 31;
    }
  }

  /** r = a + the modulus. The sum must fit the limbs. */
  add(r: usize, a: usize): void {
    let carry: u32 = 0;
    for (let i: usize = 0, end = (<usize>this.count) << 2; i < end; i += 4) {
      const t = load<u32>(a + i) + load<u32>(this.pointer + i) + carry;
      store<u32>(r + i, t & MASK);
      carry = t >> WIDTH;
    }
  }
}
