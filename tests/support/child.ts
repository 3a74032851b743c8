import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A program started for a test, which the test must stop. */
export class Child {
  /** Resolves with the exit code when the program has ended and all it wrote was read; null after a signal or if it could not be run. */
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;
  #output = "";
  #stdout = "";
  #stderr = "";

  constructor(
    program: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = process.env,
    options: { readonly directory?: string; readonly detached?: boolean } = {},
  ) {
    const { directory, detached = false } = options;
    this.#process = spawn(program, args, {
      env: environment,
      cwd: directory,
      detached,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process.on("error", (error) => (this.#output += error.message));
    this.#process.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stdout += chunk;
      this.#output += chunk;
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stderr += chunk;
      this.#output += chunk;
    });
    this.ended = new Promise((resolve) => this.#process.once("close", (code) => resolve(code)));
  }

  /** Undefined if it could not be run. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Everything it has written to standard output and standard error. */
  get output(): string {
    return this.#output;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Throws, with what it wrote, if it has ended. */
  expectRunning(): void {
    if (!this.#isRunning()) throw new Error(`${this.#process.spawnfile} ended: ${this.#output}`);
  }

  /** Every process below it that lives. */
  descendants(): number[] {
    return this.pid === undefined ? [] : below(this.pid);
  }

  /** Sends a signal; to its whole process group, as a terminal does at Ctrl-C, if it was started detached and `group` is true. */
  signal(signal: NodeJS.Signals, group = false): void {
    const { pid } = this.#process;
    if (pid !== undefined && this.#isRunning()) process.kill(group ? -pid : pid, signal);
  }

  async stop(): Promise<void> {
    if (!this.#isRunning()) return;
    this.signal("SIGTERM");
    const killer = setTimeout(() => this.signal("SIGKILL"), 8000);
    await this.ended;
    clearTimeout(killer);
  }

  #isRunning(): boolean {
    const { exitCode, signalCode, pid } = this.#process;
    return pid !== undefined && exitCode === null && signalCode === null;
  }
}

function below(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) => {
    const text = read(`/proc/${pid}/task/${thread}/children`).trim();
    return text === "" ? [] : text.split(" ").map(Number);
  });
  return [...children, ...children.flatMap(below)];
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A file of /proc; empty if its process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Whether a process lives; one that has ended and waits for its parent does not. */
export function isAlive(pid: number): boolean {
  return /^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`));
}
