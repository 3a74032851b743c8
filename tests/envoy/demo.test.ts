// The README's demo block, command by command as it stands there, with every port moved to free ones: what its comments promise
// is what is expected. And what `make demo` itself suggests to try.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Child, isAlive } from "../support/child.js";
import { freePort, isFree } from "../support/ports.js";
import { waitFor } from "../support/wait.js";

const ROOT = packageRoot();
let environment: NodeJS.ProcessEnv = {};
let ports: readonly number[] = [];
let gateway = 0;

/** An offset that moves the demo's three ports to free ones. */
async function freeOffset(): Promise<number> {
  for (;;) {
    const offset = (await freePort()) - 8080;
    ports = [8080, 8081, 8000].map((port) => port + offset);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return offset;
  }
}

interface Command {
  readonly command: string;
  readonly comment: string;
}

/** The commands of the block below the README's heading "Demo". */
function readmeCommands(): Command[] {
  const section = readFileSync(join(ROOT, "README.md"), "utf8")
    .split(/^## /m)
    .find((text) => text.startsWith("Demo\n"));
  const block = /```console\n([^`]*)```/.exec(section ?? "")?.[1] ?? "";
  return block
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [command = "", comment = ""] = line.split(/\s+# /);
      return { command, comment };
    });
}

/** Runs a line of shell in the checkout. */
async function shell(line: string): Promise<string> {
  const child = new Child("bash", ["-c", line], environment, { directory: ROOT });
  const code = await child.ended;
  expect({ line, code, stderr: code === 0 ? "" : child.stderr }).toEqual({ line, code: 0, stderr: "" });
  return child.stdout;
}

/** A curl line of the text, in a shell in which the tokens were sourced; "-s" keeps its progress meter quiet. */
function curl(line: string): Promise<string> {
  const moved = line.replace(/^curl /, "curl -s ").replace("localhost:8080/", `localhost:${gateway}/`);
  return shell(`source examples/tokens.sh && ${moved}`);
}

const guideCurl = (token?: string) =>
  curl(
    `curl -i localhost:8080/headers -H "host: www.example.com:8080"${token === undefined ? "" : ` -H "Authorization: Bearer $${token}"`}`,
  );

/** "200", "401 Jwt is missing", "200, X-Team: dev", …: the status, and what the answer holds. */
function expectAnswer(answer: string, promise: string): void {
  const [, status, rest = ""] = /(\d{3})[ ,]*(.*)$/.exec(promise) as unknown as [string, string, string];
  expect(answer.split("\r\n")[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  const header = /^(X-\w+): (\w+)$/.exec(rest);
  if (header !== null) expect(answer).toMatch(new RegExp(`"${header[1]}": \\[\\s*"${header[2]}"`));
  else expect(answer).toContain(rest.replace(/^with X-Team.*/, '"X-Team"'));
}

/** A running `make demo`; a process group of its own, as in a terminal. */
class Demo {
  readonly #child: Child;

  constructor(command: string) {
    const [make = "", ...words] = command.split(" ");
    // What is built is what is tested; make test has built it.
    this.#child = new Child(make, ["-o", "build", ...words], environment, { directory: ROOT, detached: true });
  }

  /** Resolves when it says that it is ready, with the commands it suggests and its notes on them. */
  async ready(): Promise<Command[]> {
    await waitFor("the demo", () => {
      this.#child.expectRunning();
      return this.#child.stdout.includes("Ctrl-C stops all of it") || undefined;
    });
    const lines = [...this.#child.stdout.matchAll(/^ +# (.*)\n +(curl .*)$/gm)];
    return lines.map(([, comment = "", command = ""]) => ({ command, comment }));
  }

  /** Ends it by a signal, to the group as Ctrl-C does or to make alone, and sees that nothing is left. */
  async end(signal: NodeJS.Signals, group: boolean): Promise<void> {
    const processes = this.#child.descendants();
    this.#child.signal(signal, group);
    await this.#child.ended;
    await vi.waitFor(() => expect(processes.filter(isAlive)).toEqual([]), { timeout: 15_000, interval: 50 });
    expect(await Promise.all(ports.map(isFree))).toEqual([true, true, true]);
    // The shell line of make, the demo, httpbin, claimgate and an Envoy were there to be ended.
    expect(processes.length).toBeGreaterThanOrEqual(4);
  }
}

let demo: Demo | undefined;

beforeAll(async () => {
  const offset = await freeOffset();
  gateway = 8080 + offset;
  environment = { ...process.env, DEMO_PORT_OFFSET: String(offset) };
  // What a make above us has set is not for this one.
  for (const name of ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GUIDE", "STEP"]) delete environment[name];
});
afterAll(() => demo?.end("SIGTERM", true));

describe("the README's demo", () => {
  const commands = readmeCommands();

  test("is made of commands this test knows", () => {
    expect(commands.map(({ command }) => command.split(" ").slice(0, 2).join(" "))).toEqual([
      "make demo",
      "source examples/tokens.sh",
      "curl -i",
      "curl -i",
      "make demo",
      "make demo-step",
      "make demo-step",
      "make demo-step",
    ]);
  });

  // One after the other: each goes on where the one before has left.
  for (const { command, comment } of commands) {
    if (command.startsWith("curl ")) {
      test(`${command.slice(0, 110)} # ${comment}`, async () => expectAnswer(await curl(command), comment));
    } else if (/^make demo( |$)/.test(command)) {
      test(command, async () => {
        await demo?.end("SIGINT", true);
        demo = new Demo(command);
        const suggestions = await demo.ready();
        expect(suggestions.length).toBeGreaterThanOrEqual(2);
        for (const suggestion of suggestions) expectAnswer(await curl(suggestion.command), suggestion.comment);
      });
    } else if (command.startsWith("make demo-step ")) {
      test(`${command} # ${comment}`, async () => {
        // At once: when the command has ended, its step is in force.
        await shell(command.replace("make ", "make -o build "));
        const promises = [...comment.matchAll(/(Alice|Bob) (\d{3}[^,]*)/g)];
        for (const [, who = "", promise = ""] of promises) {
          expectAnswer(await guideCurl(`${who.toUpperCase()}_TOKEN`), promise);
        }
        if (promises.length === 0) expectAnswer(await guideCurl(), comment.replace("no policy: open", "200"));
      });
    }
  }

  test("ends by SIGTERM too", async () => {
    const running = demo;
    demo = undefined;
    await running?.end("SIGTERM", false);
  });

  test("a port that is taken: one line says which", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(gateway + 1, "127.0.0.1", resolve));
    const child = new Child(process.execPath, [join(ROOT, "tools", "demo.mjs")], environment);
    expect(await child.ended).toBe(1);
    server.close();
    expect(child.output.trimEnd().split("\n")).toEqual([
      expect.stringMatching(new RegExp(`^demo: 127\\.0\\.0\\.1:${gateway + 1} \\(health\\) is in use`)),
    ]);
  });

  test("a step of a guide whose demo does not run: one line says so", async () => {
    const child = new Child(process.execPath, [join(ROOT, "tools", "demo.mjs"), "--step", "gloo", "4"], environment);
    expect(await child.ended).toBe(1);
    expect(child.output).toBe("demo: no demo of this guide is running: make demo GUIDE=gloo\n");
  });
});
