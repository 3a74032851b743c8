// Starts that fail: one line says what to do, the exit code is not 0, and nothing is left behind. And `render`, which starts nothing.
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ResourceStatus } from "../../controller/translate/status.js";
import { claimgate, findStatus, type Outcome } from "../support/claimgate.js";
import { example, ManifestDirectory, putGuide } from "../support/manifests.js";
import { freePort } from "../support/ports.js";

const manifests = new ManifestDirectory();
let port = 0;
let offset = "";

beforeAll(async () => {
  putGuide(manifests, "kgateway", await freePort());
  manifests.put("03-jwt.yaml", example("kgateway/03-jwt.yaml"));
  port = await freePort();
  offset = String(port - 8080);
});
afterAll(() => manifests.delete());

function isListening(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });
}

/** A port of 127.0.0.1 that somebody listens on. */
async function occupied(): Promise<{ server: Server; taken: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, taken: (server.address() as AddressInfo).port };
}

function run(directory: string, flags: readonly string[] = [], environment = {}): Promise<Outcome> {
  return claimgate(
    ["run", "--resources", directory, "--health-port", "0", "--port-offset", offset, ...flags],
    environment,
  );
}

/** Exit code 1, nothing on standard output, and this one line. */
function expectRefusal({ code, stdout, stderr }: Outcome, line: RegExp): void {
  expect({ code, stdout, lines: stderr.trimEnd().split("\n") }).toEqual({
    code: 1,
    stdout: "",
    lines: [expect.stringMatching(line)],
  });
}

describe("claimgate run", () => {
  test("a broken file at a cold start: no listener", async () => {
    const broken = new ManifestDirectory();
    putGuide(broken, "kgateway", 8000);
    const text = example("kgateway/03-jwt.yaml");
    broken.put("03-jwt.yaml", text.slice(0, text.indexOf("targetRefs")));
    const { code, stderr } = await run(broken.path);
    broken.delete();
    expect(code).toBe(1);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toEqual([
      expect.stringMatching(
        /^claimgate: 03-jwt\.yaml: does not say what TrafficPolicy kgateway-system\/jwt-policy protects/,
      ),
      expect.stringMatching(/nothing is served/),
    ]);
    expect(await isListening(port)).toBe(false);
  });

  test("no such directory", async () => {
    const { code, stderr } = await run("/nonexistent");
    expect(code).toBe(1);
    expect(stderr).toMatch(/\/nonexistent|cannot be listed/);
  });

  test("Envoy is missing", async () => {
    expectRefusal(await run(manifests.path, [], { ENVOY: "/nonexistent" }), /^claimgate: ENVOY=\/nonexistent is not/);
  });

  test("the port of a listener is taken", async () => {
    const { server, taken } = await occupied();
    const outcome = await run(manifests.path, ["--port-offset", String(taken - 8080)]);
    server.close();
    expectRefusal(outcome, new RegExp(`^claimgate: 127\\.0\\.0\\.1:${taken} is in use.*--port-offset`));
  });

  test("the health port is taken", async () => {
    const { server, taken } = await occupied();
    const outcome = await run(manifests.path, ["--health-port", String(taken)]);
    server.close();
    expectRefusal(outcome, new RegExp(`^claimgate: 127\\.0\\.0\\.1:${taken} is in use.*--health-port`));
    expect(await isListening(port)).toBe(false);
  });

  test("the admin port is taken", async () => {
    const { server, taken } = await occupied();
    const { code, stderr } = await run(manifests.path, ["--admin-port", String(taken)]);
    server.close();
    expect(code).toBe(1);
    const own = stderr.split("\n").filter((line) => line.startsWith("claimgate: "));
    expect(own).toEqual([expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${taken}.*in use`, "i"))]);
    expect(await isListening(port)).toBe(false);
  });

  test.each([
    ["--port-offset", "x"],
    ["--health-port", "65536"],
    ["--concurrency", "0"],
  ])("%s %s", async (...flags) => {
    const { code, stderr } = await run(manifests.path, flags);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`${flags[0]} must be a whole number`);
  });
});

describe("claimgate render", () => {
  interface Rendered {
    listeners: Record<string, { version: number; policies: object; defaultPolicy: string }>;
    statuses: ResourceStatus[];
  }

  test("prints the configuration of every listener and every status; exit code 0", async () => {
    const { code, stdout } = await claimgate(["render", "--resources", manifests.path]);
    expect(code).toBe(0);
    const rendered = JSON.parse(stdout) as Rendered;
    expect(Object.keys(rendered)).toEqual(["listeners", "statuses"]);
    expect(Object.keys(rendered.listeners)).toEqual(["kgateway-system/http/http"]);
    expect(rendered.listeners["kgateway-system/http/http"]).toMatchObject({ version: 1 });
    for (const status of rendered.statuses) {
      expect(Object.keys(status).sort()).toEqual(["apiVersion", "kind", "name", "namespace", "status"]);
    }
    const policy = findStatus(rendered.statuses, "TrafficPolicy kgateway-system/jwt-policy");
    expect(policy).toMatchObject({
      ancestors: [{ conditions: [{ type: "Accepted", status: "True" }, { type: "Attached" }] }],
    });
    // What no run of the same files would print again.
    expect(stdout).not.toContain("lastTransitionTime");
    expect(stdout).not.toContain("Programmed");
    expect((await claimgate(["render", "--resources", manifests.path])).stdout).toBe(stdout);
  });

  test("a resource that is refused: exit code 1, and everything is printed all the same", async () => {
    manifests.put(
      "09-bad.yaml",
      example("kgateway/03-jwt.yaml").split("---\n")[1]!.replace("extensionRef", "extensionReff"),
    );
    const { code, stdout, stderr } = await claimgate(["render", "--resources", manifests.path]);
    manifests.remove("09-bad.yaml");
    expect(code).toBe(1);
    expect(stderr).toContain("09-bad.yaml");
    expect(stderr).toContain("spec.jwtAuth.extensionReff");
    const rendered = JSON.parse(stdout) as Rendered;
    const { policies, defaultPolicy } = rendered.listeners["kgateway-system/http/http"]!;
    expect((policies as Record<string, object>)[defaultPolicy]).toHaveProperty("unenforceable");
    const conditions = findStatus(rendered.statuses, "TrafficPolicy kgateway-system/jwt-policy");
    expect(conditions).toMatchObject({ ancestors: [{ conditions: [{ type: "Accepted", status: "False" }, {}] }] });
  });

  test("a file that cannot be read whole: exit code 1, and nothing is rendered", async () => {
    manifests.put("09-bad.yaml", "a: [");
    const { code, stdout, stderr } = await claimgate(["render", "--resources", manifests.path]);
    manifests.remove("09-bad.yaml");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^claimgate: 09-bad\.yaml:1: does not parse.*\n$/);
    expect(JSON.parse(stdout)).toEqual({ listeners: {}, statuses: [] });
  });
});
