// `make bench-crypto`: the filter's own cryptography against node's (OpenSSL), in one process, batches of the two in turn; the fastest
// batch of each counts, so what another program takes from the processor falls out. TIME=seconds for each row.
//
// Rows come from rows/*.mjs, in the order of names. Such a file exports
//   entry             what to compile (with the filter's options), as tests/wasm has it
//   rows(exports)     for that entry's instance: [{ name, own, node, check, bar }]
//     own, node       the same work, done once by a call
//     check           puts the input into place; whether both do it right. Asked right before the row is timed
//     bar             the ratio own / node that must not be exceeded, if there is one
// `--docs` puts the table into docs/benchmarks.md. Exit code 1: a bar is exceeded.
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { compileEntry, instantiateEntry } from "../../support/compile-entry.mjs";
import { measure } from "./measure.mjs";
import { writeDocs } from "../docs.mjs";
import { markdown } from "./table.mjs";

const seconds = Number(process.env.TIME || 2);
if (!(seconds > 0)) {
  console.error(`bench-crypto: TIME must be a number of seconds above 0, not ${process.env.TIME}`);
  process.exit(2);
}

const instances = new Map();
const results = [];
for (const file of readdirSync(new URL("rows/", import.meta.url)).sort()) {
  const { entry, rows } = await import(`./rows/${file}`);
  if (!instances.has(entry)) instances.set(entry, instantiateEntry(await compileEntry(entry)));
  for (const row of rows(instances.get(entry))) {
    if (!row.check()) throw new Error(`${file}: ${row.name}: own code and node do not agree`);
    const { own, node } = measure(row.own, row.node, seconds);
    results.push({ name: row.name, own, node, ratio: own / node, bar: row.bar ?? null });
    console.error(`${row.name}: ${(own / node).toFixed(2)}`);
  }
}

const { node, openssl, v8 } = process.versions;
const machine = `Node ${node} (V8 ${v8}, OpenSSL ${openssl}), ${cpus()[0].model.trim()}`;
const table = markdown(results);
console.log(`${machine}\n\n${table}\n`);
console.log(JSON.stringify({ machine, microseconds: results }));
if (process.argv.includes("--docs")) writeDocs("make bench-crypto DOCS=1", `${machine}:\n\n${table}`);
process.exitCode = results.some(({ ratio, bar }) => bar !== null && ratio > bar) ? 1 : 0;
