// Measures one group: its listeners in one Envoy with one worker, slices of requests in turn, in alternating order; the Envoy is
// started anew a few times, since a process can be lucky in where its memory lies.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Envoy, freePorts, upstreamListener } from "./envoy.mjs";
import { baseOf } from "./groups.mjs";
import { sendRequests } from "./load.mjs";
import { PROCESSORS } from "./processor.mjs";
import { targetsOf } from "./targets.mjs";
import { Issuer } from "./tokens.mjs";

/** { overheads, base }: µs of processor time a request by listener, one entry a round; overheads over the bare listener. */
export async function measureGroup(group, { starts, rounds, slice, progress }) {
  const directory = mkdtempSync(join(tmpdir(), "claimgate-bench-"));
  const issuer = new Issuer(group.alg);
  const file = join(directory, "tokens");
  const fresh = group.requests === "new";
  if (group.requests !== "none") issuer.pool(file, fresh ? slice * (rounds + 1) : 1, group.claims);
  const [upstreamPort, ...ports] = await freePorts(group.listeners.length + 2);
  const upstream = await Envoy.start({ listeners: [upstreamListener(upstreamPort)], processor: PROCESSORS.rest });
  const targets = targetsOf(group, issuer.jwks, ports, upstreamPort);
  const times = Object.fromEntries(targets.map(({ name }) => [name, []]));
  try {
    for (let start = 0; start < starts; start++) {
      const listeners = targets.map(({ listener }) => listener);
      const clusters = [targets[0].cluster];
      const envoy = await Envoy.start({ listeners, clusters, processor: PROCESSORS.envoy });
      const send = async ({ url }, number) => {
        const before = envoy.processorTime();
        const tokens = group.requests === "none" ? undefined : { file, first: 1 + (fresh ? number * slice : 0) };
        await sendRequests(url, slice, group.requests === "none" ? 401 : 200, tokens);
        return (envoy.processorTime() - before) / slice;
      };
      try {
        for (const target of targets) await send(target, 0);
        for (let round = 1; round <= rounds; round++) {
          const order = round % 2 === 0 ? targets : [...targets].reverse();
          for (const target of order) times[target.name].push(await send(target, round));
          progress(`${group.name}: round ${start * rounds + round} of ${starts * rounds}`);
        }
      } finally {
        await envoy.stop();
      }
    }
  } finally {
    await upstream.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const overheads = Object.fromEntries(
    group.listeners.map((name) => [name, times[name].map((time, i) => time - times[baseOf(name)][i])]),
  );
  return { overheads, base: times.bare };
}
