import { clear, find, put, release } from "../../../assembly/cache/store";

const KEY: usize = memory.data(600);
const LENGTH: i32 = 600;

/** Writes a key as long as tokens are: equal numbers, equal keys. */
function write(number: i32): void {
  memory.fill(KEY, 0x78, LENGTH);
  for (let at = KEY + LENGTH - 1; number > 0; number /= 10) store<u8>(at--, <u8>(0x30 + (number % 10)));
}

/** Keeps a value that tells its number. */
function keep(number: i32, size: i32 = 2000): bool {
  write(number);
  const value = put(KEY, LENGTH, size);
  if (value == 0) return false;
  store<i32>(value, number);
  store<i32>(value + size - 4, ~number);
  return true;
}

/** The number that the value kept under it tells; -1: nothing is kept. */
function kept(number: i32, size: i32 = 2000): i32 {
  write(number);
  const value = find(KEY, LENGTH);
  if (value == 0) return -1;
  return load<i32>(value + size - 4) == ~load<i32>(value) ? load<i32>(value) : -2;
}

describe("the store", () => {
  beforeEach(() => clear());

  it("finds what was put under the same bytes, and nothing under any others", () => {
    expect(kept(1)).toBe(-1);
    keep(1);
    expect(kept(1)).toBe(1);
    expect(kept(2)).toBe(-1);
    // The end of the key, of which the hash is made, and the length are the same.
    write(1);
    store<u8>(KEY, 0x79);
    expect(find(KEY, LENGTH)).toBe(0);
  });

  it("takes short keys", () => {
    store<i32>(put(KEY, 1, 4), 7);
    expect(load<i32>(find(KEY, 1))).toBe(7);
    expect(put(KEY, 0, 4)).not.toBe(0);
    expect(find(KEY, 0)).not.toBe(0);
    expect(load<i32>(find(KEY, 1))).toBe(7);
  });

  it("replaces a value", () => {
    keep(1);
    keep(1, 100);
    expect(kept(1, 100)).toBe(1);
  });

  it("keeps what is asked for, and forgets the rest, in memory that does not grow", () => {
    for (let i = 0; i < 3000; i++) keep(i);
    const pages = memory.size();
    for (let i = 3000; i < 30000; i++) {
      release();
      keep(i);
      if (i % 500 == 0) expect(kept(1)).toBe(1, i.toString());
    }
    expect(kept(29999)).toBe(29999);
    expect(kept(2)).toBe(-1);
    expect(memory.size()).toBe(pages);
  });

  it("forgets many small values in time, too", () => {
    let lost = 0;
    for (let i = 0; i < 100000; i++) {
      write(i);
      const value = put(KEY + 588, 12, 4);
      store<i32>(value, i);
      if (load<i32>(find(KEY + 588, 12)) != i) lost++;
    }
    expect(lost).toBe(0);
  });

  it("refuses values out of all proportion", () => {
    expect(keep(1, 1 << 20)).toBe(false);
  });

  it("does not overwrite what was found and is still read", () => {
    // Both halves are full to the last entry of 16 + 600 + 2000 bytes: what is found in the old one cannot be renewed.
    const capacity = (4 << 20) / 2616;
    for (let i = 1; i <= 2 * capacity; i++) keep(i);
    write(1);
    const value = find(KEY, LENGTH);
    expect(load<i32>(value)).toBe(1);
    expect(keep(100000)).toBe(false);
    expect(load<i32>(value)).toBe(1);
    release();
    expect(keep(100000)).toBe(true);
    expect(kept(1)).toBe(-1);
  });
});
