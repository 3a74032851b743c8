// `make bench-controller`: every row on a cluster of its own; see tools/bench-controller.mjs.
import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measure } from "./measure.js";
import { ROWS } from "./rows.js";

const { ROWS: wanted, SIZE, CHANGES, CLIENTS, RESULTS } = process.env;
const sizes = { changes: Number(CHANGES), clients: Number(CLIENTS) };
/** Unless it is said: one change is timed with nothing else there, all else among many. */
const sizeOf = (name: string) => Number(SIZE || (name === "latency" ? 1 : 1000));

test.each(wanted!.split(","))("%s", async (name) => {
  expect(Object.keys(ROWS)).toContain(name);
  for (const row of await measure(name as keyof typeof ROWS, { ...sizes, size: sizeOf(name) }))
    appendFileSync(RESULTS!, `${JSON.stringify({ row: name, ...row })}\n`);
});
