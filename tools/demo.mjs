// make demo: a real Envoy, httpbin and the controller in file mode, on the manifests of a guide.
//   node tools/demo.mjs GUIDE [STEP]          starts, prints what to try, runs until Ctrl-C
//   node tools/demo.mjs --step GUIDE [STEP]   brings the running demo to a step: later manifests go, earlier ones come
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const HTTPBIN_PORT = 8000;
const HEALTH = "http://127.0.0.1:8081/readyz";
const HOST = '-H "host: www.example.com:8080"';
const guides = {
  kgateway: {
    start: 4,
    try: {
      2: ["# open: 200", `curl -i localhost:8080/headers ${HOST}`],
      3: ["# no token: 401 Jwt is missing", `curl -i localhost:8080/headers ${HOST}`, "# Alice: 200", curl("TOKEN")],
      4: [
        "# no token: 401 Jwt is missing",
        `curl -i localhost:8080/headers ${HOST}`,
        "# Alice: 200, with X-Team and X-Org from her token",
        curl("TOKEN"),
      ],
    },
  },
  gloo: {
    start: 3,
    try: {
      2: ["# open: 200", `curl -i localhost:8080/headers ${HOST}`],
      3: [
        "# no token: 401 Jwt is missing",
        `curl -i localhost:8080/headers ${HOST}`,
        "# both: 200",
        curl("ALICE_TOKEN"),
        curl("BOB_TOKEN"),
      ],
      4: ["# Alice, team dev: 200", curl("ALICE_TOKEN"), "# Bob, team ops: 403 RBAC: access denied", curl("BOB_TOKEN")],
      5: ["# Alice, without the model: 403 RBAC: access denied", curl("ALICE_TOKEN"), "# Bob: 200", curl("BOB_TOKEN")],
    },
  },
};

function curl(token) {
  return `curl -i localhost:8080/headers ${HOST} -H "Authorization: Bearer $${token}"`;
}

function fail(line) {
  console.error(`demo: ${line}`);
  process.exit(1);
}

/** Makes the demo's directory hold exactly the manifests up to a step. */
function applyStep(guide, step) {
  const from = `${root}examples/${guide}`;
  const to = `${root}build/demo/${guide}`;
  mkdirSync(to, { recursive: true });
  const wanted = readdirSync(from).filter((file) => Number(file.slice(0, 2)) <= step);
  for (const file of readdirSync(to)) if (!wanted.includes(file)) rmSync(`${to}/${file}`);
  for (const file of wanted) copyFileSync(`${from}/${file}`, `${to}/${file}`);
  return to;
}

function suggest(name, step) {
  const { try: lines } = guides[name];
  const other = Object.keys(lines).filter((key) => Number(key) !== step);
  console.log(`\n${name} guide, step ${step}. Try, in another shell:\n\n  source examples/tokens.sh`);
  for (const line of lines[step]) console.log(`  ${line}`);
  console.log(`\nOther steps of the guide (${other.join(", ")}): make demo-step GUIDE=${name} STEP=N`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

async function ready(alive) {
  while (alive()) {
    const answer = await fetch(HEALTH).catch(() => undefined);
    if (answer?.status === 200) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

const words = process.argv.slice(2);
const stepOnly = words[0] === "--step" && words.shift() !== undefined;
const guide = words[0] ?? "kgateway";
if (!(guide in guides)) fail(`GUIDE must be ${Object.keys(guides).join(" or ")}, not ${guide}`);
const step = Number(words[1] || guides[guide].start);
if (!(step in guides[guide].try)) fail(`STEP must be one of ${Object.keys(guides[guide].try).join(", ")}`);

if (stepOnly) {
  applyStep(guide, step);
  let patience = 100;
  if (!(await ready(() => patience-- > 0))) fail("the demo does not get ready: is it running?");
  suggest(guide, step);
  process.exit(0);
}

const httpbin = process.env.HTTPBIN ?? `${root}.cache/bin/go-httpbin`;
if (!existsSync(httpbin)) fail(`${httpbin} is missing: run \`make demo\``);
for (const port of [8080, 8081, HTTPBIN_PORT]) {
  if (!(await isFree(port)))
    fail(`127.0.0.1:${port} is in use; the demo needs 8080 (gateway), 8081 (health) and ${HTTPBIN_PORT} (httpbin)`);
}
rmSync(`${root}build/demo/${guide}`, { recursive: true, force: true });
const directory = applyStep(guide, step);
const children = [
  spawn(httpbin, ["-host", "127.0.0.1", "-port", String(HTTPBIN_PORT)], { stdio: ["ignore", "ignore", "inherit"] }),
  spawn(process.execPath, [`${root}bin/claimgate`, "run", "--resources", directory], {
    stdio: ["ignore", "inherit", "inherit"],
  }),
];
const ends = children.map((child) => new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 0))));
let stopping = false;
const stop = () => {
  stopping = true;
  for (const child of children) child.kill("SIGTERM");
};
process.on("SIGINT", stop).on("SIGTERM", stop);
// When one of them ends, the demo is over.
const first = Promise.race(ends);
first.then(() => stop());
if (await ready(() => !stopping)) {
  suggest(guide, step);
  console.log("Ctrl-C stops all of it.");
}
const code = await first;
await Promise.all(ends);
process.exit(code);
