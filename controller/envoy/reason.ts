/** One line out of Envoy's log for why it ended, in words that say what to do where we know it. */
export function firstReason(lines: readonly string[]): string {
  const taken = lines
    .map((line) => /cannot bind '([^']+)': Address already in use/.exec(line)?.[1])
    .find((match) => match !== undefined);
  if (taken !== undefined) return `${taken} is in use by another process; choose another port`;
  const serious = lines.find((line) => /\]\[(critical|error)\]/.test(line)) ?? lines.at(-1);
  return serious === undefined ? "it wrote no reason" : serious.replace(/^(\[[^\]]*\])+ */, "");
}
