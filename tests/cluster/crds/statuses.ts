// Every status that translation writes in the golden files, with the times that whoever keeps statuses puts in.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ResourceStatus } from "../../../controller/translate/status.js";
import { packageRoot } from "../../../controller/xds/package-root.js";

const GOLDEN = join(packageRoot(), "tests", "golden");

/** [golden file, status]. */
export function goldenStatuses(): [string, ResourceStatus][] {
  const files = readdirSync(GOLDEN).map((name) => [name, join(GOLDEN, name, "out.json")] as const);
  return files
    .filter(([, path]) => existsSync(path))
    .flatMap(([name, path]) => {
      const { statuses } = JSON.parse(readFileSync(path, "utf8")) as { statuses: ResourceStatus[] };
      return statuses.map((status): [string, ResourceStatus] => [name, timed(status) as ResourceStatus]);
    });
}

/** With a time of transition in every condition. */
function timed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, child]) => {
    if (name !== "conditions") return [name, timed(child)] as const;
    return [name, (child as object[]).map((one) => ({ lastTransitionTime: "2026-01-01T00:00:00Z", ...one }))] as const;
  });
  return Object.fromEntries(entries);
}
