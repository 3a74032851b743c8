import { steps } from "../../../assembly/regex/closure";
import { compileTo, regexError } from "../../../assembly/regex/regex";

/** Why a pattern is refused; empty if it is not. */
export function refusal(pattern: string): string {
  const bytes = String.UTF8.encode(pattern);
  const compiled = compileTo(changetype<usize>(bytes), bytes.byteLength, true);
  return compiled === null ? regexError() : "";
}

function run(pattern: string, subject: ArrayBuffer, tabular: bool): bool {
  const bytes = String.UTF8.encode(pattern);
  const compiled = compileTo(changetype<usize>(bytes), bytes.byteLength, tabular);
  assert(compiled !== null, "refused: " + pattern + ": " + regexError());
  return compiled!.matches(changetype<usize>(subject), subject.byteLength);
}

/** Whether a pattern matches the whole of the bytes; fails the test if table and simulation differ. */
export function matchesBytes(pattern: string, subject: ArrayBuffer): bool {
  const simulated = run(pattern, subject, false);
  assert(run(pattern, subject, true) == simulated, "table and simulation differ: " + pattern);
  return simulated;
}

export function matches(pattern: string, subject: string): bool {
  return matchesBytes(pattern, String.UTF8.encode(subject));
}

/** Bytes given as hexadecimal digits. */
export function bytes(hex: string): ArrayBuffer {
  const made = new Uint8Array(hex.length / 2);
  for (let i = 0; i < made.length; i++) made[i] = <u8>U32.parseInt(hex.substr(2 * i, 2), 16);
  return made.buffer;
}

/** Visits to instructions that simulating a pattern on a subject takes. */
export function cost(pattern: string, subject: string): u64 {
  const source = String.UTF8.encode(pattern);
  const compiled = compileTo(changetype<usize>(source), source.byteLength, false);
  const text = String.UTF8.encode(subject);
  const before = steps;
  compiled!.matches(changetype<usize>(text), text.byteLength);
  return steps - before;
}
