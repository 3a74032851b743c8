import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { readTlsFiles } from "../xds/tls-files.js";
import { certs, type CertsOptions } from "./certs.js";

const DAY_MS = 86_400_000;

let folder = "";
let stdout = "";
let stderr = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "claimgate-certs-"));
  [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((stderr += String(text)), true));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const options = (more: Partial<CertsOptions> = {}): CertsOptions => ({
  gateway: ["default/http", "team-a/my.gateway"],
  serverName: ["claimgate.claimgate-system.svc"],
  namespace: "claimgate-system",
  days: 30,
  output: "manifests",
  ...more,
});

interface Secret {
  kind: string;
  type: string;
  metadata: { name: string; namespace: string };
  stringData: { "tls.crt": string; "tls.key": string; "ca.crt": string };
}

/** What RFC 5280 and Node say of a certificate and its key. */
function expectPair(pem: Secret["stringData"], name: string, use: string, days: number): X509Certificate {
  const certificate = new X509Certificate(pem["tls.crt"]);
  const authority = new X509Certificate(pem["ca.crt"]);
  expect(certificate.subjectAltName).toBe(name);
  // id-kp-serverAuth, id-kp-clientAuth: RFC 5280 §4.2.1.12.
  expect(certificate.keyUsage).toEqual([use === "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2"]);
  expect([certificate.ca, authority.ca]).toEqual([false, true]);
  expect(certificate.checkPrivateKey(createPrivateKey(pem["tls.key"]))).toBe(true);
  expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  expect(Math.abs(Date.parse(certificate.validTo) - Date.now() - days * DAY_MS)).toBeLessThan(60_000);
  expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
  return certificate;
}

describe("manifests", () => {
  test("one Secret for the controller and one for each Gateway, in their namespaces", async () => {
    expect(await certs(options())).toBe(0);
    const secrets = parseAllDocuments(stdout).map((document) => document.toJS() as Secret);
    expect(secrets.map(({ kind, type, metadata }) => [kind, type, metadata.namespace, metadata.name])).toEqual([
      ["Secret", "kubernetes.io/tls", "claimgate-system", "claimgate-xds-tls"],
      ["Secret", "kubernetes.io/tls", "default", "http-claimgate-xds-tls"],
      ["Secret", "kubernetes.io/tls", "team-a", "my.gateway-claimgate-xds-tls"],
    ]);
    const [server, http, other] = secrets.map(({ stringData }) => stringData) as [
      Secret["stringData"],
      Secret["stringData"],
      Secret["stringData"],
    ];
    const serials = [
      expectPair(server, "DNS:claimgate.claimgate-system.svc", "server", 30),
      expectPair(http, "URI:spiffe://claimgate.dev/ns/default/gateway/http", "client", 30),
      expectPair(other, "URI:spiffe://claimgate.dev/ns/team-a/gateway/my.gateway", "client", 30),
    ].map(({ serialNumber }) => serialNumber);
    expect(new Set(serials).size).toBe(3);
    expect(new Set([server, http, other].map((data) => data["tls.key"])).size).toBe(3);
    expect(new Set([server, http, other].map((data) => data["ca.crt"])).size).toBe(1);
    // The CA's key is nowhere.
    expect(stdout.match(/BEGIN PRIVATE KEY/g)?.length).toBe(3);
    expect(stderr).toBe("");
  });

  test("a CA that is kept signs what comes later", async () => {
    const ca = join(folder, "ca");
    for (const gateway of ["default/http", "default/new"])
      expect(await certs(options({ gateway: [gateway], ca }))).toBe(0);
    const [first, second] = stdout
      .split(/(?<=\n)(?=apiVersion)/)
      .map((text) => /ca\.crt: (.*?)\n(?=\S|$)/s.exec(text)?.[1]);
    expect(second).toBe(first);
    expect((await readdir(ca)).sort()).toEqual(["ca.crt", "ca.key"]);
  });
});

describe("files", () => {
  test("are for us only, and are what the server and Envoy take", async () => {
    const output = join(folder, "out");
    expect(await certs(options({ output }))).toBe(0);
    expect([stdout, stderr]).toEqual(["", ""]);
    const names = (await readdir(output, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(names.map((name) => name.slice(output.length + 1)).sort()).toEqual(
      [
        "ca.crt",
        "ca.key",
        ...["gateways/default/http", "gateways/team-a/my.gateway", "server"].flatMap((at) =>
          ["ca.crt", "tls.crt", "tls.key"].map((name) => `${at}/${name}`),
        ),
      ].sort(),
    );
    for (const name of names) expect((await stat(name)).mode & 0o777).toBe(0o600);
    const [certFile, keyFile, clientCaFile] = ["tls.crt", "tls.key", "ca.crt"].map((name) =>
      join(output, "server", name),
    ) as [string, string, string];
    expect((await readTlsFiles({ certFile, keyFile, clientCaFile })).context.minVersion).toBe("TLSv1.2");
  });

  test("made again: the same CA, other certificates, and 0600 whatever lay there", async () => {
    const output = join(folder, "out");
    const read = (name: string) => readFile(join(output, name), "utf8");
    await certs(options({ output }));
    const before = [await read("ca.crt"), await read("server/tls.crt")];
    await rm(join(output, "server/tls.key"));
    await writeFile(join(output, "server/tls.key"), "", { mode: 0o644 });
    expect(await certs(options({ output, days: 10 }))).toBe(0);
    expect(await read("ca.crt")).toBe(before[0]);
    expect(await read("server/tls.crt")).not.toBe(before[1]);
    expect((await stat(join(output, "server/tls.key"))).mode & 0o777).toBe(0o600);
  });

  test("half a CA, or the key of another, makes nothing", async () => {
    const output = join(folder, "out");
    await certs(options({ output, gateway: ["default/http"] }));
    const certificate = await readFile(join(output, "server/tls.crt"), "utf8");
    const [crt, key] = [join(output, "ca.crt"), join(output, "ca.key")];
    const good = await readFile(key, "utf8");
    await writeFile(key, await readFile(join(output, "server/tls.key"), "utf8"));
    expect(await certs(options({ output }))).toBe(1);
    expect(stderr).toBe("claimgate: no usable CA: it takes a CA certificate and its P-256 key in PKCS #8\n");
    await writeFile(key, good);
    await rm(crt);
    stderr = "";
    expect(await certs(options({ output }))).toBe(1);
    expect(stderr).toBe(`claimgate: ${output} has only one of ca.crt and ca.key\n`);
    expect(await readFile(join(output, "server/tls.crt"), "utf8")).toBe(certificate);
    expect(await readdir(join(output, "gateways"), { recursive: true })).not.toContain("team-a");
  });
});

test.each<[Partial<CertsOptions>, RegExp]>([
  [{ gateway: [] }, /--gateway is missing/],
  [{ gateway: ["http"] }, /--gateway "http" is not NS\/NAME/],
  [{ gateway: ["a/../../x"] }, /is not NS\/NAME/],
  [{ gateway: [`a/${"n".repeat(250)}`] }, /too long/],
  [{ serverName: ["*.svc"] }, /--server-name "\*\.svc" is not a DNS name/],
  [{ serverName: [] }, /--server-name is missing/],
  [{ namespace: "a.b" }, /--namespace "a\.b" is none/],
  [{ days: 0 }, /--days must be/],
  [{ days: 3651 }, /--days must be/],
])("%j: one line, exit code 1, nothing printed", async (more, line) => {
  expect(await certs(options(more))).toBe(1);
  expect(stdout).toBe("");
  expect(stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(line)]);
});
