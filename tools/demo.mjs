// make demo: a real Envoy, httpbin and the controller in file mode, on the manifests of a guide.
//   node tools/demo.mjs GUIDE [STEP]          starts, prints what to try, runs until Ctrl-C
//   node tools/demo.mjs --step GUIDE [STEP]   brings the running demo to a step: later manifests go, earlier ones come
// $DEMO_PORT_OFFSET is added to every port; $HTTPBIN is the go-httpbin to run.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const OFFSET = Number(process.env.DEMO_PORT_OFFSET ?? 0);
if (!Number.isInteger(OFFSET) || OFFSET < 0 || OFFSET > 57000)
  fail("DEMO_PORT_OFFSET must be a whole number up to 57000");
const PORTS = { gateway: 8080 + OFFSET, health: 8081 + OFFSET, httpbin: 8000 + OFFSET };
const HOST = "www.example.com:8080";
const PATIENCE_MS = 15_000;

const MISSING = { note: "no token: 401 Jwt is missing", status: 401 };
/** What the guides send after each step, and what comes back; `team`: whether httpbin sees X-Team. */
const guides = {
  kgateway: {
    start: 4,
    steps: {
      2: [{ note: "open: 200", status: 200 }],
      3: [MISSING, { note: "Alice: 200", token: "TOKEN", status: 200, team: false }],
      4: [
        MISSING,
        { note: "Alice: 200, with X-Team and X-Org from her token", token: "TOKEN", status: 200, team: true },
      ],
    },
  },
  gloo: {
    start: 3,
    steps: {
      2: [{ note: "open: 200", status: 200 }],
      3: [
        MISSING,
        { note: "Alice: 200", token: "ALICE_TOKEN", status: 200 },
        { note: "Bob: 200", token: "BOB_TOKEN", status: 200 },
      ],
      4: [
        { note: "Alice, team dev: 200", token: "ALICE_TOKEN", status: 200 },
        { note: "Bob, team ops: 403 RBAC: access denied", token: "BOB_TOKEN", status: 403 },
      ],
      5: [
        { note: "Alice, without the model: 403 RBAC: access denied", token: "ALICE_TOKEN", status: 403 },
        { note: "Bob: 200", token: "BOB_TOKEN", status: 200 },
      ],
    },
  },
};

function fail(line) {
  console.error(`demo: ${line}`);
  process.exit(1);
}

function directoryOf(guide) {
  return `${root}build/demo/${OFFSET === 0 ? "" : `${OFFSET}-`}${guide}`;
}

/** Makes the demo's directory hold exactly the manifests up to a step. */
function applyStep(guide, step) {
  const from = `${root}examples/${guide}`;
  const to = directoryOf(guide);
  mkdirSync(to, { recursive: true });
  const wanted = readdirSync(from).filter((file) => Number(file.slice(0, 2)) <= step);
  for (const file of readdirSync(to)) if (!wanted.includes(file)) rmSync(`${to}/${file}`);
  for (const file of wanted) {
    const text = readFileSync(`${from}/${file}`, "utf8");
    // Only this file says where httpbin really listens.
    const local = file === "02-httpbin-local.yaml" ? text.replace("port: 8000", `port: ${PORTS.httpbin}`) : text;
    if (!existsSync(`${to}/${file}`) || readFileSync(`${to}/${file}`, "utf8") !== local)
      writeFileSync(`${to}/${file}`, local);
  }
  return to;
}

function suggest(name, step) {
  const { steps } = guides[name];
  const other = Object.keys(steps).filter((key) => Number(key) !== step);
  console.log(`\n${name} guide, step ${step}. Try, in another shell:\n\n  source examples/tokens.sh`);
  for (const { note, token } of steps[step]) {
    const authorization = token === undefined ? "" : ` -H "Authorization: Bearer $${token}"`;
    console.log(`  # ${note}\n  curl -i localhost:${PORTS.gateway}/headers -H "host: ${HOST}"${authorization}`);
  }
  console.log(`\nOther steps of the guide (${other.join(", ")}): make demo-step GUIDE=${name} STEP=N`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Status and body; nothing if there is no answer. */
function ask(port, path, headers = {}) {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path, headers, agent: false, timeout: 5000 }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk)).on("error", () => resolve({}));
      response.on("end", () => resolve({ status: response.statusCode, body }));
    }).on("error", () => resolve({}));
  });
}

function tokens() {
  const lines = readFileSync(`${root}examples/tokens.sh`, "utf8").matchAll(/^export (\w+)=(\S+)$/gm);
  const values = Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
  return (name) => (values[name].startsWith("$") ? values[values[name].slice(1)] : values[name]);
}

/** The notes of a step whose requests are not yet answered as they say. */
async function unfulfilled(guide, step) {
  const valueOf = tokens();
  const missing = [];
  for (const { note, token, status, team } of guides[guide].steps[step]) {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${valueOf(token)}` };
    const answer = await ask(PORTS.gateway, "/headers", { host: HOST, ...authorization });
    const asSaid = answer.status === status && (team === undefined || answer.body.includes('"X-Team"') === team);
    if (!asSaid) missing.push(note);
  }
  return missing;
}

/** Waits until the gateway answers as the step says; resolves to what is missing if it does not in time. */
async function settled(guide, step, alive = () => true) {
  const limit = Date.now() + PATIENCE_MS;
  for (;;) {
    const health = (await ask(PORTS.health, "/readyz")).status === 200;
    const missing = health ? await unfulfilled(guide, step) : ["/readyz: 200"];
    if (missing.length === 0 || !alive() || Date.now() > limit) return missing;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const words = process.argv.slice(2);
const stepOnly = words[0] === "--step" && words.shift() !== undefined;
const guide = words[0] ?? "kgateway";
if (!(guide in guides)) fail(`GUIDE must be ${Object.keys(guides).join(" or ")}, not ${guide}`);
const step = Number(words[1] || guides[guide].start);
if (!(step in guides[guide].steps)) fail(`STEP must be one of ${Object.keys(guides[guide].steps).join(", ")}`);

if (stepOnly) {
  if (!existsSync(directoryOf(guide))) fail(`no demo of this guide is running: make demo GUIDE=${guide}`);
  applyStep(guide, step);
  const missing = await settled(guide, step);
  if (missing.length > 0)
    fail(`the gateway does not answer as it should (${missing.join("; ")}): is the demo running?`);
  suggest(guide, step);
  process.exit(0);
}

const httpbin = process.env.HTTPBIN ?? `${root}.cache/bin/go-httpbin`;
if (!existsSync(httpbin)) fail(`${httpbin} is missing: run \`make demo\``);
for (const [what, port] of Object.entries(PORTS)) {
  if (!(await isFree(port))) {
    fail(
      `127.0.0.1:${port} (${what}) is in use; end what listens there, or set DEMO_PORT_OFFSET to move every port of the demo`,
    );
  }
}
rmSync(directoryOf(guide), { recursive: true, force: true });
const directory = applyStep(guide, step);
const flags = ["--resources", directory, "--port-offset", String(OFFSET), "--health-port", String(PORTS.health)];
const children = [
  spawn(httpbin, ["-host", "127.0.0.1", "-port", String(PORTS.httpbin)], { stdio: ["ignore", "ignore", "pipe"] }),
  spawn(process.execPath, [`${root}bin/claimgate`, "run", ...flags], { stdio: ["ignore", "inherit", "inherit"] }),
];
// Its line for every request would bury ours.
createInterface({ input: children[0].stderr }).on("line", (line) => line.includes("level=INFO") || console.error(line));
const ends = children.map(
  (child) =>
    new Promise((resolve) => {
      child.once("exit", (code) => resolve(code ?? 0));
      child.once("error", (error) => {
        console.error(`demo: ${error.message}`);
        resolve(1);
      });
    }),
);
let stopping = false;
const stop = () => {
  stopping = true;
  for (const child of children) child.kill("SIGTERM");
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
// When one of them ends, the demo is over.
const first = Promise.race(ends);
first.then(stop);
const missing = await settled(guide, step, () => !stopping);
if (missing.length === 0) {
  suggest(guide, step);
  console.log("Ctrl-C stops all of it.");
} else if (!stopping) {
  console.error(`demo: the gateway does not answer as it should (${missing.join("; ")})`);
  stop();
  process.exitCode = 1;
}
const code = await first;
await Promise.all(ends);
rmSync(directory, { recursive: true, force: true });
process.exit(process.exitCode || code);
