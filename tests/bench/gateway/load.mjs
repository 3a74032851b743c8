// Load by wrk, pinned to a processor of its own so that Envoy has the other for itself.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PROCESSORS, pinned } from "./processor.mjs";

const SCRIPT = fileURLToPath(new URL("load.lua", import.meta.url));
export const CONNECTIONS = 8;
/** What a browser or another proxy sends beside the token. */
const HEADERS = ["User-Agent: curl/8.5.0", "Accept: */*", "Accept-Encoding: gzip", "X-Request-Id: 5f0c"];

export function expectWrk() {
  if (spawnSync("wrk", ["-v"]).error === undefined) return;
  throw new Error("wrk is not installed; it makes the load (Debian: apt-get install wrk)");
}

/** Runs a program without blocking this process; resolves to its standard output. */
function run([command, args]) {
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

const wrk = (processors, ...args) =>
  run(pinned(processors, "wrk", [...HEADERS.flatMap((header) => ["-H", header]), ...args]));

/** Sends exactly `count` requests; `tokens` is { file, first } or undefined. Any status but `status` is an error. */
export function sendRequests(url, count, status, tokens) {
  const named = tokens === undefined ? [] : [tokens.file, tokens.first];
  const args = ["-t1", `-c${CONNECTIONS}`, "-d300", "-s", SCRIPT, url, "--", count, status, ...named];
  return wrk(PROCESSORS.rest, ...args.map(String));
}

/**
 * As many requests as go through in some seconds: { throughput } per second, { p50, p99, p999 } in µs, { requests }, { errors }: other
 * statuses than 2xx and 3xx among them. Each line of the file of tokens is used in turn, from line `first` on.
 */
export async function saturate(url, { connections, seconds, file, first }) {
  const script = fileURLToPath(new URL("saturate.lua", import.meta.url));
  const args = ["-t1", `-c${connections}`, `-d${Math.ceil(seconds)}`, "-s", script, url, "--", seconds, file, first];
  const out = await wrk(PROCESSORS.all, ...args.map(String));
  return JSON.parse(out.slice(out.lastIndexOf("{")));
}
