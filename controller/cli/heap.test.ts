// bin/claimgate as a process: how much garbage it lets lie around.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../xds/package-root.js";

/** 64 MB that live, each part of them replaced again and again, as watches replace objects: prints the most that the heap had, by what lives. */
function churn(): void {
  process.on("exit", () => {
    const part = () =>
      Array.from({ length: 128 }, (_, i) => ({ i, text: `${Math.random()}`, list: new Array<number>(56).fill(i) }));
    const parts = Array.from({ length: 1000 }, part);
    const lives = process.memoryUsage().heapUsed;
    let most = 0;
    for (let i = 0; i < 12_000; i++) {
      parts[(i * 7) % parts.length] = part();
      if (i % 10 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
    }
    console.log(`most=${(most / lives).toFixed(2)}`);
  });
}

test("garbage is looked for before it is much more than what lives", () => {
  const preload = `data:text/javascript,${encodeURIComponent(`(${churn.toString()})()`)}`;
  const args = ["--import", preload, join(packageRoot(), "bin", "claimgate"), "--help"];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stdout).toContain("Usage: claimgate");
  const most = Number(/most=([\d.]+)/.exec(stdout)![1]);
  // Three quarters as much again, and the young generation. V8 by itself: more than 4.
  expect(most).toBeLessThan(2.5);
});
