// What the filter weighs: Envoy compiles all of it for every VM, and a control plane may have to carry it.
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";

const BUDGET = 200_000;

test("the module is within its budget", () => {
  expect(statSync(join(packageRoot(), "build", "claimgate.wasm")).size).toBeLessThanOrEqual(BUDGET);
});
