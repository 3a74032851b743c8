// Envoy asks a fresh VM whether a configuration is good. A worker's own VM, which has had many others, must not find otherwise: that
// worker would let requests pass without the filter (docs/decisions/0011-root-by-its-name.md).
import { join } from "node:path";
import { expect, it } from "vitest";
import { DEFAULT_OPTIONS } from "../../controller/controller.js";
import { FilterValidator } from "../../controller/filter/validator.js";
import { translate } from "../../controller/translate/translate.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { CASES, readCase } from "../golden/translation.js";
import { Random } from "../support/random.js";
import { FilterHost } from "./host.js";

const WASM = join(packageRoot(), "build", "claimgate.wasm");

/** What the controller makes of every golden case. */
function configurations(): object[] {
  const validator = new FilterValidator(WASM);
  return CASES.flatMap((name) =>
    [...translate(readCase(name), validator, DEFAULT_OPTIONS).snapshots.values()].flatMap(({ plugins }) => [
      ...plugins.values(),
    ]),
  );
}

it("a VM that has had any others takes whatever a fresh one takes, and refuses what it refuses", () => {
  const random = new Random(11);
  const good = configurations();
  expect(good.length).toBeGreaterThan(CASES.length / 2);
  const bad = good.map((one, i) => (i % 2 === 0 ? { ...one, unknown: 1 } : { ...one, defaultPolicy: "nobody's" }));
  for (const one of good) expect(FilterHost.load(WASM).configure(one)).toBe(true);
  const worker = FilterHost.load(WASM);
  for (let round = 0; round < 2000; round++) {
    const isGood = random.below(4) > 0;
    const one = random.pick(isGood ? good : bad);
    expect(worker.configure(one), JSON.stringify(one)).toBe(isGood);
    // Requests come in, and some of the old roots outlive many new ones.
    for (let i = random.below(3); i > 0; i--) worker.request([[":path", "/"]]);
    if (random.below(8) === 0) worker.endOlder();
  }
});
