// Load by wrk, pinned to a processor of its own so that Envoy has the other for itself.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("load.lua", import.meta.url));
export const CONNECTIONS = 8;
/** What a browser or another proxy sends beside the token. */
const HEADERS = ["User-Agent: curl/8.5.0", "Accept: */*", "Accept-Encoding: gzip", "X-Request-Id: 5f0c"];

/** The processor that Envoy gets, and the one for everything else. */
export const PROCESSORS = { envoy: "1", rest: "0" };

export function expectWrk() {
  if (spawnSync("wrk", ["-v"]).error === undefined) return;
  throw new Error("wrk is not installed; it makes the load (Debian: apt-get install wrk)");
}

/** Runs a program without blocking this process; resolves to its standard output. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(out) : reject(new Error(`wrk: exit code ${code}: ${err}${out}`)),
    );
  });
}

const wrk = (...args) =>
  run("taskset", ["-c", PROCESSORS.rest, "wrk", ...HEADERS.flatMap((header) => ["-H", header]), ...args]);

/** Sends exactly `count` requests; `tokens` is { file, first } or undefined. Any status but `status` is an error. */
export function sendRequests(url, count, status, tokens) {
  const named = tokens === undefined ? [] : [tokens.file, tokens.first];
  const args = ["-t1", `-c${CONNECTIONS}`, "-d300", "-s", SCRIPT, url, "--", count, status, ...named];
  return wrk(...args.map(String));
}

/** As many requests as go through in some seconds: { throughput } per second and { p50, p99, p999 } in µs. */
export async function saturate(url, seconds, token) {
  const auth = token === undefined ? [] : ["-H", `Authorization: Bearer ${token}`];
  const script = fileURLToPath(new URL("saturate.lua", import.meta.url));
  const out = await wrk("-t1", "-c32", `-d${seconds}`, ...auth, "-s", script, url);
  return JSON.parse(out.slice(out.indexOf("{")));
}
