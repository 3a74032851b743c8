import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../controller/xds/package-root.js";

/** A new directory of manifests, for file mode. */
export class ManifestDirectory {
  readonly path = mkdtempSync(join(tmpdir(), "claimgate-manifests-"));

  /** Writes a file in one go. */
  put(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  remove(name: string): void {
    rmSync(join(this.path, name));
  }

  delete(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A manifest of examples/, e.g. "kgateway/03-jwt.yaml". */
export function example(path: string): string {
  return readFileSync(join(packageRoot(), "examples", path), "utf8");
}

/** The Gateway, the route and httpbin of a guide, before any policy; httpbin is where the test has it. */
export function putGuide(directory: ManifestDirectory, guide: "kgateway" | "gloo", httpbinPort: number): void {
  for (const file of ["01-gateway.yaml", "02-httpbin.yaml"]) directory.put(file, example(`${guide}/${file}`));
  const local = example(`${guide}/02-httpbin-local.yaml`);
  directory.put("02-httpbin-local.yaml", local.replace("port: 8000", `port: ${httpbinPort}`));
}
