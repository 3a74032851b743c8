import { decodePoint } from "./encoding";
import { KEY_COUNT, KEY_WIDTH } from "./key";
import { NAF_LENGTH, writeNaf } from "./naf";
import { addCached, double, POINT_SIZE, setNeutral, toExtended, toProjective } from "./point";
import { writeTable } from "./table";

const BASE_WIDTH: i32 = 7;
const BASE_COUNT: i32 = 1 << (BASE_WIDTH - 2);

/** B, the base point, encoded: y = 4/5 (RFC 8032 §5.1). */
const BASE: usize = memory.data<u8>([
  0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
  0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
]);

/** Multiples of B, of which wasm memory holds one copy, made with the first signature. */
const baseTable: usize = memory.data(10240, 16);
let baseReady = false;

/** Digits of the lower and upper half of s and of k in turn, so that the four of one place are one word. */
const digits: usize = memory.data(516, 4);
const completed: usize = memory.data(160, 16);

/** Adds digit · P to the sum in `completed`, whose extended form goes to `sum`; `table` has the odd multiples of P. */
function addDigit(sum: usize, table: usize, digit: i32): void {
  if (digit == 0) return;
  toExtended(sum, completed);
  addCached(completed, sum, table + <usize>(abs(digit) >> 1) * POINT_SIZE, digit < 0);
}

/**
 * out (projective) = s·B + k·P, for numbers of 32 little-endian bytes, `table` holding the multiples of P as a key has them. One run of
 * doublings serves four sums (Straus 1964). Its time depends on the numbers: they are public.
 */
export function combine(out: usize, s: usize, k: usize, table: usize): void {
  if (!baseReady) {
    decodePoint(out, BASE);
    writeTable(baseTable, out, BASE_COUNT);
    baseReady = true;
  }
  writeNaf(digits, 4, s, BASE_WIDTH);
  writeNaf(digits + 1, 4, s + 16, BASE_WIDTH);
  writeNaf(digits + 2, 4, k, KEY_WIDTH);
  writeNaf(digits + 3, 4, k + 16, KEY_WIDTH);
  setNeutral(out);
  let i: i32 = NAF_LENGTH - 1;
  while (i >= 0 && load<u32>(digits + ((<usize>i) << 2)) == 0) i--;
  for (; i >= 0; i--) {
    const place = digits + ((<usize>i) << 2);
    double(completed, out);
    if (load<u32>(place) != 0) {
      addDigit(out, baseTable, load<i8>(place));
      addDigit(out, baseTable + <usize>BASE_COUNT * POINT_SIZE, load<i8>(place, 1));
      addDigit(out, table, load<i8>(place, 2));
      addDigit(out, table + <usize>KEY_COUNT * POINT_SIZE, load<i8>(place, 3));
    }
    toProjective(out, completed);
  }
}
