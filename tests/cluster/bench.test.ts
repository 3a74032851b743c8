// That `make bench-controller` can be run: every row, with next to nothing in it. What it measures is not looked at.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { measureOn } from "../bench/controller/measure.js";
import { ROWS } from "../bench/controller/rows.js";
import { ServedCluster } from "../support/cluster/served.js";

let served: ServedCluster;

beforeAll(async () => {
  served = await ServedCluster.start();
});
afterAll(() => served?.stop());
afterEach(() => served.stopAll());

test.each(Object.keys(ROWS) as (keyof typeof ROWS)[])("row %s", { timeout: 120_000 }, async (name) => {
  const rows = await measureOn(served, name, { size: 3, changes: 2, clients: 2 });
  expect(rows.length).toBeGreaterThan(0);
  for (const { measured } of rows) expect(measured).toBeGreaterThanOrEqual(0);
});
