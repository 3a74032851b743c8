// Gateway API's Duration (GEP-2257): up to four numbers of up to five digits, each with a unit.

const DURATION = /^(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}$/;
const MILLISECONDS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds, or undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g)) sum += Number(amount) * MILLISECONDS[unit!]!;
  return sum;
}

/** proto3 JSON of a google.protobuf.Duration. */
export function protoDuration(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}
