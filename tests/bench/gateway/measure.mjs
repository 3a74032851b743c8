// Measures one group: its listeners in one Envoy with one worker, slices of requests in turn, in alternating order; the Envoy is
// started anew a few times, since a process can be lucky in where its memory lies.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Envoy, freePorts, upstreamListener } from "./envoy.mjs";
import { baseOf } from "./groups.mjs";
import { bare, listenerOf, native, nativeWithCache, refusing, render } from "./listeners.mjs";
import { PROCESSORS, sendRequests } from "./load.mjs";
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

function targetsOf(group, jwks, ports, upstreamPort) {
  const one = render({ jwks, port: 80, upstreamPort });
  const many = group.routes === undefined ? undefined : render({ jwks, port: 80, upstreamPort, routes: group.routes });
  const kinds = {
    // Who refuses goes to no upstream: what that costs over a route that refuses by itself.
    bare: [group.requests === "none" ? refusing(one) : one, { filters: bare }],
    native: [one, { filters: native(jwks) }],
    control: [one, { filters: native(jwks) }],
    "native-cache": [one, { filters: nativeWithCache(jwks) }],
    ours: [one, {}],
    "ours-own-crypto": [one, { nativeCrypto: "never" }],
    "bare-routes": [many, { filters: bare }],
    "ours-routes": [many, {}],
  };
  return ["bare", ...group.listeners].map((name, i) => {
    const [rendered, more] = kinds[name];
    const route = name.endsWith("-routes") ? `/r${group.routes / 2}` : "/r0";
    // The last part of the path is for whoever reads a log; the route is chosen by the first.
    const url = `http://127.0.0.1:${ports[i]}${route}/${name}`;
    return { name, url, listener: listenerOf(rendered, { name, port: ports[i], ...more }), cluster: rendered.cluster };
  });
}
