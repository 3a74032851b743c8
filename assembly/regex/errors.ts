// RE2's words for each refusal (re2/regexp.cc, kErrorStrings), so that a message here reads like Envoy's own.
export const BAD_ESCAPE = "invalid escape sequence";
export const BAD_CHARACTER_RANGE = "invalid character class range";
export const MISSING_BRACKET = "missing ]";
export const MISSING_PAREN = "missing )";
export const UNEXPECTED_PAREN = "unexpected )";
export const TRAILING_BACKSLASH = "trailing \\";
export const REPEAT_ARGUMENT = "no argument for repetition operator";
export const REPEAT_SIZE = "invalid repetition size";
export const REPEAT_OPERATOR = "bad repetition operator";
export const BAD_PERL_OPERATOR = "invalid perl operator";
export const BAD_UTF8 = "invalid UTF-8";
export const BAD_NAMED_CAPTURE = "invalid named capture group";
export const TOO_LARGE = "pattern too large - compile failed";
// RE2 has no words for these two.
export const TOO_LONG = "pattern too large - more than 4096 bytes";
export const TOO_DEEP = "expression nests too deeply";

let message = "";

/** Why the last compileRegex returned null; empty if it did not. */
export function regexError(): string {
  return message;
}

export function clearError(): void {
  message = "";
}

/** Records a refusal with the part [from, to) of the pattern that caused it. Always false, so that callers can return it. */
export function refuse(code: string, from: usize = 0, to: usize = 0): bool {
  message = to > from ? code + ": " + String.UTF8.decodeUnsafe(from, to - from) : code;
  return false;
}
