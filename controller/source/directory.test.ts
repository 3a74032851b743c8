import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DirectorySource, readDirectory } from "./directory.js";
import type { SourceSnapshot } from "./source.js";

const kgateway = readFileSync(new URL("testdata/kgateway.yaml", import.meta.url), "utf8");
const [extension, policy, route] = kgateway.split("---\n") as [string, string, string];
const configMap = (name: string, data = "x"): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: ${data}\n`;

let dir: string;
let sources: DirectorySource[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "claimgate-source-"));
  sources = [];
});

afterEach(async () => {
  for (const source of sources) await source.close();
  rmSync(dir, { recursive: true, force: true });
});

function write(name: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
}

function names(snapshot: SourceSnapshot): string[] {
  return snapshot.resources.map(({ object }) => `${object.kind}/${object.metadata.name}`);
}

function problems(snapshot: SourceSnapshot): string[] {
  return snapshot.problems.map(({ origin, message }) => `${origin}: ${message}`);
}

/** All snapshots in order, the first from start(). */
async function follow(root = dir): Promise<SourceSnapshot[]> {
  const seen: SourceSnapshot[] = [];
  const source = new DirectorySource(root, { onChange: (snapshot) => seen.push(snapshot) });
  sources.push(source);
  seen.unshift(await source.start());
  return seen;
}

/** Waits for a snapshot to be as wanted, and says how long that took. */
async function until(
  seen: SourceSnapshot[],
  wanted: (snapshot: SourceSnapshot) => boolean,
  limit = 5000,
): Promise<number> {
  const start = performance.now();
  await vi.waitFor(
    () => expect(wanted(seen.at(-1)!), JSON.stringify([names(seen.at(-1)!), seen.at(-1)!.problems])).toBe(true),
    {
      timeout: limit,
      interval: 5,
    },
  );
  return performance.now() - start;
}

/** One of three may be late where others use the processor, or early by way of the rescan. */
function median(delays: number[]): number {
  return delays.toSorted((one, other) => one - other)[1]!;
}

const says = (text: string) => (snapshot: SourceSnapshot) => JSON.stringify(snapshot.resources).includes(text);
const has = (name: string) => (snapshot: SourceSnapshot) => names(snapshot).includes(name);
const hasProblem = (snapshot: SourceSnapshot): boolean => snapshot.problems.length > 0;
const hasNoProblem = (snapshot: SourceSnapshot): boolean => snapshot.problems.length === 0;

describe("reading once", { timeout: 20_000 }, () => {
  it("reads what kubectl would, in its order", async () => {
    write("b.yaml", configMap("b"));
    write("b/z.yml", configMap("z"));
    write("a.json", JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }));
    write("notes.txt", "a: [");
    write(".hidden.yaml", "a: [");
    write(".git/x.yaml", "a: [");
    write("kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n");
    symlinkSync(".", join(dir, "circle"));
    const snapshot = await readDirectory(dir);
    expect(snapshot.problems).toEqual([]);
    expect(snapshot.complete).toBe(true);
    expect(snapshot.resources.map(({ origin }) => origin)).toEqual(["a.json:1", "b/z.yml:1", "b.yaml:1"]);
  });

  it("lets the later file win, and says so", async () => {
    write("1.yaml", configMap("same", "first") + "---\n" + configMap("other"));
    write("2.yaml", `# later\n${configMap("same", "second")}`);
    const snapshot = await readDirectory(dir);
    expect(problems(snapshot)).toEqual([
      "2.yaml:2: ConfigMap default/same is defined in 1.yaml:1 too; this later definition wins",
    ]);
    expect(snapshot.complete).toBe(true);
    expect(names(snapshot)).toEqual(["ConfigMap/other", "ConfigMap/same"]);
    expect(snapshot.resources[1]!.object).toMatchObject({ data: { key: "second" } });
  });

  it("keeps resources with findings, and others as they are", async () => {
    write("a.yaml", policy.replace("extensionRef:", "extensionReff:"));
    write("b.yaml", policy.replace("kind: TrafficPolicy", "kind: TrafficPolcy"));
    write("c.yaml", route);
    const snapshot = await readDirectory(dir);
    expect(snapshot).toMatchObject({ complete: true, problems: [] });
    expect(snapshot.resources.map(({ findings }) => findings.map(({ path }) => path))).toEqual([
      ["spec.jwtAuth.extensionReff", "spec.jwtAuth"],
      ["kind"],
      [],
    ]);
  });

  const multibyte = Buffer.from("# é\n");
  it.each<[string, string | Uint8Array, string]>([
    ["empty", "", "f.yaml: is empty"],
    ["white space", "\n \n", "f.yaml: is empty"],
    ["YAML that does not parse", `${route}---\na: [\n`, "f.yaml:18: does not parse: "],
    ["cut in the middle", kgateway.slice(0, kgateway.indexOf("jwtAuth") + 4), "f.yaml:25: does not parse: "],
    ["cut within a policy's target", policy.slice(0, policy.indexOf("kind: Gateway")), "f.yaml: does not say what"],
    [
      "cut before what the policy demands",
      policy.slice(0, policy.indexOf("jwtAuth") - 3),
      "f.yaml: ends without a newline",
    ],
    ["not a resource", "a: b\n", "f.yaml:1: is not a resource: it needs apiVersion"],
    ["cut within a character", multibyte.subarray(0, 3), "f.yaml: cannot be read: it is not UTF-8"],
  ])("is not complete with a file that is %s", async (_, text, expected) => {
    write("f.yaml", text);
    write("g.yaml", route);
    const snapshot = await readDirectory(dir);
    expect(problems(snapshot)[0]!.slice(0, expected.length)).toBe(expected);
    expect(snapshot).toMatchObject({ complete: false, problems: [{ fatalAtStart: true }] });
    expect(names(snapshot)).toEqual(["HTTPRoute/httpbin"]);
  });

  it("is not complete with what cannot be read at all", async () => {
    symlinkSync("nowhere", join(dir, "link.yaml"));
    symlinkSync("loop", join(dir, "loop"));
    execFileSync("mkfifo", [join(dir, "pipe.yaml"), join(dir, "pipe")]);
    const snapshot = await readDirectory(dir);
    expect(snapshot.complete).toBe(false);
    expect(problems(snapshot)).toEqual([
      `${dir}/loop: cannot be listed: its symbolic links lead in a circle; what was read from it before stays in force`,
      "link.yaml: cannot be read: it does not exist",
      "pipe.yaml: cannot be read: it is not a regular file",
    ]);
    const absent = await readDirectory(join(dir, "absent"));
    expect(absent.complete).toBe(false);
    expect(problems(absent)[0]).toMatch(/absent: cannot be listed: it does not exist/);
  });

  it("does not take a file that is still being written", async () => {
    write("f.yaml", route);
    write("growing.yaml", configMap("growing"));
    const grow = setInterval(() => appendFileSync(join(dir, "growing.yaml"), "# more\n"), 20);
    const snapshot = await readDirectory(dir);
    clearInterval(grow);
    expect(snapshot.complete).toBe(false);
    expect(problems(snapshot)).toEqual(["growing.yaml: is still being written"]);
    expect(names(snapshot)).toEqual(["HTTPRoute/httpbin"]);
  });
});

describe("following changes", { timeout: 20_000 }, () => {
  // Others may be using the processor: a delay is only too long if it stays too long.
  it("delivers a change well within half a second, and reads nothing else again", { retry: 3 }, async () => {
    for (let index = 0; index < 200; index++) write(`${index % 10}/${index}.yaml`, configMap(`m${index}`));
    const seen = await follow();
    expect(seen[0]!.resources.length).toBe(200);
    write("3/33.yaml", configMap("m33", "changed"));
    await until(seen, says("changed"));
    expect(seen.length).toBe(2);
    const same = seen[1]!.resources.filter((resource) => seen[0]!.resources.includes(resource));
    expect(same.length).toBe(199);
    const delays = [0, 0, 0];
    for (const attempt of delays.keys()) {
      write(`new${attempt}/added.yaml`, configMap(`added${attempt}`));
      delays[attempt] = await until(seen, has(`ConfigMap/added${attempt}`));
    }
    expect(median(delays)).toBeLessThan(450);
  });

  it("says nothing when nothing differs", async () => {
    write("a.yaml", policy);
    const seen = await follow();
    write("a.yaml", policy);
    write("notes.txt", "not a manifest");
    write("b.yaml", route);
    await until(seen, has("HTTPRoute/httpbin"));
    expect(seen.length).toBe(2);
  });

  it.each([
    ["emptied", "", /is empty; its last good content stays in force$/],
    ["cut in the middle", kgateway.slice(0, kgateway.indexOf("extensionRef:") + 5), /in force$/],
    ["cut at the end of a line", kgateway.slice(0, kgateway.indexOf("  jwtAuth:")), /truncated copy; its last good/],
    ["cut behind a key", kgateway.slice(0, kgateway.indexOf("    extensionRef:")), /truncated copy; its last good/],
    [
      "unparsable",
      kgateway.replace("targetRefs:", "targetRefs: ["),
      /^f.yaml:\d+: does not parse: .*; its last good content stays in force$/,
    ],
  ])("keeps the last good content of a file that is %s", async (_, text, message) => {
    write("f.yaml", kgateway);
    write("g.yaml", configMap("g", "before"));
    const seen = await follow();
    write("f.yaml", text);
    await until(seen, hasProblem);
    expect(seen.at(-1)).toMatchObject({ complete: true, resources: seen[0]!.resources });
    expect(problems(seen.at(-1)!)[0]).toMatch(message);
    // Other files go on.
    write("g.yaml", configMap("g", "after"));
    await until(seen, says("after"));
    write("f.yaml", kgateway);
    await until(seen, hasNoProblem);
    for (const snapshot of seen) expect(JSON.stringify(snapshot.resources)).toContain("jwtAuth");
  });

  it("takes whole documents off the end as an edit", async () => {
    write("f.yaml", kgateway);
    const seen = await follow();
    write("f.yaml", `${extension}---\n${policy}`);
    await until(seen, (snapshot) => !has("HTTPRoute/httpbin")(snapshot));
    expect(names(seen.at(-1)!)).toEqual(["GatewayExtension/selfminted-jwt", "TrafficPolicy/jwt-policy"]);
  });

  it("never shows a file written in two halves by its first half", async () => {
    write("f.yaml", kgateway);
    const seen = await follow();
    const text = kgateway.replace("solo.io", "example.org");
    const half = text.indexOf("  jwtAuth:");
    // The second half comes only after the first was looked at and refused: it leaves a policy that demands nothing.
    write("f.yaml", kgateway.slice(0, half));
    await until(seen, hasProblem);
    appendFileSync(join(dir, "f.yaml"), kgateway.slice(half));
    await until(seen, hasNoProblem);
    // And right behind it.
    write("f.yaml", text.slice(0, half));
    await new Promise(setImmediate);
    appendFileSync(join(dir, "f.yaml"), text.slice(half));
    await until(seen, says("example.org"));
    for (const snapshot of seen) expect(JSON.stringify(snapshot.resources)).toContain("jwtAuth");
  });

  it("is not held up by a file that never settles", async () => {
    write("f.yaml", configMap("m", "old"));
    write("growing.yaml", configMap("growing"));
    const seen = await follow();
    const grow = setInterval(() => appendFileSync(join(dir, "growing.yaml"), "# more\n"), 20);
    try {
      write("f.yaml", configMap("m", "new"));
      await until(seen, says("new"));
    } finally {
      clearInterval(grow);
    }
    expect(seen.at(-1)!.problems).toEqual([]);
  });

  it("follows a file that is replaced by renaming", async () => {
    write("f.yaml", configMap("m", "old"));
    const seen = await follow();
    for (const data of ["one", "two", "three"]) {
      write(".f.yaml.new", configMap("m", data));
      renameSync(join(dir, ".f.yaml.new"), join(dir, "f.yaml"));
      await until(seen, says(data));
    }
    for (const snapshot of seen) expect(names(snapshot)).toEqual(["ConfigMap/m"]);
  });

  it("follows a ConfigMap mount", { retry: 3 }, async () => {
    write("..2026_1/a.yaml", configMap("a", "old"));
    symlinkSync("..2026_1", join(dir, "..data"));
    symlinkSync("..data/a.yaml", join(dir, "a.yaml"));
    const seen = await follow();
    expect(names(seen[0]!)).toEqual(["ConfigMap/a"]);
    const delays = [0, 0, 0];
    for (const attempt of delays.keys()) {
      write(`..2026_new${attempt}/a.yaml`, configMap("a", `new${attempt}`));
      symlinkSync(`..2026_new${attempt}`, join(dir, "..data_tmp"));
      renameSync(join(dir, "..data_tmp"), join(dir, "..data"));
      delays[attempt] = await until(seen, says(`new${attempt}`));
    }
    expect(median(delays)).toBeLessThan(450);
    for (const snapshot of seen) expect(names(snapshot)).toEqual(["ConfigMap/a"]);
  });

  it("removes with a file what was in it, and brings it back", async () => {
    write("a.yaml", route);
    write("b.yaml", policy);
    const seen = await follow();
    unlinkSync(join(dir, "b.yaml"));
    await until(seen, (snapshot) => !has("TrafficPolicy/jwt-policy")(snapshot));
    expect(problems(seen.at(-1)!)).toEqual([]);
    write("b.yaml", policy);
    await until(seen, has("TrafficPolicy/jwt-policy"));
  });

  it("does not see a file as removed that is there again at once, or under another name", async () => {
    write("f.yaml", policy);
    const seen = await follow();
    unlinkSync(join(dir, "f.yaml"));
    await new Promise(setImmediate);
    write("f.yaml", policy.replace("selfminted-jwt", "other"));
    await until(seen, says("other"));
    renameSync(join(dir, "f.yaml"), join(dir, "g.yaml"));
    await until(seen, (snapshot) => snapshot.resources[0]?.origin === "g.yaml:1");
    for (const snapshot of seen) expect(names(snapshot)).toEqual(["TrafficPolicy/jwt-policy"]);
  });

  it("keeps everything while the directory cannot be listed", async () => {
    write("here/a.yaml", route);
    write("here/sub/b.yaml", policy);
    const here = join(dir, "here");
    const seen = await follow(here);
    renameSync(here, join(dir, "away"));
    await until(seen, hasProblem);
    expect(seen.at(-1)).toMatchObject({ complete: true, resources: seen[0]!.resources });
    expect(problems(seen.at(-1)!)[0]).toMatch(/here: cannot be listed: it does not exist; what was read/);
    renameSync(join(dir, "away"), here);
    await until(seen, hasNoProblem);
    expect(seen.at(-1)!.resources).toEqual(seen[0]!.resources);
  });

  it("keeps what is below a directory that cannot be entered any more", async () => {
    write("a.yaml", route);
    write("sub/b.yaml", policy);
    const seen = await follow();
    renameSync(join(dir, "sub"), join(dir, ".away"));
    symlinkSync("sub", join(dir, "sub"));
    await until(seen, hasProblem);
    write("a.yaml", route.replace("www.", "api."));
    await until(seen, says("api."));
    for (const snapshot of seen) expect(names(snapshot)).toEqual(["HTTPRoute/httpbin", "TrafficPolicy/jwt-policy"]);
  });

  it("keeps a file that cannot be read any more", async () => {
    write("a.yaml", policy);
    const seen = await follow();
    // Can be looked at, but reading it fails, even for root.
    symlinkSync("/proc/self/mem", join(dir, ".a.yaml"));
    renameSync(join(dir, ".a.yaml"), join(dir, "a.yaml"));
    await until(seen, hasProblem);
    expect(problems(seen.at(-1)!)).toEqual(["a.yaml: cannot be read: EIO; its last good content stays in force"]);
    expect(seen.at(-1)!.resources).toEqual(seen[0]!.resources);
  });

  it("becomes complete when what was unreadable at the start is repaired", async () => {
    write("a.yaml", policy.slice(0, 100));
    const seen = await follow();
    expect(seen[0]!.complete).toBe(false);
    write("a.yaml", policy);
    await until(seen, (snapshot) => snapshot.complete);
    write("a.yaml", "");
    await until(seen, hasProblem);
    expect(seen.at(-1)).toMatchObject({ complete: true, problems: [{ fatalAtStart: true }] });
  });

  it("is silent once closed", async () => {
    write("a.yaml", policy);
    const seen = await follow();
    await sources[0]!.close();
    const other = await follow();
    unlinkSync(join(dir, "a.yaml"));
    await until(other, (snapshot) => snapshot.resources.length === 0);
    expect(seen.length).toBe(1);
  });
});
