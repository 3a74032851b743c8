// `make bench-load`: two workers driven to saturation through each listener in turn: requests per second, and how long they take then.
// TIME=factor makes it so many times longer. Prints a Markdown table and JSON; `--docs` writes docs/benchmarks.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { writeDocs } from "../docs.mjs";
import { expectWrk } from "../gateway/load.mjs";
import { PRIORITY } from "../gateway/processor.mjs";
import { CASES, CONNECTIONS, measureCase, SECONDS } from "./measure.mjs";
import { markdown } from "./table.mjs";

const factor = Number(process.env.TIME || 1);
if (!(factor > 0)) {
  console.error(`bench-load: TIME must be a number above 0, not ${process.env.TIME}`);
  process.exit(2);
}
const rounds = Math.max(3, Math.round(15 * factor));
expectWrk();

const cases = [];
for (const kind of CASES) {
  const listeners = await measureCase(kind, { rounds });
  cases.push({ name: kind.name, listeners });
  console.error(
    `${kind.name}: ${listeners.map(({ name, throughput }) => `${name} ${throughput.middle}/s`).join(", ")}`,
  );
}

const machine = `Envoy 1.40.0, two workers, ${cpus().length} × ${cpus()[0].model.trim()}, ${PRIORITY}; ${CONNECTIONS} connections, ${rounds} turns × ${SECONDS} s`;
const text = `${machine}:\n\n${markdown(cases)}`;
console.log(text);
const json = JSON.stringify({ machine, seconds: SECONDS, rounds, cases }, null, 2);
mkdirSync("build/bench", { recursive: true });
writeFileSync("build/bench/load.json", json);
console.log(`\n${json}`);
if (process.argv.includes("--docs")) writeDocs("make bench-load DOCS=1", text);
