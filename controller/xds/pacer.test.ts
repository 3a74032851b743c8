import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Lane, Pacer } from "./pacer.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Streams whose writes end when the test says so. A response is its size; what is written is noted as "NAME SIZE". */
function start(bytes: number, ...names: string[]) {
  const pacer = new Pacer<number>((size) => Buffer.alloc(size), { bytes, patienceMs: 100 });
  const began: string[] = [];
  const writing = new Map<string, () => void>();
  const lanes = Object.fromEntries(
    names.map((name) => {
      const lane = pacer.lane((buffer, written) => {
        began.push(`${name} ${buffer.length}`);
        writing.set(name, written);
      });
      return [name, lane];
    }),
  ) as Record<string, Lane<number>>;
  const finish = (name: string) => {
    const written = writing.get(name)!;
    writing.delete(name);
    written();
  };
  return { lanes, began, writing, finish };
}

test("what is being written at a time is bounded, and everything is written", () => {
  const names = Array.from({ length: 100 }, (_, i) => `s${i}`);
  const { lanes, began, writing, finish } = start(1000, ...names);
  for (const name of names) for (const size of [300, 310]) lanes[name]!.send(size);
  let most = 0;
  while (writing.size > 0) {
    most = Math.max(most, writing.size);
    finish(writing.keys().next().value!);
  }
  // The fourth begins while there is room for a part of it.
  expect(most).toBe(4);
  expect([...began].sort()).toEqual(names.flatMap((name) => [`${name} 300`, `${name} 310`]).sort());
});

test("each stream has its own in order, one at a time, and turns are taken", () => {
  const { lanes, began, finish } = start(5, "a", "b");
  for (const size of [1, 2, 3]) lanes["a"]!.send(size);
  lanes["b"]!.send(4);
  expect(began).toEqual(["a 1", "b 4"]);
  finish("a");
  expect(began).toEqual(["a 1", "b 4", "a 2"]);
  finish("b");
  finish("a");
  expect(began).toEqual(["a 1", "b 4", "a 2", "a 3"]);
});

test("one that is larger than the bound is written all the same", () => {
  const { lanes, began } = start(5, "a", "b");
  lanes["a"]!.send(50);
  lanes["b"]!.send(1);
  expect(began).toEqual(["a 50"]);
});

test("peers that take nothing do not hold the others up, and are given nothing more", () => {
  const { lanes, began, finish } = start(5, "stuck", "well");
  lanes["stuck"]!.send(5);
  lanes["stuck"]!.send(6);
  lanes["well"]!.send(7);
  vi.advanceTimersByTime(99);
  expect(began).toEqual(["stuck 5"]);
  vi.advanceTimersByTime(1);
  expect(began).toEqual(["stuck 5", "well 7"]);
  finish("well");
  vi.advanceTimersByTime(10_000);
  expect(began).toEqual(["stuck 5", "well 7"]);
  // It was only slow: the room it has left is not counted twice.
  finish("stuck");
  expect(began).toEqual(["stuck 5", "well 7", "stuck 6"]);
  lanes["well"]!.send(8);
  expect(began).toEqual(["stuck 5", "well 7", "stuck 6"]);
});

test("a stream that ends makes room at once, and nothing more is written to it", () => {
  const { lanes, began, finish, writing } = start(5, "gone", "waiting", "b");
  lanes["gone"]!.send(5);
  lanes["gone"]!.send(6);
  lanes["waiting"]!.send(7);
  lanes["b"]!.send(8);
  lanes["waiting"]!.close();
  lanes["gone"]!.close();
  expect(began).toEqual(["gone 5", "b 8"]);
  if (writing.has("gone")) finish("gone");
  finish("b");
  expect(began).toEqual(["gone 5", "b 8"]);
});
