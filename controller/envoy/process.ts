import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type ArgumentOptions, envoyArguments } from "./arguments.js";
import { bootstrap, type BootstrapOptions } from "./bootstrap.js";
import { findEnvoy } from "./find.js";
import { firstReason } from "./reason.js";
import { type EnvoyTls, sdsFiles } from "./tls.js";
import { watchdog } from "./watchdog.js";

export interface EnvoyOptions extends Omit<BootstrapOptions, "tls">, ArgumentOptions {
  /** Mutual TLS to the controller; the SDS files are written for it. */
  readonly tls?: Omit<EnvoyTls, "sdsDirectory">;
  /** Appended to this file; else standard error, each line begins with the Gateway's name. */
  readonly logFile?: string;
  /** Path of the executable, see findEnvoy(). */
  readonly executable?: string;
  /** Told of every unexpected end and of the delay before the next start. */
  readonly onExit?: (reason: string, restartAfterMs: number) => void;
}

const FIRST_DELAY_MS = 200;
const LAST_DELAY_MS = 5_000;
/** A run of this length counts as a success: the next failure begins again with the first delay. */
const STABLE_MS = 10_000;
const KILL_AFTER_MS = 5_000;
const POLL_MS = 20;

/** One Envoy for one Gateway, started again whenever it dies, and never left behind. */
export class EnvoyProcess {
  readonly #options: EnvoyOptions;
  readonly #log: WriteStream | undefined;
  #child: ChildProcess | undefined;
  #stopping = false;
  #delay = FIRST_DELAY_MS;
  #timer: NodeJS.Timeout | undefined;
  #adminAddress: string | undefined;
  #runs = 0;
  /** Where Envoy writes its admin address: proof that it was this process that could bind it, and the port if 0 was asked for. */
  #folder: string | undefined;
  /** The latest lines of the log, for the reason of an end. */
  #lines: string[] = [];

  constructor(options: EnvoyOptions) {
    this.#options = options;
    this.#log = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: "a" });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where the admin interface is; throws before start(). */
  get adminUrl(): string {
    if (this.#adminAddress === undefined) throw new Error("Envoy is not running");
    return `http://${this.#adminAddress}`;
  }

  /**
   * Resolves when Envoy's admin interface listens, before it has any configuration. Rejects, and does not start it again, if it is not
   * there or ends before; the message is one line that says why.
   */
  async start(): Promise<void> {
    try {
      const child = await this.#run();
      child.once("exit", (code, signal) => this.#ended(code, signal));
      if (hasEnded(child)) this.#ended(child.exitCode, child.signalCode);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** SIGTERM, and SIGKILL if that is not enough. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child?.pid !== undefined && !hasEnded(child)) {
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
      await exit;
      clearTimeout(kill);
    }
    this.#log?.end();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Starts a process and resolves when it has written its admin address; rejects with a line that says why it has not. */
  async #run(): Promise<ChildProcess> {
    this.#folder ??= await mkdtemp(join(tmpdir(), "claimgate-envoy-"));
    const addressFile = join(this.#folder, `admin-${++this.#runs}`);
    const { tls } = this.#options;
    for (const [name, content] of Object.entries(tls === undefined ? {} : sdsFiles(tls))) {
      await writeFile(join(this.#folder, name), content);
    }
    if (this.#stopping) throw new Error(`Envoy for ${this.#options.gateway} was stopped`);
    const child = this.#spawn(addressFile, this.#folder);
    const closed = once(child, "close").catch(() => undefined);
    let failure = undefined as Error | undefined;
    // Instead of "exit", if it could not be executed at all.
    child.once("error", (error) => (failure = error));
    for (;;) {
      const address = await readFile(addressFile, "utf8").catch(() => "");
      if (address !== "") {
        this.#adminAddress = address;
        return child;
      }
      if (hasEnded(child)) {
        // What it wrote last may still be on its way through the pipe.
        await closed;
        if (failure !== undefined) throw new Error(`Envoy could not be run: ${failure.message}`);
        throw new Error(`Envoy for ${this.#options.gateway} did not start: ${firstReason(this.#lines)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #spawn(addressFile: string, sdsDirectory: string): ChildProcess {
    const { tls, ...rest } = this.#options;
    const made = bootstrap(tls === undefined ? rest : { ...rest, tls: { ...tls, sdsDirectory } });
    const startedAt = Date.now();
    this.#lines = [];
    const child = spawn(
      this.#options.executable ?? findEnvoy(),
      [
        ...["--config-yaml", JSON.stringify(made)],
        ...["--admin-address-path", addressFile],
        // Several Envoys on one host; hot restart is not used.
        "--use-dynamic-base-id",
        ...envoyArguments(this.#options),
      ],
      // A group of its own: Ctrl-C goes to us, and we decide when it ends.
      { stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.#line(line));
    }
    child.once("exit", () => {
      if (Date.now() - startedAt > STABLE_MS) this.#delay = FIRST_DELAY_MS;
    });
    if (child.pid !== undefined) watchdog(child);
    return child;
  }

  #line(line: string): void {
    this.#lines = [...this.#lines.slice(-19), line];
    if (this.#log !== undefined) this.#log.write(`${line}\n`);
    else process.stderr.write(`[envoy ${this.#options.gateway}] ${line}\n`);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    const delay = this.#delay;
    this.#delay = Math.min(delay * 2, LAST_DELAY_MS);
    this.#options.onExit?.(`ended with ${signal ?? `code ${code}`}: ${firstReason(this.#lines)}`, delay);
    this.#timer = setTimeout(() => void this.#restart(), delay);
  }

  async #restart(): Promise<void> {
    try {
      const child = await this.#run();
      child.once("exit", (code, signal) => this.#ended(code, signal));
      if (hasEnded(child)) this.#ended(child.exitCode, child.signalCode);
    } catch {
      this.#ended(this.#child?.exitCode ?? null, this.#child?.signalCode ?? null);
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
