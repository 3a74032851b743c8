import { Child } from "../child.js";
import { waitFor } from "../wait.js";

/** A server program that can be stopped and started again with the same arguments, hence on the same data and port. */
export class Server {
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #isReady: () => Promise<boolean>;
  #child: Child | undefined;

  constructor(program: string, args: readonly string[], isReady: () => Promise<boolean>) {
    this.#program = program;
    this.#args = args;
    this.#isReady = isReady;
  }

  /** Resolves when it serves; does nothing if it runs already. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const child = new Child(this.#program, this.#args);
    this.#child = child;
    const ready = async () => {
      child.expectRunning();
      return (await this.#isReady().catch(() => false)) ? true : undefined;
    };
    try {
      await waitFor(this.#program, ready, 120);
    } catch (error) {
      await this.stop();
      throw new Error(`${(error as Error).message}\n${child.output.slice(-4000)}`, { cause: error });
    }
  }

  /** Lets it end in order, and waits until it has. */
  async stop(): Promise<void> {
    await this.#child?.stop();
    this.#child = undefined;
  }

  /** SIGKILL, as a crash; waits until it is gone. */
  async kill(): Promise<void> {
    this.#child?.signal("SIGKILL");
    await this.#child?.ended;
    this.#child = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** What it has written since it was last started. */
  get log(): string {
    return this.#child?.output ?? "";
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }
}
