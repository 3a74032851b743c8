// `make bench`: what the filter costs, against Envoy's own filters side by side. ROWS=text keeps the groups whose name has the text,
// TIME=factor makes everything so many times longer. Prints a Markdown table and JSON; `--docs` writes docs/benchmarks.md and the
// chart. Exit code 1: an interval reaches beyond its figure.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { writeDocs } from "../docs.mjs";
import { chart } from "./chart.mjs";
import { GROUPS } from "./groups.mjs";
import { expectWrk } from "./load.mjs";
import { measureGroup } from "./measure.mjs";
import { PRIORITY } from "./processor.mjs";
import { middleMean, ratioOf } from "./statistics.mjs";
import { controls, markdown } from "./table.mjs";

const factor = Number(process.env.TIME || 1);
if (!(factor > 0)) {
  console.error(`bench: TIME must be a number above 0, not ${process.env.TIME}`);
  process.exit(2);
}
const wanted = GROUPS.filter(({ name }) => name.includes(process.env.ROWS ?? ""));
if (wanted.length === 0) {
  console.error(`bench: ROWS=${process.env.ROWS} is none of ${GROUPS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
expectWrk();

const plan = { starts: 3, rounds: Math.max(2, Math.round(10 * factor)), slice: 1000 };
const progress = (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`);
const rows = [];
const groups = [];
for (const group of wanted) {
  const { overheads, base } = await measureGroup(group, { ...plan, progress });
  const control = "control" in overheads ? ratioOf(overheads.control, overheads.native) : undefined;
  groups.push({ name: group.name, bare: middleMean(base), control });
  for (const { name, of, over, bar } of group.rows) {
    const own = middleMean(overheads[of]);
    const reference = middleMean(overheads[over]);
    rows.push({ name, over, own, reference, ...ratioOf(overheads[of], overheads[over]), bar });
    console.error(`${name}: ${rows.at(-1).ratio.toFixed(2)} of ${bar}`);
  }
}

const machine = `Envoy 1.40.0, one worker, ${cpus().length} × ${cpus()[0].model.trim()}, ${PRIORITY}; ${plan.starts} starts × ${plan.rounds} rounds × ${plan.slice} requests`;
const text = `${machine}:\n\n${markdown(rows)}\n\n${controls(groups)}`;
console.log(text);
const json = JSON.stringify({ machine, plan, rows, groups }, null, 2);
mkdirSync("build/bench", { recursive: true });
writeFileSync("build/bench/gateway.json", json);
console.log(`\n${json}`);
if (process.argv.includes("--docs")) {
  writeDocs("make bench DOCS=1", `![overheads](benchmarks.svg)\n\n${text}`);
  writeFileSync(new URL("../../../docs/benchmarks.svg", import.meta.url), chart(rows));
}
process.exitCode = rows.some(({ high, bar }) => high > bar) ? 1 : 0;
