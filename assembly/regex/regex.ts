import { assertionsOf } from "./byte_classes";
import { reserveClosure } from "./closure";
import { compile } from "./compiler";
import { Cursor } from "./cursor";
import { buildDfa, dfaMatches, tableWidth } from "./dfa";
import { BAD_UTF8, TOO_LARGE, TOO_LONG, clearError, refuse } from "./errors";
import { parse } from "./parser";
import { pikeMatches } from "./pike";
import { INSTRUCTION } from "./program";
import { isUtf8 } from "./utf8";

export { regexError } from "./errors";

/** Longest pattern in bytes. */
export const MAX_PATTERN: i32 = 4096;

/** A compiled regular expression: either a table (dfa.ts) or, where that would be large, a program (pike.ts). */
export class Regex {
  constructor(
    private readonly program: StaticArray<u8>,
    private readonly table: StaticArray<u8> | null,
    private readonly width: u32,
    private readonly asserting: bool,
  ) {}

  /**
   * Whether the expression matches the whole subject, as RE2::FullMatch. Takes time linear in `length`, and allocates nothing. The
   * subject may be any bytes; what is not UTF-8 matches nothing.
   */
  matches(subject: usize, length: i32): bool {
    const table = this.table;
    if (table !== null) return dfaMatches(table, this.width, subject, length);
    return pikeMatches(this.program, this.asserting, subject, length);
  }

  /** Bytes held outside of the object itself. */
  get size(): i32 {
    const table = this.table;
    return table !== null ? table.length : this.program.length;
  }

  get isTable(): bool {
    return this.table !== null;
  }
}

/**
 * Compiles a pattern in RE2 syntax, given as UTF-8. Returns null if it is refused; regexError() then says why. Refused beyond what
 * RE2 refuses: \C, patterns above MAX_PATTERN bytes, groups nested deeper than 200, programs above MAX_PROGRAM instructions.
 */
export function compileRegex(pattern: usize, length: i32): Regex | null {
  return compileTo(pattern, length, true);
}

/** The same; `tabular` false leaves the table out, so that matching simulates the program. */
export function compileTo(pattern: usize, length: i32, tabular: bool): Regex | null {
  clearError();
  if (length > MAX_PATTERN) refuse(TOO_LONG);
  else if (!isUtf8(pattern, length)) refuse(BAD_UTF8);
  else {
    const tree = parse(new Cursor(pattern, pattern + length));
    if (tree !== null) {
      const program = compile(tree);
      if (program !== null) return finish(program, tabular);
      refuse(TOO_LARGE);
    }
  }
  return null;
}

const EMPTY = new StaticArray<u8>(0);

function finish(program: StaticArray<u8>, tabular: bool): Regex {
  reserveClosure(<u32>(program.length / <i32>INSTRUCTION));
  const assertions = assertionsOf(program);
  const table = tabular ? buildDfa(program, assertions) : null;
  return table !== null ? new Regex(EMPTY, table, tableWidth(), false) : new Regex(program, null, 0, assertions != 0);
}
