// The stages of a Dockerfile, carried out in folders instead of containers: what the images will contain, without a container engine.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Copy, Stage } from "./dockerfile.js";

export interface ImageOptions {
  /** The build context. */
  readonly context: string;
  /** Whether a path of the context, relative to it, is sent to the build (.dockerignore). */
  readonly isSent: (path: string) => boolean;
  /** Where a folder for each stage is made. */
  readonly folder: string;
}

/** Builds every stage in order; the result is the root folder of each by name. Base images are empty. Throws if a source is missing. */
export function buildStages(stages: readonly Stage[], options: ImageOptions): Map<string, string> {
  const roots = new Map<string, string>();
  for (const { name, steps } of stages) {
    const root = join(options.folder, name);
    let workdir = "/";
    mkdirSync(root);
    roots.set(name, root);
    for (const step of steps) {
      if ("workdir" in step) mkdirSync(join(root, (workdir = resolve(workdir, step.workdir))), { recursive: true });
      else if ("copy" in step) copy(step.copy, join(root, workdir), root, roots, options);
      else run(step.run, join(root, workdir), options);
    }
  }
  return roots;
}

function copy(
  { from, sources, target }: Copy,
  workdir: string,
  root: string,
  roots: ReadonlyMap<string, string>,
  { context, isSent }: ImageOptions,
): void {
  const to = target.startsWith("/") ? join(root, target) : join(workdir, target);
  for (const source of sources) {
    const path = join(from === undefined ? context : roots.get(from)!, source);
    const isFolder = statSync(path).isDirectory();
    // A folder's content, or a file into a folder or as one (docs.docker.com/reference/dockerfile, COPY).
    const into = isFolder || !(target.endsWith("/") || sources.length > 1) ? to : join(to, basename(source));
    if (from !== undefined) {
      mkdirSync(dirname(into), { recursive: true });
      // Links: a hundred megabytes of packages are not worth a second copy.
      execFileSync("cp", ["-alT", path, into]);
      continue;
    }
    if (!isSent(source)) throw new Error(`${source} is not sent to the build`);
    cpSync(path, into, { recursive: true, filter: (file) => isSent(relative(context, file)) });
  }
}

/**
 * Runs a command where nothing can be fetched: `npm ci` has been run for the checkout with the same lockfile, so what it would install is
 * there, and with --omit=dev it is what the lockfile does not call dev.
 */
function run(command: string, workdir: string, { context }: ImageOptions): void {
  if (!command.startsWith("npm ci")) {
    execFileSync("sh", ["-euc", command], { cwd: workdir, stdio: ["ignore", "pipe", "pipe"] });
    return;
  }
  const lock = readFileSync(join(workdir, "package-lock.json"), "utf8");
  if (!command.includes("--omit=dev")) return symlinkSync(join(context, "node_modules"), join(workdir, "node_modules"));
  const { packages } = JSON.parse(lock) as { packages: Record<string, { dev?: boolean; devOptional?: boolean }> };
  const installed = Object.keys(packages).filter(
    (path) => path !== "" && !packages[path]!.dev && !packages[path]!.devOptional,
  );
  // Packages below a package are entries of their own.
  const archive = ["-C", context, "--no-recursion", "--null", "-T", "-", "-cf", "-"];
  const files = installed.flatMap((path) => filesBelow(context, path));
  const input = execFileSync("tar", archive, { input: files.join("\0"), maxBuffer: 1 << 30 });
  execFileSync("tar", ["-C", workdir, "-xf", "-"], { input });
}

/** Files of a package without those of packages below it. */
function filesBelow(context: string, path: string): string[] {
  return readdirSync(join(context, path), { withFileTypes: true }).flatMap((entry) => {
    const file = `${path}/${entry.name}`;
    if (!entry.isDirectory()) return [file];
    return entry.name === "node_modules" ? [] : filesBelow(context, file);
  });
}
