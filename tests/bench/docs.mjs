import { readFileSync, writeFileSync } from "node:fs";

/** Puts `text` (Markdown) into docs/benchmarks.md, between the mark of the command that made it and the next end mark. */
export function writeDocs(command, text) {
  const file = new URL("../../docs/benchmarks.md", import.meta.url);
  const [begin, end] = [`<!-- ${command} -->\n`, "<!-- end -->"];
  const page = readFileSync(file, "utf8");
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/benchmarks.md: the lines ${begin.trim()} and ${end} are missing`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n${text}\n\n${page.slice(to)}`);
}
