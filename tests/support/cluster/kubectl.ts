import { spawn } from "node:child_process";
import { kubeAsset } from "./assets.js";

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real kubectl, as one user of one cluster. */
export class Kubectl {
  readonly kubeconfig: string;

  constructor(kubeconfig: string) {
    this.kubeconfig = kubeconfig;
  }

  /** Runs it to its end, whatever that is; `input` is its standard input. */
  try(args: readonly string[], input = ""): Promise<Result> {
    return new Promise((resolve, reject) => {
      const child = spawn(kubeAsset("kubectl"), args, {
        // KUBECACHEDIR: what it remembers of one test's API must not meet it in the next, nor the user's own.
        env: { ...process.env, KUBECONFIG: this.kubeconfig, KUBECACHEDIR: `${this.kubeconfig}.cache`, KUBERC: "off" },
        stdio: ["pipe", "pipe", "pipe"],
      });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr }));
      // It may end without having read its input.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
    });
  }

  /** Its standard output; rejects with its standard error if it fails. */
  async run(args: readonly string[], input = ""): Promise<string> {
    const { code, stdout, stderr } = await this.try(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: exit ${code}\n${stderr}${stdout}`);
    return stdout;
  }

  /** `kubectl apply -f -`, as the guides have it. */
  apply(manifests: string | object): Promise<string> {
    return this.run(["apply", "-f", "-"], typeof manifests === "string" ? manifests : JSON.stringify(manifests));
  }

  /** One object as the API server has it. */
  async get<T = unknown>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run(["get", ...args, "-o", "json"])) as T;
  }
}
