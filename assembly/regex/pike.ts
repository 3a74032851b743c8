import { assertionsBetween, follow, listA, listB, newSet, reached, stepOver } from "./closure";
import { INSTRUCTION } from "./program";

/**
 * Whether a program accepts the whole of the subject, by following all its alternatives at once (Pike, Thompson): each byte costs
 * at most one visit to each instruction. `asserting` tells whether the program has assertions.
 */
export function pikeMatches(program: StaticArray<u8>, asserting: bool, subject: usize, length: i32): bool {
  const code = changetype<usize>(program);
  const match = <u32>(program.length / <i32>INSTRUCTION - 1);
  let current = listA;
  let next = listB;
  let before = -1;
  let byte = length > 0 ? <i32>load<u8>(subject) : -1;
  newSet();
  let count = follow(code, 0, assertionsBetween(-1, byte), current, 0);
  for (let i = 0; i < length && count > 0; i++) {
    before = byte;
    byte = i + 1 < length ? <i32>load<u8>(subject + i + 1) : -1;
    const holding = asserting ? assertionsBetween(before, byte) : 0;
    newSet();
    let reachedCount: u32 = 0;
    for (let k: u32 = 0; k < count; k++) {
      const target = stepOver(code, load<u16>(current + ((<usize>k) << 1)), before);
      if (target >= 0) reachedCount = follow(code, target, holding, next, reachedCount);
    }
    const swapped = current;
    current = next;
    next = swapped;
    count = reachedCount;
  }
  return count > 0 && reached(match);
}
