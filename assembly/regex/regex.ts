import { copyBytes, pointer } from "../host/literal";
import { assertionsOf } from "./byte_classes";
import { reserveClosure } from "./closure";
import { compile } from "./compiler";
import { Cursor } from "./cursor";
import { buildDfa, dfaMatches, tableWidth } from "./dfa";
import { BAD_UTF8, TOO_LARGE, TOO_LONG, clearError, refuse } from "./errors";
import { parse } from "./parser";
import { pikeMatches } from "./pike";
import { here, takeProgram } from "./program";
import { isUtf8 } from "./utf8";

export { regexError } from "./errors";

const cursor = new Cursor();
const NO_PROGRAM = new StaticArray<u8>(0);

/** Longest pattern in bytes. */
export const MAX_PATTERN: i32 = 4096;

/**
 * A regular expression that is known to be good. The first match compiles it again, to a program (pike.ts), and makes a table of that
 * (dfa.ts) unless it would be large. Not before: configurations have thousands of expressions, a worker that reads one stops for all
 * of them, and few are ever asked.
 */
export class Regex {
  private program: StaticArray<u8> = NO_PROGRAM;
  private table: StaticArray<u8> | null = null;
  private width: u32 = 0;
  private assertions: u32 = 0;
  private prepared: bool = false;

  constructor(
    private pattern: StaticArray<u8>,
    private tabular: bool,
  ) {}

  /**
   * Whether the expression matches the whole subject, as RE2::FullMatch. Takes time linear in `length`, and allocates nothing but the
   * program and the table, once. The subject may be any bytes; what is not UTF-8 matches nothing.
   */
  matches(subject: usize, length: i32): bool {
    if (!this.prepared) this.prepare();
    const table = this.table;
    if (table !== null) return dfaMatches(table, this.width, subject, length);
    return this.program.length > 0 && pikeMatches(this.program, this.assertions != 0, subject, length);
  }

  private prepare(): void {
    this.prepared = true;
    if (!check(pointer(this.pattern), this.pattern.length)) return;
    const program = takeProgram();
    this.assertions = assertionsOf(program);
    const table = this.tabular ? buildDfa(program, this.assertions) : null;
    this.table = table;
    if (table !== null) this.width = tableWidth();
    else this.program = program;
  }

  /** Bytes held outside of the object itself. */
  get size(): i32 {
    const table = this.table;
    return this.pattern.length + (table !== null ? table.length : this.program.length);
  }

  /** Whether matching goes by a table. */
  get isTable(): bool {
    if (!this.prepared) this.prepare();
    return this.table !== null;
  }
}

/**
 * A pattern in RE2 syntax, given as UTF-8. Returns null if it is refused; regexError() then says why. Refused beyond what RE2 refuses:
 * \C, patterns above MAX_PATTERN bytes, groups nested deeper than 200, programs above MAX_PROGRAM instructions.
 */
export function compileRegex(pattern: usize, length: i32): Regex | null {
  return compileTo(pattern, length, true);
}

/** The same; `tabular` false leaves the table out, so that matching simulates the program. */
export function compileTo(pattern: usize, length: i32, tabular: bool): Regex | null {
  if (!check(pattern, length)) return null;
  reserveClosure(here());
  return new Regex(copyBytes(pattern, length), tabular);
}

/** Compiles a pattern to the program that takeProgram() takes; false if it is refused. */
function check(pattern: usize, length: i32): bool {
  clearError();
  if (length > MAX_PATTERN) return refuse(TOO_LONG);
  if (!isUtf8(pattern, length)) return refuse(BAD_UTF8);
  const tree = parse(cursor.read(pattern, pattern + length));
  if (tree === null) return false;
  return compile(tree) || refuse(TOO_LARGE);
}
