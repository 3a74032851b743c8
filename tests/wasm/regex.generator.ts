// Random expressions with strings that fit them, from a seed.

/** mulberry32: the same numbers from the same seed, everywhere. */
export class Random {
  constructor(private state: number) {}

  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** An expression, and how to make a string that it should match if no assertion or flag forbids. */
export interface Generated {
  pattern: string;
  sample(): string;
}

// With both cases of k and s, and what folds to them; line feed, word characters and others; one to four bytes of UTF-8.
const CHARACTERS = [
  ..."aabbcAB01_ -.\n",
  "k",
  "K",
  "\u212a",
  "s",
  "\u017f",
  "é",
  "É",
  "ß",
  "ẞ",
  "σ",
  "ς",
  "漢",
  "가",
  "😀",
  "𐐀",
  "𐐨",
];
const CLASSES: [string, string][] = [
  [".", "aé漢😀 "],
  ["\\d", "01"],
  ["\\D", "aé\n"],
  ["\\w", "a_1K"],
  ["\\W", "- é\u017f"],
  ["\\s", " \n"],
  ["\\S", "aé-"],
  ["[ab]", "ab"],
  ["[^a]", "bé\n"],
  ["[a-c0-1]", "abc01"],
  ["[^\\n-é]", "漢😀"],
  ["[à-ɏ]", "éß"],
  ["[ -\\x{10400}]", "a漢😀𐐀"],
  ["[[:alpha:]_]", "aB_"],
  ["[[:^upper:]]", "aé"],
  ["[\\d[:punct:]\\pL]", "1-漢"],
  ["[^\\Wk]", "aK"],
  ["[^\\x00-\\x{10FFFF}]", ""],
  ["[k-s]", "ks"],
  ["[]a-]", "]a-"],
  ["\\pL", "aÉ漢"],
  ["\\PL", "0-"],
  ["\\p{Lu}", "AÉK"],
  ["\\p{^Lu}", "a0"],
  ["\\P{Ll}", "A0"],
  ["\\p{Greek}", "σς"],
  ["\\p{Han}", "漢"],
  ["\\p{Hangul}", "가"],
  ["\\p{Deseret}", "𐐀𐐨"],
  ["\\pN", "01"],
  ["\\p{Any}", "a😀"],
];
const ASSERTIONS = ["^", "$", "\\A", "\\z", "\\b", "\\B"];
const REPEATS: [string, number, number][] = [
  ["*", 0, 3],
  ["+", 1, 3],
  ["?", 0, 1],
  ["{2}", 2, 2],
  ["{0}", 0, 0],
  ["{1,}", 1, 3],
  ["{2,3}", 2, 3],
  ["{0,2}", 0, 2],
];
const GROUPS = ["(", "(", "(?:", "(?:", "(?i:", "(?i)(", "(?s:", "(?m:", "(?-i:", "(?i-s:", "(?ims:", "(?U:"];

/** An expression of about `size` items. */
export function expression(random: Random, size: number): Generated {
  const branches = Array.from({ length: random.below(5) === 0 ? 2 + random.below(2) : 1 }, () => branch(random, size));
  return {
    pattern: branches.map((b) => b.pattern).join("|"),
    sample: () => random.pick(branches).sample(),
  };
}

function branch(random: Random, size: number): Generated {
  const items = Array.from({ length: random.below(Math.max(1, size) + 1) }, () => repeated(random, size - 1));
  return {
    pattern: items.map((item) => item.pattern).join(""),
    sample: () => items.map((item) => item.sample()).join(""),
  };
}

function repeated(random: Random, size: number): Generated {
  const item = atom(random, size);
  if (random.below(3) !== 0) return item;
  const [operator, low, high] = random.pick(REPEATS);
  return {
    pattern: item.pattern + operator + random.pick(["", "", "?"]),
    sample: () => Array.from({ length: low + random.below(high - low + 1) }, () => item.sample()).join(""),
  };
}

function atom(random: Random, size: number): Generated {
  const kind = random.below(12);
  if (kind === 0) return { pattern: random.pick(ASSERTIONS), sample: () => "" };
  if (kind < 4) {
    const [pattern, members] = random.pick(CLASSES);
    return { pattern, sample: () => (members === "" ? "" : random.pick([...members])) };
  }
  if (kind < 7 && size > 0) {
    const open = random.pick(GROUPS);
    const inner = expression(random, size - 1);
    return { pattern: open + inner.pattern + ")", sample: inner.sample };
  }
  const c = random.pick(CHARACTERS);
  const hex = `\\x{${c.codePointAt(0)!.toString(16)}}`;
  const pattern = c === "." ? "\\." : random.below(8) === 0 ? hex : c;
  return { pattern, sample: () => c };
}

/** A string over the same characters, or a sample with one character added, removed or changed. */
export function subject(random: Random, sample: string): string {
  const characters = [...sample];
  const kind = random.below(6);
  if (kind < 3) return sample;
  if (kind === 3) return Array.from({ length: random.below(6) }, () => random.pick(CHARACTERS)).join("");
  const at = random.below(characters.length + 1);
  if (kind === 4) characters.splice(at, random.below(2), random.pick(CHARACTERS));
  else characters.splice(at, 1);
  return characters.join("");
}
