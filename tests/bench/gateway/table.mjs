const percent = (ratio) => ratio.toFixed(2);
const micros = (values) => values.toFixed(1);

/** The rows as a Markdown table; overheads in µs of Envoy's processor time a request. */
export function markdown(results) {
  const lines = results.map(({ name, over, own, reference, ratio, low, high, bar }) => {
    const verdict = high <= bar ? "" : low > bar ? " **exceeded**" : " **not shown**";
    const cells = [
      name,
      micros(own),
      `${over} ${micros(reference)}`,
      percent(ratio),
      `${percent(low)}–${percent(high)}`,
    ];
    return `| ${cells.join(" | ")} | ${bar}${verdict} |`;
  });
  const head = ["| | ours, µs | compared with, µs | ratio | 95% | at most |", "|---|---|---|---|---|---|"];
  return [...head, ...lines].join("\n");
}

/** What native against native came to, and what bare itself costs, by group. */
export function controls(groups) {
  const lines = groups.map(({ name, bare, control }) => {
    const shown =
      control === undefined ? "" : `${percent(control.ratio)} (${percent(control.low)}–${percent(control.high)})`;
    return `| ${name} | ${micros(bare)} | ${shown} |`;
  });
  return ["| group | bare, µs | control: native ÷ native |", "|---|---|---|", ...lines].join("\n");
}
