import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Coalescer } from "./coalescer.js";

let calls: number[];
let coalescer: Coalescer;

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  coalescer = new Coalescer(() => calls.push(performance.now()));
});

afterEach(() => {
  coalescer.close();
  vi.useRealTimers();
});

/** Changes `everyMs` apart, and the quiet after them. Returns when the first and the last change came. */
function changes(count: number, everyMs: number): { first: number; last: number } {
  const first = performance.now();
  for (let i = 0; i < count; i++) {
    if (i > 0) vi.advanceTimersByTime(everyMs);
    coalescer.changed();
  }
  const last = performance.now();
  vi.advanceTimersByTime(1000);
  return { first, last };
}

test("a single change is passed on after 10 ms of quiet", () => {
  const { first } = changes(1, 0);
  expect(calls.map((time) => time - first)).toEqual([expect.closeTo(10, 0)]);
});

test("single changes, each after the one before is done, are not held up", () => {
  const { last } = changes(50, 100);
  expect(calls).toHaveLength(50);
  expect(calls.at(-1)! - last).toBeLessThan(30);
});

test.each([
  ["all at once", 0],
  ["1 ms apart", 1],
  ["5 ms apart", 5],
  ["10 ms apart", 10],
])(
  "1,000 changes %s: at most 20 calls or two a second, and the last comes soon after the last change",
  (_, everyMs) => {
    const { last } = changes(1000, everyMs);
    expect(calls.length).toBeLessThanOrEqual(Math.max(20, (everyMs * 1000 * 3) / 1000));
    expect(calls.at(-1)! - last).toBeGreaterThan(0);
    expect(calls.at(-1)! - last).toBeLessThanOrEqual(100);
  },
);

test("changes that never end get through all the same", () => {
  const { first, last } = changes(500, 20);
  expect(calls[0]! - first).toBeLessThan(100);
  const gaps = calls.slice(1).map((time, i) => time - calls[i]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(521);
  expect(calls.length).toBeLessThan(50);
  expect(calls.at(-1)!).toBeGreaterThan(last);
});

test("after close nothing is called", () => {
  coalescer.changed();
  coalescer.close();
  coalescer.changed();
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([]);
});
