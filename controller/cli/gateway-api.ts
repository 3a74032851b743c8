// Gateway API's own CRDs, standard channel. They are not ours to copy: they come from its Go module, pinned by version and hash.
import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

const MODULE = "sigs.k8s.io/gateway-api";
export const GATEWAY_API_VERSION = "v1.4.0";
/** The module's hash in go.sum notation, held against what Go fetched. */
const SUM = "h1:ZwlNM6zOHq0h3WUX2gfByPs2yAEsy/EenYJB78jpQfQ=";

/** One CustomResourceDefinition: its name, and its text as it was published. */
export interface PublishedCrd {
  name: string;
  text: string;
}

/**
 * Reads them from $GATEWAY_API_CRDS, a YAML file or a folder of YAML files, or else from the Go module, which Go fetches into
 * its module cache if it is not there. Throws one line that says what to do if there is neither.
 */
export async function gatewayApiCrds(given = process.env["GATEWAY_API_CRDS"]): Promise<PublishedCrd[]> {
  const path = given || join(await moduleFolder(), "config", "crd", "standard");
  const texts = await Promise.all((await yamlFiles(path)).map((file) => readFile(file, "utf8")));
  const crds = texts.flatMap(definitionsIn);
  if (crds.length === 0) throw new Error(`${path} holds no CustomResourceDefinition of Gateway API`);
  return crds;
}

async function yamlFiles(path: string): Promise<string[]> {
  try {
    if ((await stat(path)).isFile()) return [path];
    const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name) && !/^kustomization\./.test(name));
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw new Error(`Gateway API's CRDs cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function definitionsIn(text: string): PublishedCrd[] {
  return parseAllDocuments(text).flatMap((document) => {
    const { kind, metadata } = (document.toJS() ?? {}) as { kind?: string; metadata?: { name?: string } };
    const name = metadata?.name ?? "";
    if (kind !== "CustomResourceDefinition" || !name.endsWith(".gateway.networking.k8s.io")) return [];
    const [start, , end] = document.range;
    return [
      {
        name,
        text: `${text
          .slice(start, end)
          .trim()
          .replace(/^---\s*/, "")}\n`,
      },
    ];
  });
}

/** Where Go has the module's files. */
function moduleFolder(): Promise<string> {
  const args = ["mod", "download", "-json", `${MODULE}@${GATEWAY_API_VERSION}`];
  return new Promise((resolve, reject) => {
    // Away from any go.mod, which Go would want to bring into agreement.
    execFile("go", args, { cwd: tmpdir(), env: { ...process.env, GOWORK: "off" } }, (error, stdout) => {
      if (error !== null && error.code === "ENOENT") return reject(new Error(`${without("Go is not installed")}`));
      const { Dir, Sum, Error: reason } = parseAnswer(stdout);
      if (Dir === undefined) return reject(new Error(without(reason ?? error?.message ?? "go mod download failed")));
      if (Sum !== SUM) return reject(new Error(`${MODULE} ${GATEWAY_API_VERSION} is not what was published: ${Sum}`));
      return resolve(Dir);
    });
  });
}

function parseAnswer(text: string): { Dir?: string; Sum?: string; Error?: string } {
  try {
    return JSON.parse(text) as { Dir?: string; Sum?: string; Error?: string };
  } catch {
    return {};
  }
}

function without(reason: string): string {
  return (
    `Gateway API's CRDs come from the Go module ${MODULE} ${GATEWAY_API_VERSION} (${reason.trim().replaceAll(/\s+/g, " ")}): install Go, ` +
    "set GATEWAY_API_CRDS to their file or folder, or install them as gateway-api.sigs.k8s.io says"
  );
}
