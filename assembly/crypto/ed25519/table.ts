import { addCached, double, POINT_SIZE, toCached, toExtended } from "./point";

const base: usize = memory.data(160, 16);
const twice: usize = memory.data(160, 16);
const multiple: usize = memory.data(160, 16);
const completed: usize = memory.data(160, 16);

/** Bytes of the table of `count` odd multiples of a point. */
// @ts-ignore: decorator
@inline
export function tableSize(count: i32): i32 {
  return 2 * count * <i32>POINT_SIZE;
}

/**
 * Writes P, 3·P, 5·P, … (`count` of them, cached), then the same of 2^128·P: of a number of 256 bits the upper half is then worked off along
 * with the lower one, with half as many doublings. P is extended.
 */
export function writeTable(out: usize, p: usize, count: i32): void {
  memory.copy(base, p, POINT_SIZE);
  const half = out + <usize>count * POINT_SIZE;
  writeOddMultiples(out, count);
  for (let i = 0; i < 128; i++) {
    double(completed, base);
    toExtended(base, completed);
  }
  writeOddMultiples(half, count);
}

/** The odd multiples of `base`. */
function writeOddMultiples(out: usize, count: i32): void {
  double(completed, base);
  toExtended(multiple, completed);
  toCached(twice, multiple);
  memory.copy(multiple, base, POINT_SIZE);
  toCached(out, multiple);
  for (let i = 1; i < count; i++) {
    addCached(completed, multiple, twice, false);
    toExtended(multiple, completed);
    out += POINT_SIZE;
    toCached(out, multiple);
  }
}
