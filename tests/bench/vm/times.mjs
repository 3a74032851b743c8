// What takes time, as JSON rows on standard output; run.mjs starts it, with the priority of whatever is timed.
import { WASM } from "../gateway/listeners.mjs";
import { Issuer } from "../gateway/tokens.mjs";
import { GUIDE, MANY, configurationOf } from "./configurations.mjs";
import { Vm } from "./host.mjs";

/** Each is done so often, the middle time counts. */
const TIMES = 7;

function milliseconds(work) {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

function repeat(work) {
  return Array.from({ length: TIMES }, work).sort((a, b) => a - b)[TIMES >> 1];
}

const module = Vm.compile(WASM);
const { jwks } = new Issuer("RS256");

/** The second one of a VM: with the first one V8 also compiles what it runs. */
function later(size) {
  const text = JSON.stringify(configurationOf(jwks, size));
  return repeat(() => {
    const vm = new Vm(module);
    vm.configure(text);
    return milliseconds(() => vm.configure(text));
  });
}

// The very first start: V8 compiles each function when it is first called.
const start = milliseconds(() => new Vm(module));
const rows = [
  { name: "start of a VM with self-tests", value: start, unit: "ms", bar: 250 },
  { name: "later configuration, the guides' policy", value: later(GUIDE), unit: "ms", bar: 20 },
  { name: "later configuration, 10,000 policies, 1,000 providers", value: later(MANY), unit: "ms", bar: 100 },
];
console.log(JSON.stringify(rows));
