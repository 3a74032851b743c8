// Regular expressions of routes, checked before Envoy sees them: Envoy refuses a whole route table for one bad
// expression and does not say which route it came from.
import { RE2JS, RE2JSException } from "re2js";

/**
 * Upper bound on RE2JS's program size. Envoy counts more (up to one range per Latin-1 character and class), so its
 * runtime needs ENVOY_RE2_RUNTIME; RE2's own memory bound lies well above both.
 */
const MAX_PROGRAM_SIZE = 2000;

const MAX_LENGTH = 4096;

/** Static runtime layer of an Envoy that is to take these routes: its default is 100 instructions, too few for a UUID list. */
export const ENVOY_RE2_RUNTIME = { "re2.max_program_size.error_level": 1_000_000 } as const;

/** Why Envoy could not use the expression, or undefined when it can. */
export function regexProblem(pattern: string): string | undefined {
  if (pattern === "") return "an empty regular expression";
  if (pattern.length > MAX_LENGTH) return `a regular expression of more than ${MAX_LENGTH} characters`;
  // Envoy matches bytes (RE2 in Latin-1 mode): a multi-byte character in a class would mean two others.
  if (!/^[\x20-\x7e]*$/.test(pattern)) return "a regular expression with characters outside printable ASCII";
  for (const [, hex] of pattern.matchAll(/\\x\{([0-9A-Fa-f]+)\}/g)) {
    if (Number.parseInt(hex!, 16) > 0xff) return "a regular expression with a code point above \\x{FF}";
  }
  try {
    const size = RE2JS.compile(pattern).programSize();
    return size > MAX_PROGRAM_SIZE ? "a regular expression that is too large" : undefined;
  } catch (error) {
    if (error instanceof RE2JSException || error instanceof RangeError) return error.message;
    throw error;
  }
}

/** The text in front of the expression's first operator: whatever it matches begins with that. "" when there is none. */
export function literalPrefix(pattern: string): string {
  // An alternation anywhere may reach over the prefix, and where groups may be unbalanced it costs nothing to be as careful.
  return pattern.includes("|") ? "" : textInFront(pattern);
}

/** The same for an expression that has no `regexProblem`: alternations inside groups leave the text in front of them as it is. */
export function requiredPrefix(pattern: string): string {
  return pattern.includes("|") && alternates(pattern) ? "" : textInFront(pattern);
}

function textInFront(pattern: string): string {
  const text = pattern.startsWith("^") ? pattern.slice(1) : pattern;
  const end = text.search(/[^A-Za-z0-9/_~%@,:=&-]/);
  if (end < 0) return text;
  // `ab?`, `ab*`, `ab{0}` make the character before them optional.
  return text.slice(0, "?*{".includes(text[end]!) ? Math.max(end - 1, 0) : end);
}

/** What has no `|` of its own: escapes, classes (a `]` at the beginning stands for itself), everything else. */
const UNIT = /\\.|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]|./gs;

/** Whether a `|` stands outside all groups. */
function alternates(pattern: string): boolean {
  // Inside \Q…\E everything stands for itself.
  if (pattern.includes("\\Q")) return true;
  let depth = 0;
  for (const [unit] of pattern.matchAll(UNIT)) {
    if (unit === "(") depth++;
    else if (unit === ")") depth--;
    else if (unit === "|" && depth <= 0) return true;
  }
  return false;
}

export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
