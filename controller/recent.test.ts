import { expect, test } from "vitest";
import { Recent } from "./recent.js";

test("makes each once, keeps what is asked for, and forgets the rest", () => {
  const made: string[] = [];
  const recent = new Recent<string>(2);
  const ask = (key: string) =>
    recent.get(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  expect([ask("a"), ask("a"), ask("b"), ask("a")]).toEqual(["A", "A", "B", "A"]);
  expect(made).toEqual(["a", "b"]);
  for (const key of ["c", "a", "d", "a", "e", "a"]) ask(key);
  expect(made).toEqual(["a", "b", "c", "d", "e"]);
  ask("b");
  expect(made.at(-1)).toBe("b");
});
