import { describe, expect, test } from "vitest";
import { Kept, Memory, nextTurn, Pairs } from "./kept.js";

describe("Kept", () => {
  const counting = () => {
    const kept = new Kept<object, number>();
    let made = 0;
    return (key: object, inputs: readonly unknown[], keep = true) =>
      kept.get(
        key,
        inputs,
        () => ++made,
        () => keep,
      );
  };
  const [one, other, part] = [{}, {}, {}];

  test.each<[name: string, first: readonly unknown[], second: readonly unknown[], made: number]>([
    ["nothing", [], [], 1],
    ["the same", [part, "a", 1, undefined], [part, "a", 1, undefined], 1],
    ["another text", ["a"], ["b"], 2],
    ["another object of the same content", [{}], [{}], 2],
    ["one more", ["a"], ["a", undefined], 2],
    ["one less", ["a", "b"], ["a"], 2],
    ["another order", ["a", "b"], ["b", "a"], 2],
    ["a number and its text", [1], ["1"], 2],
  ])("%s", (_name, first, second, made) => {
    const get = counting();
    expect(get(one, first)).toBe(1);
    expect(get(one, second)).toBe(made);
  });

  test("each object has its own, and only the last is known", () => {
    const get = counting();
    expect([get(one, ["a"]), get(other, ["a"]), get(one, ["a"])]).toEqual([1, 2, 1]);
    expect([get(one, ["b"]), get(one, ["a"])]).toEqual([3, 4]);
  });

  test("what may not be used again is not, nor what was there before it", () => {
    const get = counting();
    expect([get(one, ["a"]), get(one, ["b"], false), get(one, ["b"], false), get(one, ["a"])]).toEqual([1, 2, 3, 4]);
  });
});

test("Pairs: one object for an object in a place", () => {
  const pairs = new Pairs<object>();
  const [one, other] = [{}, {}];
  const all = [pairs.of(one, "a"), pairs.of(one, "b"), pairs.of(other, "a"), pairs.of(other, "b")];
  expect(new Set(all).size).toBe(4);
  expect(
    [pairs.of(one, "a"), pairs.of(one, "b"), pairs.of(other, "a"), pairs.of(other, "b")].map(
      (pair, i) => pair === all[i],
    ),
  ).toEqual([...[true, true, true, true]]);
});

test("Pairs: a place that nobody asks for any more is forgotten when there is a new one, others are not", () => {
  const pairs = new Pairs<object>();
  const one = {};
  const [left, used] = [pairs.of(one, "left"), pairs.of(one, "used")];
  nextTurn();
  pairs.of(one, "another");
  expect(pairs.of(one, "left")).toBe(left);
  for (let i = 0; i < 100; i++) {
    nextTurn();
    expect(pairs.of(one, "used")).toBe(used);
  }
  pairs.of(one, "new");
  expect(pairs.of(one, "used")).toBe(used);
  expect(pairs.of(one, "left")).not.toBe(left);
});

test("Memory: the list of before, if it has the same items", () => {
  const memory = new Memory();
  const item = {};
  const list = memory.list("a", [item, 1]);
  expect(memory.list("a", [item, 1])).toBe(list);
  expect(memory.list("b", [item, 1])).not.toBe(list);
  expect(memory.list("a", [{}, 1])).not.toBe(list);
  // The last one, not any.
  expect(memory.list("a", [item, 1])).not.toBe(list);
});
