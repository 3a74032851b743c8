import { expect, test } from "vitest";
import { parseDuration, protoDuration } from "./duration.js";

// The examples of GEP-2257.
test.each([
  ["0h", 0],
  ["0s", 0],
  ["0h0m0s", 0],
  ["1h", 3_600_000],
  ["30m", 1_800_000],
  ["10s", 10_000],
  ["500ms", 500],
  ["2h30m", 9_000_000],
  ["1h30m10s20ms", 5_410_020],
])("%s is %d ms", (text, expected) => expect(parseDuration(text)).toBe(expected));

test.each(["", "1", "1.5h", "-1s", "1d", "100000s", "1h1m1s1ms1h", "1 s", "1us", "1S"])("%j is none", (text) =>
  expect(parseDuration(text)).toBeUndefined(),
);

test("in proto3 JSON", () => {
  expect(protoDuration(1500)).toBe("1.5s");
  expect(protoDuration(0)).toBe("0s");
});
