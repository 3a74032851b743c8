// The built command line, `bin/claimgate`, as a user runs it.
import { join } from "node:path";
import { packageRoot } from "../../controller/xds/package-root.js";
import type { Condition, ResourceStatus } from "../../controller/translate/status.js";
import { Child } from "./child.js";
import { waitFor } from "./wait.js";

const PROGRAM = join(packageRoot(), "bin", "claimgate");

export interface Outcome {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; one that goes on for longer than `seconds` is ended. */
export async function claimgate(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  seconds = 20,
): Promise<Outcome> {
  const child = new Child(process.execPath, [PROGRAM, ...args], { ...process.env, ...environment });
  const timer = setTimeout(() => void child.stop(), seconds * 1000);
  const code = await child.ended;
  clearTimeout(timer);
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/** A `claimgate run` with free health and admin ports. */
export class RunningClaimgate {
  readonly #child: Child;
  #health = "";

  private constructor(directory: string, args: readonly string[]) {
    const all = [PROGRAM, "run", "--resources", directory, "--health-port", "0", ...args];
    this.#child = new Child(process.execPath, all);
  }

  /** Starts it and resolves when /readyz answers 200. */
  static async start(directory: string, ...args: readonly string[]): Promise<RunningClaimgate> {
    const running = new RunningClaimgate(directory, args);
    try {
      running.#health = await waitFor("the health port", () => {
        running.#child.expectRunning();
        return /http:\/\/127\.0\.0\.1:\d+/.exec(running.stderr)?.[0];
      });
      await running.ready();
    } catch (error) {
      await running.stop();
      throw new Error(`${(error as Error).message}\n${running.stderr}`, { cause: error });
    }
    return running;
  }

  get stderr(): string {
    return this.#child.stderr;
  }

  /** What it said itself, line by line, without Envoy's log. */
  get lines(): string[] {
    return this.stderr.split("\n").filter((line) => line.startsWith("claimgate: "));
  }

  async ready(): Promise<void> {
    await waitFor("/readyz", async () => ((await this.readyz()).status === 200 ? true : undefined));
  }

  async readyz(): Promise<{ status: number; body: string }> {
    const response = await fetch(`${this.#health}/readyz`);
    return { status: response.status, body: await response.text() };
  }

  async statuses(): Promise<ResourceStatus[]> {
    const response = await fetch(`${this.#health}/statusz`);
    return ((await response.json()) as { statuses: ResourceStatus[] }).statuses;
  }

  /** The status of "Kind NS/NAME"; undefined if there is no such resource. */
  async status(id: string): Promise<ResourceStatus["status"] | undefined> {
    return findStatus(await this.statuses(), id);
  }

  /** The first condition of a type anywhere in the status of "Kind NS/NAME": most have but one target. */
  async condition(id: string, type: string): Promise<Condition | undefined> {
    return conditionsIn(await this.status(id)).find((condition) => condition.type === type);
  }

  /** Processes that it started and that live: Envoys and what watches over them. */
  childProcesses(): number[] {
    return this.#child.descendants();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  get ended(): Promise<number | null> {
    return this.#child.ended;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

export function findStatus(statuses: readonly ResourceStatus[], id: string): ResourceStatus["status"] | undefined {
  return statuses.find(({ kind, namespace, name }) => `${kind} ${namespace}/${name}` === id)?.status;
}

/** Every condition in a status: of ancestors, parents, listeners or the resource itself. */
export function conditionsIn(status: unknown): Condition[] {
  if (Array.isArray(status)) return status.flatMap(conditionsIn);
  if (typeof status !== "object" || status === null) return [];
  return Object.entries(status).flatMap(([name, value]) =>
    name === "conditions" ? (value as Condition[]) : conditionsIn(value),
  );
}
