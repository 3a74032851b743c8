// `make bench-vm`: the filter's VM by itself, run by V8's optimising compiler as in Envoy: how large the module is, how long a VM and a
// configuration take, and what memory is used. TIME=factor: of 5,000,000 tokens. Prints a Markdown table and JSON; `--docs` writes
// docs/benchmarks.md. Exit code 1: a figure is missed.
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { writeDocs } from "../docs.mjs";
import { WASM } from "../gateway/listeners.mjs";
import { PRIORITY, PROCESSORS, pinned } from "../gateway/processor.mjs";
import { Issuer } from "../gateway/tokens.mjs";
import { GUIDE, MANY, configurationOf } from "./configurations.mjs";
import { Vm } from "./host.mjs";
import { passTokens } from "./tokens.mjs";

const factor = Number(process.env.TIME || 1);
if (!(factor > 0)) {
  console.error(`bench-vm: TIME must be a number above 0, not ${process.env.TIME}`);
  process.exit(2);
}
const TOKENS = Math.max(50_000, Math.round(5_000_000 * factor));
const UPDATES = 200;

const rows = [];
function note(name, value, unit, bar) {
  rows.push({ name, value, unit, bar });
  console.error(`${name}: ${value.toFixed(1)} ${unit}`);
}

note("module", statSync(WASM).size / 1000, "KB", 200);
const times = fileURLToPath(new URL("times.mjs", import.meta.url));
const [command, args] = pinned(PROCESSORS.envoy, process.execPath, ["--no-liftoff", times]);
const { status, stdout } = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
if (status !== 0) throw new Error(`times.mjs: exit code ${status}`);
for (const { name, value, unit, bar } of JSON.parse(stdout)) note(name, value, unit, bar);

const issuer = new Issuer("RS256");
const text = (size) => JSON.stringify(configurationOf(issuer.jwks, size));
const [guide, many] = [text(GUIDE), text(MANY)];
const module = Vm.compile(WASM);

const small = new Vm(module);
small.configure(guide);
const { filled, after } = passTokens(small, issuer, TOKENS);
note("memory, the guides' policy, cache full", filled, "MB");
note(`grown since, after ${TOKENS.toLocaleString("en")} different tokens`, after - filled, "MB", 0);

const large = new Vm(module);
large.configure(many);
passTokens(large, issuer, 50_000);
note("memory, 10,000 policies, cache full", large.megabytes, "MB", 64);
large.configure(many);
const twice = large.megabytes;
note("the same once configured anew", twice, "MB", 64);
for (let i = 2; i < UPDATES; i++) large.configure(many);
note(`grown since, after ${UPDATES} updates`, large.megabytes - twice, "MB", 0);

const table = [
  "| | | at most |",
  "|---|---|---|",
  ...rows.map(({ name, value, unit, bar }) => {
    const verdict = bar === undefined ? "" : `${bar} ${unit}${value > bar ? " **exceeded**" : ""}`;
    return `| ${name} | ${value.toFixed(1)} ${unit} | ${verdict} |`;
  }),
].join("\n");
const { node, v8 } = process.versions;
const machine = `Node ${node} (V8 ${v8}, --no-liftoff), ${cpus()[0].model.trim()}, ${PRIORITY}`;
console.log(`${machine}:\n\n${table}`);
const json = JSON.stringify({ machine, tokens: TOKENS, updates: UPDATES, rows }, null, 2);
mkdirSync("build/bench", { recursive: true });
writeFileSync("build/bench/vm.json", json);
console.log(`\n${json}`);
if (process.argv.includes("--docs")) writeDocs("make bench-vm DOCS=1", `${machine}:\n\n${table}`);
process.exitCode = rows.some(({ value, bar }) => bar !== undefined && value > bar) ? 1 : 0;
