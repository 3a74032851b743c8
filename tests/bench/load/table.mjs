const milliseconds = ({ middle }) => (middle / 1000).toFixed(2);

/** A row for each listener of each case; its throughput also as a part of the bare listener's in the same case. */
export function markdown(cases) {
  const rows = cases.flatMap(({ name, listeners }) =>
    listeners.map(({ name: listener, throughput, p50, p99, p999 }) => {
      const range = `${throughput.middle} (${throughput.low}–${throughput.high})`;
      const part = (throughput.middle / listeners[0].throughput.middle).toFixed(2);
      return `| ${name} | ${listener} | ${range} | ${part} | ${[p50, p99, p999].map(milliseconds).join(" | ")} |`;
    }),
  );
  const head = [
    "| | listener | requests/s | of bare | p50, ms | p99, ms | p99.9, ms |",
    "|---|---|---|---|---|---|---|",
  ];
  return [...head, ...rows].join("\n");
}
