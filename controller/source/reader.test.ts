import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DirectoryReader, SETTLE_MS } from "./reader.js";

let dir: string;
let reader: DirectoryReader;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  dir = mkdtempSync(join(tmpdir(), "claimgate-reader-"));
  reader = new DirectoryReader(dir);
  write("a.yaml", "m1", "moved");
  expect(await look(0)).toEqual([]);
  expect(await look(SETTLE_MS)).toEqual(["m1", "moved"]);
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true });
});

function write(file: string, ...names: string[]): void {
  const documents = names.map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`);
  writeFileSync(join(dir, file), documents.join("---\n"));
}

/** What is in force after a look that many milliseconds later. */
async function look(later: number): Promise<string[]> {
  vi.advanceTimersByTime(later);
  await reader.look();
  return reader.snapshot().resources.map(({ object }) => object.metadata.name);
}

it("takes a change only when two looks have seen it the same", async () => {
  write("a.yaml", "m2", "moved");
  expect(await look(1000)).toEqual(["m1", "moved"]);
  expect(await look(SETTLE_MS - 1)).toEqual(["m1", "moved"]);
  write("a.yaml", "m33", "moved");
  expect(await look(1)).toEqual(["m1", "moved"]);
  expect(await look(SETTLE_MS)).toEqual(["m33", "moved"]);
});

it("does not show a resource absent that moves from one file to another", async () => {
  write("a.yaml", "m3");
  expect(await look(0)).toContain("moved");
  write("b.yaml", "moved");
  expect(await look(SETTLE_MS)).toEqual(["m1", "moved"]);
  expect(await look(SETTLE_MS)).toEqual(["m3", "moved"]);
});

it("takes a file as removed only when two looks have not seen it", async () => {
  unlinkSync(join(dir, "a.yaml"));
  expect(await look(1000)).toEqual(["m1", "moved"]);
  write("a.yaml", "m4", "moved");
  expect(await look(SETTLE_MS)).toEqual(["m1", "moved"]);
  expect(await look(SETTLE_MS)).toEqual(["m4", "moved"]);
  unlinkSync(join(dir, "a.yaml"));
  expect(await look(0)).toEqual(["m4", "moved"]);
  expect(await look(SETTLE_MS)).toEqual([]);
});
