// What lies in a directory of manifests, without reading it.
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A file as one look shows it. */
export interface FileLook {
  /** Changes whenever the content may have changed. */
  signature: string;
  /** Why it cannot be read. */
  unreadable?: string;
  /** There is such a name, but nothing could be learnt of what it stands for. */
  isLost?: true;
}

export interface Listing {
  /** By path relative to the directory, with "/" between the names. */
  files: Map<string, FileLook>;
  /** Directories that could not be listed, by relative path ("" is the directory itself), and why. */
  unlisted: Map<string, string>;
}

const MANIFEST = /\.(yaml|yml|json)$/;

/**
 * Looks at everything below `root`. Names that begin with "." are passed over, as ConfigMap mounts need it: their files are
 * links through "..data" to a directory of the same sort. Links are followed; a directory inside itself is entered once.
 */
export async function listManifests(root: string): Promise<Listing> {
  const listing: Listing = { files: new Map(), unlisted: new Map() };
  await enter(root, "", [], listing);
  return listing;
}

async function enter(root: string, relative: string, above: readonly string[], listing: Listing): Promise<void> {
  const path = join(root, relative);
  let real: string;
  let names: string[];
  try {
    real = await realpath(path);
    if (above.includes(real)) return;
    names = await readdir(path);
  } catch (error) {
    listing.unlisted.set(relative, reasonOf(error));
    return;
  }
  names = names.filter((name) => !name.startsWith("."));
  const looks = await Promise.all(names.map((name) => look(join(path, name))));
  for (const [index, name] of names.entries()) {
    const child = relative === "" ? name : `${relative}/${name}`;
    const found = looks[index]!;
    if (found === "directory") await enter(root, child, [...above, real], listing);
    else if (found !== "gone" && MANIFEST.test(name)) listing.files.set(child, found);
    // It may be a link to a directory of manifests.
    else if (found !== "gone" && found.isLost) listing.unlisted.set(child, found.unreadable!);
  }
}

async function look(path: string): Promise<FileLook | "directory" | "gone"> {
  try {
    const found = await stat(path, { bigint: true });
    if (found.isDirectory()) return "directory";
    // Opening a pipe would wait for its other end.
    if (!found.isFile()) return { signature: "special", unreadable: "it is not a regular file" };
    return { signature: signatureOf(found) };
  } catch (error) {
    // A link to nothing is there all the same; only a name that is gone means removed.
    const reason = reasonOf(error);
    const names = await readdir(dirname(path)).catch(() => undefined);
    if (names !== undefined && !names.includes(basename(path))) return "gone";
    return { signature: `unreadable ${reason}`, unreadable: reason, isLost: true };
  }
}

/** Size, times and identity of a file; the change time catches what keeps size and modification time. */
export function signatureOf(found: {
  dev: bigint;
  ino: bigint;
  size: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}): string {
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(":");
}

/** An error of the file system in words, without the path. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "it does not exist";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOTDIR":
      return "it is not a directory";
    case "ELOOP":
      return "its symbolic links lead in a circle";
    default:
      return code ?? "it cannot be accessed";
  }
}
