// The built command line, `bin/claimgate controller`, as a pod runs it.
import { join } from "node:path";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Child } from "./child.js";
import { waitFor } from "./wait.js";

const PROGRAM = join(packageRoot(), "bin", "claimgate");

export class RunningController {
  readonly #child: Child;
  #health = "";
  #xdsPort = 0;

  private constructor(kubeconfig: string, args: readonly string[]) {
    const ports = ["--xds-address", "127.0.0.1:0", "--health-port", "0"];
    this.#child = new Child(process.execPath, [PROGRAM, "controller", "--kubeconfig", kubeconfig, ...ports, ...args]);
  }

  /** Starts it, on free ports, and resolves when /readyz answers 200. */
  static async start(kubeconfig: string, ...args: readonly string[]): Promise<RunningController> {
    const running = new RunningController(kubeconfig, args);
    try {
      const [, port, health] = await waitFor("the ports", () => {
        running.#child.expectRunning();
        return /xDS on \S+:(\d+); health on (http:\/\/\S+)\/readyz/.exec(running.stderr) ?? undefined;
      });
      running.#xdsPort = Number(port);
      running.#health = health!;
      await waitFor("/readyz", async () => ((await running.get("readyz")).status === 200 ? true : undefined));
    } catch (error) {
      await running.stop();
      throw new Error(`${(error as Error).message}\n${running.stderr}`, { cause: error });
    }
    return running;
  }

  get xdsPort(): number {
    return this.#xdsPort;
  }

  get stderr(): string {
    return this.#child.stderr;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Of the health server: readyz, statusz or syncz. */
  async get(path: string): Promise<{ status: number; body: string }> {
    const response = await fetch(`${this.#health}/${path}`);
    return { status: response.status, body: await response.text() };
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
