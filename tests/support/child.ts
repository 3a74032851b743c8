import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A program started for a test, which the test must stop. */
export class Child {
  readonly #process: ChildProcess;
  #output = "";

  constructor(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    this.#process = spawn(program, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#process.on("error", (error) => (this.#output += error.message));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.#output += chunk.toString()));
    }
  }

  /** Everything it has written to standard output and standard error. */
  get output(): string {
    return this.#output;
  }

  /** Throws, with what it wrote, if it has ended. */
  expectRunning(): void {
    const { exitCode, signalCode, pid } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) {
      throw new Error(`${this.#process.spawnfile} ended: ${this.#output}`);
    }
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const killer = setTimeout(() => this.#process.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(killer);
  }
}
