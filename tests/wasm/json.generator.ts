// Random JSON documents, numbers and damage. Seeded: a failure can be repeated.

export class Random {
  constructor(private state: number) {}

  /** 0 to below `limit`; xorshift32. */
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  many(limit: number, make: () => string): string {
    return Array.from({ length: this.below(limit) }, make).join("");
  }
}

const SPACES = ["", "", "", "", " ", "\n", "\t", "\r\n", "   "];
const CHARACTERS = [
  ..."abcxyz019 /-_.:,{}[]'",
  "\x7f",
  "é",
  "€",
  "\u2028",
  "\ufffd",
  "\uffff",
  "𝄞",
  "\u{10ffff}",
  "a long run without anything special in it",
  '\\"',
  "\\\\",
  "\\/",
  "\\b",
  "\\f",
  "\\n",
  "\\r",
  "\\t",
  "\\u0000",
  "\\u001F",
  "\\u0061",
  "\\u00e9",
  "\\u20AC",
  "\\uFFFF",
  "\\ud834\\udd1e",
  "\\uDBFF\\uDFFF",
];
/** In one string of a hundred: halves of pairs. */
const HALVES = ["\\ud834", "\\udd1e", "\\ud834\\ud834", "\\udd1e\\ud834", "\\uD800x"];
const NAMES = ["a", "b", "\\u0061", "", "iss", "__proto__", "constructor", "0", "10", "é", "\\u00e9"];

function string(random: Random): string {
  const text = random.many(8, () => random.pick(CHARACTERS));
  return `"${text}${random.below(100) === 0 ? random.pick(HALVES) : ""}"`;
}

function name(random: Random, members: number): string {
  const text = random.below(4) === 0 ? random.pick(NAMES) : random.many(4, () => random.pick(CHARACTERS));
  return `"${text}${members > 3 ? `#${random.below(40)}` : ""}"`;
}

const digits = (random: Random, limit: number): string => random.many(limit, () => String(random.below(10)));

/** A number literal of any form. */
export function number(random: Random): string {
  const whole = random.below(4) === 0 ? "0" : String(1 + random.below(9)) + digits(random, random.pick([1, 3, 20, 40]));
  const fraction = random.below(2) === 0 ? "" : `.${digits(random, random.pick([2, 8, 60]))}${random.below(10)}`;
  const sign = random.pick(["", "+", "-"]);
  const exponent =
    random.below(3) !== 0 ? "" : random.pick(["e", "E"]) + sign + String(random.below(random.pick([4, 30, 340])));
  return (random.below(4) === 0 ? "-" : "") + whole + fraction + exponent;
}

/** A document, correct but for duplicate names and halves of surrogate pairs. */
export function value(random: Random, depth: number): string {
  const space = (): string => random.pick(SPACES);
  const kind = random.below(depth > 0 ? 9 : 6);
  if (kind === 0) return random.pick(["null", "true", "false"]);
  if (kind <= 2) return number(random);
  if (kind <= 5) return string(random);
  const count = random.below(random.pick([2, 5, 14]));
  const member = (): string => space() + value(random, depth - 1) + space();
  if (kind === 6) return `[${Array.from({ length: count }, member).join(",") || space()}]`;
  const named = (): string => `${space()}${name(random, count)}${space()}:${member()}`;
  return `{${Array.from({ length: count }, named).join(",") || space()}}`;
}

/** A document deeper than its brackets look: chains of containers around a value. */
export function deep(random: Random): string {
  const levels = 40 + random.below(50);
  const open = Array.from({ length: levels }, () => random.below(2) === 0);
  return (
    open.map((array) => (array ? "[" : '{"a":')).join("") +
    "1" +
    [...open]
      .reverse()
      .map((array) => (array ? "]" : "}"))
      .join("")
  );
}

const PIECES = [
  ...'{}[],:"\\0123456789-+.eE tfn\n',
  "\u0000",
  "\u00a0",
  "\ufeff",
  "//",
  "null",
  "\\u",
  "\\ud800",
  "1e",
  "é",
];

/** The document with up to four things wrong, or not wrong after all. */
export function damage(random: Random, document: Uint8Array): Uint8Array {
  let bytes = Buffer.from(document);
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(bytes.length + 1);
    const until = Math.min(bytes.length, at + 1 + random.below(3));
    const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, until), bytes.subarray(until)];
    const parts = random.pick([
      () => [head, tail],
      () => [head, middle, middle, tail],
      () => [head, Buffer.from(random.pick(PIECES)), middle, tail],
      () => [head, Buffer.from(random.pick(PIECES)), tail],
      () => [head, Buffer.from([random.below(256)]), tail],
      () => [head],
    ])();
    bytes = Buffer.concat(parts);
  }
  return bytes;
}
