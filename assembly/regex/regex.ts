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

const EMPTY = new StaticArray<u8>(0);

/** Longest pattern in bytes. */
export const MAX_PATTERN: i32 = 4096;

/**
 * A compiled regular expression: a program (pike.ts), from which the first match makes a table (dfa.ts) unless that would be large.
 * Not before: configurations have thousands of expressions, a worker that reads one stops for all of them, and few are ever asked.
 */
export class Regex {
  private table: StaticArray<u8> | null = null;
  private width: u32 = 0;
  private readonly assertions: u32;

  constructor(
    private program: StaticArray<u8>,
    private undecided: bool,
  ) {
    this.assertions = assertionsOf(program);
  }

  /**
   * Whether the expression matches the whole subject, as RE2::FullMatch. Takes time linear in `length`, and allocates nothing but the
   * table, once. The subject may be any bytes; what is not UTF-8 matches nothing.
   */
  matches(subject: usize, length: i32): bool {
    if (this.undecided) this.decide();
    const table = this.table;
    if (table !== null) return dfaMatches(table, this.width, subject, length);
    return pikeMatches(this.program, this.assertions != 0, subject, length);
  }

  /** Makes the table, if there is to be one; the program is of no more use then. */
  private decide(): void {
    this.undecided = false;
    const table = buildDfa(this.program, this.assertions);
    if (table === null) return;
    this.table = table;
    this.width = tableWidth();
    this.program = EMPTY;
  }

  /** Bytes held outside of the object itself. */
  get size(): i32 {
    const table = this.table;
    return table !== null ? table.length : this.program.length;
  }

  /** Whether matching goes by a table. */
  get isTable(): bool {
    if (this.undecided) this.decide();
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

function finish(program: StaticArray<u8>, tabular: bool): Regex {
  reserveClosure(<u32>(program.length / <i32>INSTRUCTION));
  return new Regex(program, tabular);
}
