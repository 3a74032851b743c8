// Runs every suite and closes with `N passed, N failed`. A suite that cannot run at all counts as one failure.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const results = `${root}build/test`;
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const npx = (...args) => ["npx", ["--no-install", ...args]];

/** Runs a command, shows its output, and returns it. */
function run([command, args], capture) {
  console.log(`\n== ${command} ${args.join(" ")}`);
  const options = {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"],
  };
  const { status, stdout } = spawnSync(command, args, options);
  if (capture) process.stdout.write(stdout ?? "");
  return { ok: status === 0, output: stdout ?? "" };
}

/** A check is one test: it holds or it does not. */
const check = (command) => () => (run(command).ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

function asPect() {
  const { ok, output } = run(npx("asp", "--summary", "--no-logo"), true);
  const counts = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(output.replaceAll(/\x1b\[[0-9;]*m/g, ""));
  if (counts === null) return { passed: 0, failed: 1 };
  const passed = Number(counts[1]);
  return { passed, failed: Math.max(Number(counts[2]) - passed, ok && passed > 0 ? 0 : 1) };
}

/** `wrapper` is a command that runs the rest of its command line. */
function vitest(project, wrapper = []) {
  const file = `${results}/${project}.json`;
  const [program, args] = npx(
    "vitest",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  );
  const [first, ...rest] = [...wrapper, program, ...args];
  const { ok } = run([first, rest]);
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(file, "utf8"));
    const failed = Math.max(numFailedTests, numFailedTestSuites, ok ? 0 : 1);
    return { passed: numPassedTests, failed: numPassedTests === 0 ? Math.max(failed, 1) : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** In a network namespace, where nothing can be fetched: Gateway API's CRDs must be there before. */
function cluster() {
  if (!run(["sh", ["-c", "bin/claimgate crds --gateway-api >build/test/crds.yaml"]]).ok)
    return { passed: 0, failed: 1 };
  return vitest("cluster", process.env.KUBECONFIG_TEST ? [] : ["python3", "tools/netns.py"]);
}

const suites = [
  ["generated files: reasons", check(["node", ["tools/generate-reasons.mjs", "--check"]])],
  ["generated files: elliptic curves", check(["node", ["tools/generate-ec.mjs", "--check"]])],
  ["format", check(npx("prettier", "--check", "--log-level", "warn", "."))],
  ["lint", check(npx("eslint", "."))],
  ["types", check(npx("tsc", "-p", "tsconfig.json"))],
  ["filter units (as-pect)", asPect],
  ["controller and compiled filter (vitest)", () => vitest("controller")],
  ["real Envoy (vitest)", () => vitest("envoy")],
  ["real API server (vitest)", cluster],
];
let passed = 0;
let failed = 0;
const table = [];
for (const [name, suite] of suites) {
  const started = Date.now();
  const result = suite();
  passed += result.passed;
  failed += result.failed;
  table.push(
    `${String(result.passed).padStart(6)} passed ${String(result.failed).padStart(4)} failed  ${name} (${Math.round((Date.now() - started) / 1000)} s)`,
  );
}
console.log(`\n${table.join("\n")}\n\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
