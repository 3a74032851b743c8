import { readFileSync, writeFileSync } from "node:fs";

const microseconds = (us) => us.toFixed(us < 100 ? 1 : 0);

/** The results as a Markdown table. */
export function markdown(results) {
  const lines = results.map(({ name, own, node, ratio, bar }) => {
    const limit = bar === null ? "" : `${bar}×${ratio > bar ? " **exceeded**" : ""}`;
    return `| ${name} | ${microseconds(own)} | ${microseconds(node)} | ${ratio.toFixed(2)}× | ${limit} |`;
  });
  return ["| | own, µs | node, µs | ratio | at most |", "|---|---|---|---|---|", ...lines].join("\n");
}

/** Puts the table between the marks in docs/benchmarks.md. */
export function writeDocs(machine, table) {
  const file = new URL("../../../docs/benchmarks.md", import.meta.url);
  const [begin, end] = ["<!-- make bench-crypto DOCS=1 -->\n", "<!-- end -->"];
  const page = readFileSync(file, "utf8");
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/benchmarks.md: the lines ${begin.trim()} and ${end} are missing`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n${machine}:\n\n${table}\n\n${page.slice(to)}`);
}
