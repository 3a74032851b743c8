import { FOLDS, FOLDS_SIZE } from "./unicode";
import { position, seek, varint } from "./varint";

// The entry that decodeFold read last: each of `foldCount` characters from `foldFirst` on, `foldStride` apart, is followed in its
// orbit by the one `foldDelta` away (as a wrapping u32).
export let foldFirst: u32 = 0;
export let foldCount: u32 = 0;
export let foldStride: u32 = 0;
export let foldDelta: u32 = 0;

/** Goes back to the first entry of the folding table; entries come ordered by their first character. */
export function startFolds(): void {
  seek(FOLDS);
  foldFirst = 0;
}

/** Reads the next entry; false at the end of the table. */
export function decodeFold(): bool {
  if (position >= FOLDS + FOLDS_SIZE) return false;
  foldFirst += varint();
  const shape = varint();
  foldCount = shape >> 1;
  foldStride = (shape & 1) + 1;
  const zigzag = varint();
  foldDelta = (zigzag >> 1) ^ (0 - (zigzag & 1));
  return true;
}

/** The character after `c` in its orbit of case variants, which is circular; `c` itself if it has none. */
export function nextFold(c: u32): u32 {
  startFolds();
  while (decodeFold() && foldFirst <= c) {
    const distance = c - foldFirst;
    if (distance % foldStride == 0 && distance / foldStride < foldCount) return c + foldDelta;
  }
  return c;
}
