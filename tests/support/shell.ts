import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Child } from "./child.js";
import type { Outcome } from "./claimgate.js";

/** A person at a terminal in the checkout: bash, in which what was exported stays exported. */
export class Shell {
  readonly #folder = mkdtempSync(join(tmpdir(), "claimgate-shell-"));
  readonly #environment: NodeJS.ProcessEnv;

  /** @param programs paths by the names that commands use; all others are the machine's */
  constructor(environment: Readonly<Record<string, string>>, programs: Readonly<Record<string, string>>) {
    for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(this.#folder, name));
    writeFileSync(this.#exports, "");
    const PATH = `${this.#folder}${delimiter}${process.env["PATH"]}`;
    this.#environment = {
      ...process.env,
      ...environment,
      PATH,
      KUBECACHEDIR: join(this.#folder, "cache"),
      KUBERC: "off",
    };
  }

  /** Runs commands word for word, up to the first that fails. */
  async run(commands: string): Promise<Outcome> {
    const script = `set -eo pipefail\n. "${this.#exports}"\n${commands}\nexport -p > "${this.#exports}"\n`;
    const child = new Child("bash", ["-c", script], this.#environment, { directory: packageRoot() });
    return { code: await child.ended, stdout: child.stdout, stderr: child.stderr };
  }

  get #exports(): string {
    return join(this.#folder, "exports");
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
