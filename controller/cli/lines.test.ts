import { expect, test } from "vitest";
import { linesOf, TOO_LONG } from "./lines.js";

/** The lines of a text that arrives in pieces of so many bytes. */
async function lines(text: string, size: number, most = 8): Promise<(string | typeof TOO_LONG)[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size), "latin1");
  }
  const found: (string | typeof TOO_LONG)[] = [];
  for await (const line of linesOf(pieces(), most)) found.push(line === TOO_LONG ? line : line.toString("latin1"));
  return found;
}

test.each([1, 2, 3, 5, 100])("lines, in pieces of %i bytes", async (size) => {
  expect(await lines("", size)).toEqual([]);
  expect(await lines("a", size)).toEqual(["a"]);
  expect(await lines("a\n", size)).toEqual(["a"]);
  expect(await lines("a\nbc", size)).toEqual(["a", "bc"]);
  expect(await lines("a\r\n\r\n\nb\r", size)).toEqual(["a", "", "", "b"]);
  expect(await lines("a\rb\n\n", size)).toEqual(["a\rb", ""]);
  expect(await lines("12345678\n12345678\r\n12345678", size)).toEqual(["12345678", "12345678", "12345678"]);
  expect(await lines("123456789\na\n123456789\r\n1234567890123456789", size)).toEqual([
    TOO_LONG,
    "a",
    TOO_LONG,
    TOO_LONG,
  ]);
  expect(await lines("\xff\x00\n", size)).toEqual(["\xff\x00"]);
});
