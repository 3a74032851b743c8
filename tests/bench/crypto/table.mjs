const microseconds = (us) => us.toFixed(us < 100 ? 1 : 0);

/** The results as a Markdown table. */
export function markdown(results) {
  const lines = results.map(({ name, own, node, ratio, bar }) => {
    const limit = bar === null ? "" : `${bar}×${ratio > bar ? " **exceeded**" : ""}`;
    return `| ${name} | ${microseconds(own)} | ${microseconds(node)} | ${ratio.toFixed(2)}× | ${limit} |`;
  });
  return ["| | own, µs | node, µs | ratio | at most |", "|---|---|---|---|---|", ...lines].join("\n");
}
