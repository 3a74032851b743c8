// The query of a path as parameters. They are separated by `&`; some backends also split at `;`, so what stands there is looked at
// as well, and nobody's reading is taken for granted.

import { findByte } from "../bytes/search";

/** The parameter that the last `nextParameter` found: its first byte, the end of its name, its end. */
export let parameter: usize = 0;
export let parameterNameEnd: usize = 0;
export let parameterEnd: usize = 0;
/** The separator before it: `?`, `&` or `;`. */
export let parameterSeparator: u32 = 0;

let cursor: usize = 0;
let end: usize = 0;

/** Begins with the parameters of a path; false if it has no query. */
export function beginQuery(path: usize, length: i32): bool {
  end = path + length;
  cursor = findByte(path, end, 0x3f);
  return cursor < end;
}

/** Goes to the next parameter, empty ones too; false if there is none. */
export function nextParameter(): bool {
  if (cursor >= end) return false;
  parameterSeparator = load<u8>(cursor);
  let at = cursor + 1;
  parameter = at;
  while (at < end && !isSeparator(load<u8>(at)) && load<u8>(at) != 0x3d) at++;
  parameterNameEnd = at;
  while (at < end && !isSeparator(load<u8>(at))) at++;
  parameterEnd = at;
  cursor = at;
  return true;
}

/** Whether the parameter ends at a `;`. */
export function endsAtSemicolon(): bool {
  return cursor < end && load<u8>(cursor) == 0x3b;
}

function isSeparator(c: u32): bool {
  return c == 0x26 || c == 0x3b;
}
