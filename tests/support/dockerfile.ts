// A Dockerfile as far as ours goes: instructions without heredocs, JSON forms where they matter, `COPY [--from=STAGE] SOURCE… TARGET`.
import { readFileSync } from "node:fs";

export interface Copy {
  /** A stage's name; undefined is the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export type Step = { readonly run: string } | { readonly copy: Copy } | { readonly workdir: string };

export interface Stage {
  readonly name: string;
  /** With ARGs filled in. */
  readonly image: string;
  /** RUN, COPY and WORKDIR in their order. */
  readonly steps: readonly Step[];
  /** Everything else by instruction; the last of each counts. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Throws on what it does not know: then nothing could be said of the image. */
export function readDockerfile(path: string): Stage[] {
  const text = readFileSync(path, "utf8").replaceAll(/^\s*#.*\n/gm, "");
  const args = new Map<string, string>();
  const stages: { name: string; image: string; steps: Step[]; settings: Map<string, string> }[] = [];
  for (const line of text.replaceAll("\\\n", " ").split("\n")) {
    if (line.trim() === "") continue;
    const [, instruction = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const stage = stages.at(-1);
    if (instruction === "ARG" && stage === undefined) {
      const [name = "", value = ""] = rest.split("=", 2);
      args.set(name, value);
    } else if (instruction === "FROM") {
      const [image = "", , name = ""] = rest.split(/\s+/);
      stages.push({
        name,
        image: image.replace(/\$\{(\w+)\}/, (_, arg: string) => args.get(arg)!),
        steps: [],
        settings: new Map(),
      });
    } else if (stage === undefined) throw new Error(`before the first FROM: ${line}`);
    else if (instruction === "RUN") stage.steps.push({ run: rest });
    else if (instruction === "WORKDIR") stage.steps.push({ workdir: rest });
    else if (instruction === "COPY") {
      const words = rest.split(/\s+/);
      const from = words[0]!.startsWith("--from=") ? words.shift()!.slice("--from=".length) : undefined;
      if (words.length < 2 || words.some((word) => /^--|[[*$]/.test(word))) throw new Error(`not understood: ${line}`);
      stage.steps.push({ copy: { from, sources: words.slice(0, -1), target: words.at(-1)! } });
    } else if (["ENV", "USER", "EXPOSE", "ENTRYPOINT", "CMD"].includes(instruction))
      stage.settings.set(instruction, rest);
    else throw new Error(`not understood: ${line}`);
  }
  return stages;
}

/** Sources that come from the build context. */
export function contextSources(stages: readonly Stage[]): string[] {
  const copies = stages.flatMap(({ steps }) => steps.flatMap((step) => ("copy" in step ? [step.copy] : [])));
  return [...new Set(copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources))].sort();
}
