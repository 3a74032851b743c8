import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "controller",
          testTimeout: 60_000,
          include: ["controller/**/*.test.ts", "tests/{wasm,golden,docs,deploy}/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "envoy",
          include: ["tests/envoy/**/*.test.ts"],
          // Every file starts Envoys of its own; on two cores, more than one file at a time only makes all of them slow.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // Runs in a network namespace: tools/netns.py.
          name: "cluster",
          include: ["tests/cluster/**/*.test.ts"],
          // Every file starts an API server of its own.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          // No tests: `make bench-controller`.
          name: "bench",
          include: ["tests/bench/**/*.bench.ts"],
          testTimeout: 1_800_000,
        },
      },
    ],
  },
});
