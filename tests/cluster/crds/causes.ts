// The API server's words for what is wrong with a custom resource (kube-openapi's validation, apimachinery's field errors),
// as "field: message".

/** Added to every refusal in which a type, a length or a required field is wrong: then no rule is evaluated. */
export const UNCHECKED = "some validation rules were not checked because the object was invalid";

const inBody = (at: string, value: unknown, words: string): string =>
  `${at}: Invalid value: ${JSON.stringify(value)}: ${at} in body ${words}`;

export const required = (at: string): string => `${at}: Required value`;
export const tooLong = (at: string, bytes: number): string => `${at}: Too long: may not be more than ${bytes} bytes`;
export const tooMany = (at: string, given: number, most: number): string =>
  `${at}: Too many: ${given}: must have at most ${most} items`;
export const empty = (at: string): string => inBody(at, "", "should be at least 1 chars long");
export const noItems = (at: string): string => inBody(at, 0, "should have at least 1 items");
export const atLeast = (at: string, value: number, least: number): string =>
  inBody(at, value, `should be greater than or equal to ${least}`);
export const atMost = (at: string, value: number, most: number): string =>
  inBody(at, value, `should be less than or equal to ${most}`);
export const mismatch = (at: string, value: string, pattern: string): string =>
  inBody(at, value, `should match '${pattern}'`);
export const wrongType = (at: string, given: string, wanted: string): string =>
  inBody(at, given, `must be of type ${wanted}: "${given}"`);
export const unsupported = (at: string, value: unknown, ...supported: string[]): string =>
  `${at}: Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => `"${one}"`).join(", ")}`;
export const duplicate = (at: string, key: object): string => `${at}: Duplicate value: ${JSON.stringify(key)}`;
/** A rule of the schema that does not hold. */
export const broken = (at: string, message: string, type: "object" | "array" | "string" = "object"): string =>
  `${at}: Invalid value: "${type}": ${message}`;
/** A rule that cannot be evaluated, for the value breaks an earlier one. */
export const unevaluated = (at: string, message: string, type: "object" | "string"): string =>
  broken(at, `type conversion error from 'string' to 'google.protobuf.Duration' evaluating rule: ${message}`, type);

/** kubebuilder's messages of ExactlyOneOf and AtMostOneOf. */
export const exactlyOne = (...fields: string[]): string =>
  `exactly one of the fields in [${fields.join(" ")}] must be set`;
export const atMostOne = (...fields: string[]): string =>
  `at most one of the fields in [${fields.join(" ")}] may be set`;

/** The field of a cause or finding, in the notation of validate(): entries of maps after a dot. */
export function fieldOf(line: string): string {
  return line.slice(0, line.indexOf(": ")).replaceAll(/\[([a-z]+)\]/g, ".$1");
}

/** What is said of the field, without the type of the value that an API server puts before the words of a rule. */
export function wordsOf(line: string): string {
  return line.slice(line.indexOf(": ") + 2).replace(/^Invalid value: "[a-z]+": /, "");
}

/**
 * Without what is said of a field if something is said of a part of it too: an API server evaluates a rule also where an earlier
 * one was broken below it, and in file mode nobody wants to read that.
 */
export function innermost(lines: readonly string[]): string[] {
  const fields = lines.map(fieldOf);
  return lines.filter(
    (_, index) => !fields.some((other) => other !== fields[index] && other.startsWith(fields[index]!)),
  );
}
