import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { gatewayApiCrds } from "./gateway-api.js";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "claimgate-crds-"))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const crd = (name: string): string =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;
const GATEWAYS = crd("gateways.gateway.networking.k8s.io");
const ROUTES = crd("httproutes.gateway.networking.k8s.io");

it("reads a folder, and of it Gateway API's CRDs only", async () => {
  writeFileSync(join(folder, "b.yaml"), `# Copyright\n---\n${ROUTES}---\n${crd("others.example.com")}`);
  writeFileSync(join(folder, "a.yml"), `---\n${GATEWAYS}---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: n\n`);
  writeFileSync(join(folder, "kustomization.yaml"), "resources: [a.yml]\n");
  writeFileSync(join(folder, "README.md"), GATEWAYS);
  expect(await gatewayApiCrds(folder)).toEqual([
    { name: "gateways.gateway.networking.k8s.io", text: GATEWAYS },
    { name: "httproutes.gateway.networking.k8s.io", text: ROUTES },
  ]);
});

it("reads one file, as releases have it", async () => {
  const file = join(folder, "standard-install.yaml");
  writeFileSync(file, `${GATEWAYS}---\n${ROUTES}`);
  expect((await gatewayApiCrds(file)).map(({ name }) => name.split(".")[0])).toEqual(["gateways", "httproutes"]);
});

it("says in one line what is wrong with what it was given", async () => {
  await expect(gatewayApiCrds(folder)).rejects.toThrow(`${folder} holds no CustomResourceDefinition of Gateway API`);
  await expect(gatewayApiCrds(join(folder, "absent"))).rejects.toThrow(/^Gateway API's CRDs cannot be read: ENOENT/);
});

it("says in one line what to do without Go", async () => {
  vi.stubEnv("PATH", folder);
  await expect(gatewayApiCrds("")).rejects.toThrow(
    /^Gateway API's CRDs come from the Go module sigs\.k8s\.io\/gateway-api v1\.4\.0 \(Go is not installed\): install Go, .*$/,
  );
});

it("says in one line why Go could not fetch them, and takes no other than the published ones", async () => {
  const answer = (json: object) =>
    writeFileSync(join(folder, "go"), `#!/bin/sh\nprintf %s '${JSON.stringify(json)}'\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
  answer({ Error: "no such\nhost" });
  await expect(gatewayApiCrds("")).rejects.toThrow(/v1\.4\.0 \(no such host\): install Go/);
  answer({ Dir: folder, Sum: "h1:other" });
  await expect(gatewayApiCrds("")).rejects.toThrow("sigs.k8s.io/gateway-api v1.4.0 is not what was published");
});
