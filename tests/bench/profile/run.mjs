// `make bench-profile`: what a callback and a call of the host cost in Envoy, measured as `make bench` measures, with modules that do
// one thing each (modules.mjs) beside the filter itself with a token it knows. TIME=factor; `--docs` into docs/benchmarks.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pluginConfig } from "../../../build/controller/xds/extension.js";
import { writeDocs } from "../docs.mjs";
import { Envoy, freePorts, upstreamListener } from "../gateway/envoy.mjs";
import { bare, listenerOf, render } from "../gateway/listeners.mjs";
import { expectWrk, sendRequests } from "../gateway/load.mjs";
import { PRIORITY, PROCESSORS } from "../gateway/processor.mjs";
import { middleMean } from "../gateway/statistics.mjs";
import { Issuer } from "../gateway/tokens.mjs";
import { compile, MODULES } from "./modules.mjs";

const SLICE = 1000;
const rounds = Math.max(2, Math.round(12 * Number(process.env.TIME || 1)));
expectWrk();
const directory = mkdtempSync(join(tmpdir(), "claimgate-profile-"));
const issuer = new Issuer("RS256");
const file = join(directory, "token");
issuer.pool(file, 1);
const [upstreamPort, ...ports] = await freePorts(MODULES.length + 3);
const rendered = render({ jwks: issuer.jwks, port: 80, upstreamPort });

const WASM = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const targets = [{ name: "bare", filters: bare }, { name: "the filter, a known token" }];
for (const [i, module] of MODULES.entries()) {
  const path = join(directory, `${i}.wasm`);
  writeFileSync(path, await compile(module));
  const config = pluginConfig({ path }, { version: 1 });
  // A VM of its own.
  config.vmConfig.vmId = `profile-${i}`;
  targets.push({ name: module.name, filters: [{ name: "profile", typedConfig: { "@type": WASM, config } }] });
}
const upstream = await Envoy.start({ listeners: [upstreamListener(upstreamPort)], processor: PROCESSORS.rest });
const listeners = targets.map(({ filters }, i) =>
  listenerOf(rendered, { name: `l${i}`, port: ports[i], ...(filters && { filters }) }),
);
const envoy = await Envoy.start({ listeners, clusters: [rendered.cluster], processor: PROCESSORS.envoy });
const overheads = new Map(targets.map(({ name }) => [name, []]));
try {
  for (let round = 0; round <= rounds; round++) {
    const times = [];
    const order = [...targets.keys()];
    for (const i of round % 2 === 0 ? order : order.reverse()) {
      const before = envoy.processorTime();
      await sendRequests(`http://127.0.0.1:${ports[i]}/r0/x`, SLICE, 200, { file, first: 1 });
      times[i] = (envoy.processorTime() - before) / SLICE;
    }
    // The first round warms up.
    if (round > 0) targets.forEach(({ name }, i) => overheads.get(name).push(times[i] - times[0]));
  }
} finally {
  await envoy.stop();
  await upstream.stop();
  rmSync(directory, { recursive: true, force: true });
}

const cost = (name, over) => {
  const differences = overheads
    .get(name)
    .map((time, round) => time - (over === undefined ? 0 : overheads.get(over)[round]));
  return middleMean(differences);
};
const rows = MODULES.map(({ name, over, times, shown }) => ({
  name: shown ?? name,
  microseconds: cost(name, over) / times,
}));
rows.push({ name: "the filter, a known token, in all", microseconds: cost("the filter, a known token") });
const table = [
  "| | µs |",
  "|---|---|",
  ...rows.map(({ name, microseconds }) => `| ${name} | ${microseconds.toFixed(2)} |`),
].join("\n");
const machine = `Envoy 1.40.0, one worker, ${PRIORITY}; ${rounds} rounds × ${SLICE} requests`;
console.log(`${machine}\n\n${table}\n\n${JSON.stringify({ machine, rows })}`);
mkdirSync("build/bench", { recursive: true });
writeFileSync("build/bench/profile.json", JSON.stringify({ machine, rows }, null, 2));
if (process.argv.includes("--docs")) writeDocs("make bench-profile DOCS=1", `${machine}:\n\n${table}`);
