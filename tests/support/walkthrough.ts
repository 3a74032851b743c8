// Documentation as a test: the commands in a Markdown file, and what it says they print.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../controller/xds/package-root.js";

export interface Step {
  /** The content of a ```bash block. */
  readonly commands: string;
  /** The content of the ```text block that follows it, if one does; `...` stands for any lines. */
  readonly output?: string;
}

/** The steps of a Markdown file of this project, in order; only those below a heading if one is given, up to the next of its level. */
export function stepsOf(file: string, heading?: string): Step[] {
  const text = readFileSync(join(packageRoot(), file), "utf8");
  const blocks = /^```bash\n(.*?)\n```$(?:\n+```text\n(.*?)\n```$)?/gms;
  return [...sectionOf(text, heading).matchAll(blocks)].map(([, commands, output]) => ({
    commands: commands!,
    ...(output === undefined ? {} : { output }),
  }));
}

function sectionOf(text: string, heading: string | undefined): string {
  if (heading === undefined) return text;
  const from = text.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`no heading ${heading}`);
  const level = heading.split(" ")[0]!;
  const end = text.indexOf(`\n${level} `, from + 1);
  return text.slice(from, end < 0 ? undefined : end);
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What of the expected output was not printed, in the order that it was to come in; undefined if nothing is missing. Lines follow one
 * another as expected unless `...` is between them; indentation does not count. curl says on standard error what it does (`*`, `<`).
 */
export function missingFrom(printed: Printed, expected: string): string | undefined {
  const lines = (text: string) => text.split("\n").map((line) => line.trim());
  const streams = { stdout: lines(printed.stdout), stderr: lines(printed.stderr) };
  const from = { stdout: 0, stderr: 0 };
  for (const { stream, group } of groupsOf(lines(expected))) {
    const all = streams[stream];
    const at = all.findIndex((_, i) => i >= from[stream] && group.every((line, k) => all[i + k] === line));
    if (at < 0) return group.join("\n");
    from[stream] = at + group.length;
  }
  return undefined;
}

interface Group {
  readonly stream: keyof Printed;
  readonly group: string[];
}

/** Lines of one stream that follow one another. */
function groupsOf(expected: readonly string[]): Group[] {
  const groups: Group[] = [];
  let last: Group | undefined;
  for (const line of expected) {
    const stream = /^[<*] /.test(line) ? "stderr" : "stdout";
    if (line === "...") last = undefined;
    else if (last?.stream === stream) last.group.push(line);
    else groups.push((last = { stream, group: [line] }));
  }
  return groups;
}
