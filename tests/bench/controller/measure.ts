import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../controller/xds/package-root.js";
import { ServedCluster } from "../../support/cluster/served.js";
import { type Row, ROWS, type Sizes } from "./rows.js";
import { populate } from "./scale.js";

/** The guides' key set. */
const JWKS = readFileSync(join(packageRoot(), "tests", "golden", "jwks.json"), "utf8");

/** Measures one row on a cluster of its own, with as many routes and policies in it. */
export async function measure(name: keyof typeof ROWS, sizes: Sizes): Promise<Row[]> {
  const served = await ServedCluster.start();
  try {
    return await measureOn(served, name, sizes);
  } finally {
    await served.stop();
  }
}

/** The same on a given cluster without controllers; what it lacks is made first. */
export async function measureOn(served: ServedCluster, name: keyof typeof ROWS, sizes: Sizes): Promise<Row[]> {
  await populate(served.client, sizes.size, JWKS);
  return ROWS[name](served, sizes);
}
