// `make bench-controller`: measures `claimgate controller` between a real API server and real Envoys, in a network namespace as the
// cluster tests, and prints JSON and a Markdown table. ROWS=latency,cold,change,burst,fanout: some of them only. SIZE routes and as
// many policies (1000; 1 for latency), CHANGES single changes (200), CLIENTS simulated Envoys (100). PROFILE=FILE: writes a CPU profile of the changes of row
// `change` (Chrome's DevTools, or https://www.speedscope.app, show it). Exit code 1: a bound is exceeded.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const results = `${root}build/bench-controller.jsonl`;
const { ROWS: rows = "", SIZE: size = "", CHANGES: changes = "", CLIENTS: clients = "" } = process.env;
const knobs = {
  ROWS: rows || "latency,cold,change,burst,fanout",
  ...(size === "" ? {} : { SIZE: size }),
  CHANGES: changes || "200",
  CLIENTS: clients || "100",
};

mkdirSync(`${root}build`, { recursive: true });
rmSync(results, { force: true });
const vitest = ["npx", "--no-install", "vitest", "run", "--project", "bench", "tests/bench/controller"];
const { PROFILE, NODE_OPTIONS = "" } = process.env;
const profiler = PROFILE ? { NODE_OPTIONS: `${NODE_OPTIONS} --import ${root}tests/bench/controller/profiler.mjs` } : {};
const env = { ...process.env, ...knobs, ...profiler, RESULTS: results };
const before = loadavg()[0];
const { status } = spawnSync("python3", ["tools/netns.py", ...vitest], { cwd: root, env, stdio: ["ignore", 2, 2] });
if (status !== 0) process.exit(2);

const measured = readFileSync(results, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const shown = (value) => (value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(2));
const line = ({ what, measured: value, unit, bound }) =>
  `| ${what} | ${[shown(value), unit].join(" ").trim()} | ${[bound, unit].join(" ").trim()} |`;
const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0].model.trim()}, load ${before.toFixed(1)} before`;
const command = `make bench-controller ${Object.entries(knobs)
  .map(([name, value]) => `${name}=${value}`)
  .join(" ")}`;
const date = new Date().toISOString().slice(0, 10);
console.log(JSON.stringify({ date, machine, command, measured }));
console.log(
  `\n\`${command}\`, ${date}, ${machine}:\n\n| | measured | at most |\n|---|---|---|\n${measured.map(line).join("\n")}`,
);
process.exitCode = measured.some(({ measured: value, bound }) => value > bound) ? 1 : 0;
