// What node says about a document, and what of it our reader is meant to see differently.

/** The tokens of a document that JSON.parse accepts. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Strings and numbers are never empty; a name is a string before a colon. */
function tokens(text: string): string[] {
  return text.match(TOKENS) ?? [];
}

function countNames(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, child) => sum + countNames(child), own);
}

/** Our reader refuses what node takes, for these reasons and no other. */
export type Difference = "duplicate name" | "lone surrogate" | "depth";

export interface Opinion {
  accepts: boolean;
  value?: unknown;
  differences: Set<Difference>;
  /** Compact, escapes as JSON.stringify makes them, numbers and order as in the source. */
  compact: string;
}

/** `maxDepth` is our reader's. */
export function opinion(document: Uint8Array, maxDepth: number): Opinion {
  const differences = new Set<Difference>();
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(document);
    value = JSON.parse(text);
  } catch {
    return { accepts: false, differences, compact: "" };
  }
  let depth = 0;
  let names = 0;
  let compact = "";
  for (const token of tokens(text)) {
    if (token === "[" || token === "{") depth++;
    if (depth > maxDepth) differences.add("depth");
    if (token === "]" || token === "}") depth--;
    if (token === ":") names++;
    if (token.startsWith('"')) {
      const string = JSON.parse(token) as string;
      if (/\p{Surrogate}/u.test(string)) differences.add("lone surrogate");
      compact += JSON.stringify(string);
    } else compact += token;
  }
  if (names !== countNames(value)) differences.add("duplicate name");
  return { accepts: true, value, differences, compact };
}

/** A number literal as sign × digits × 10^exponent. */
function parts(literal: string): { negative: boolean; digits: bigint; exponent: number } {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(
    literal,
  ) as RegExpExecArray;
  return { negative: sign === "-", digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** The literal's absolute value without its fraction, exact; and whether that is all of it. */
export function truncated(literal: string): { negative: boolean; zero: boolean; whole: bigint; integral: boolean } {
  const { negative, digits, exponent } = parts(literal);
  const zero = digits === 0n;
  if (zero || exponent >= 0)
    return { negative, zero, whole: zero ? 0n : digits * 10n ** BigInt(exponent), integral: true };
  const unit = 10n ** BigInt(-exponent);
  return { negative, zero, whole: digits / unit, integral: digits % unit === 0n };
}

/** C's `%f`: the nearest double (node's), its exact binary value rounded to six decimals, half to even. */
export function sixDecimals(literal: string): string | null {
  const double = Number(literal);
  if (!Number.isFinite(double)) return null;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, double);
  const word = bits.getBigUint64(0);
  const biased = (word >> 52n) & 0x7ffn;
  const mantissa = (word & 0xfffffffffffffn) | (biased > 0n ? 1n << 52n : 0n);
  const exponent = (biased > 0n ? biased : 1n) - 1075n;
  const scaled = (mantissa * 1_000_000n) << (exponent > 0n ? exponent : 0n);
  const unit = 1n << (exponent < 0n ? -exponent : 0n);
  let millionths = scaled / unit;
  const twice = (scaled % unit) * 2n;
  if (twice > unit || (twice === unit && millionths % 2n === 1n)) millionths++;
  const text = millionths.toString().padStart(7, "0");
  return `${literal.startsWith("-") ? "-" : ""}${text.slice(0, -6)}.${text.slice(-6)}`;
}
