// Short turns, the listeners in alternating order; of each figure the middle one of all turns counts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Envoy, freePorts, upstreamListener } from "../gateway/envoy.mjs";
import { saturate } from "../gateway/load.mjs";
import { PROCESSORS } from "../gateway/processor.mjs";
import { targetsOf } from "../gateway/targets.mjs";
import { Issuer } from "../gateway/tokens.mjs";

export const CONNECTIONS = 64;

/**
 * Of each second that a turn takes. Linux stops real-time programs for 50 ms when they have used a processor for 950 ms of a second
 * (sched(7), real-time throttling), and that would be in every 99th percentile.
 */
export const SECONDS = 0.6;

/**
 * New tokens: as many as each of two workers has forgotten half of when they come round again, of some 1.1 KB in a cache of 16 MB
 * (assembly/cache/store.ts).
 */
const POOL = 40_000;

export const CASES = [
  { name: "same token again", tokens: 1, listeners: ["native", "native-cache", "ours"] },
  { name: "every request a new token, RS256", tokens: POOL, listeners: ["native", "ours"] },
];

const FIGURES = ["throughput", "p50", "p99", "p999"];

/** [{ name, throughput, p50, p99, p999 }] by listener, requests per second and µs, each { low, middle, high } of all turns. */
export async function measureCase({ tokens, listeners }, { rounds }) {
  const directory = mkdtempSync(join(tmpdir(), "claimgate-bench-"));
  const issuer = new Issuer("RS256");
  const file = join(directory, "tokens");
  issuer.pool(file, tokens);
  const [upstreamPort, ...ports] = await freePorts(listeners.length + 2);
  const targets = targetsOf({ listeners, requests: "same" }, issuer.jwks, ports, upstreamPort);
  const started = [];
  try {
    const everywhere = { processor: PROCESSORS.all, concurrency: 2 };
    started.push(await Envoy.start({ listeners: [upstreamListener(upstreamPort)], ...everywhere }));
    const clusters = [targets[0].cluster];
    started.push(await Envoy.start({ listeners: targets.map(({ listener }) => listener), clusters, ...everywhere }));
    const turns = await takeTurns(targets, { rounds, file, tokens });
    return targets.map(({ name }) => ({ name, ...summary(turns.get(name)) }));
  } finally {
    for (const envoy of started) await envoy.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function takeTurns(targets, { rounds, file, tokens }) {
  const turns = new Map(targets.map(({ name }) => [name, []]));
  const next = new Map(targets.map(({ name }) => [name, 1]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, url } of round % 2 === 0 ? targets : [...targets].reverse()) {
      const result = await saturate(url, { connections: CONNECTIONS, seconds: SECONDS, file, first: next.get(name) });
      if (result.errors > 0) throw new Error(`${name}: ${result.errors} of ${result.requests} requests failed`);
      next.set(name, ((next.get(name) + result.requests - 1) % tokens) + 1);
      // The first turn warms up.
      if (round > 0) turns.get(name).push(result);
    }
  }
  return turns;
}

function summary(results) {
  return Object.fromEntries(
    FIGURES.map((figure) => {
      const sorted = results.map((result) => Math.round(result[figure])).sort((a, b) => a - b);
      return [figure, { low: sorted[0], middle: sorted[Math.floor(sorted.length / 2)], high: sorted.at(-1) }];
    }),
  );
}
