// xDS over mutual TLS with a real Envoy: who gets what, and certificates that are replaced on both sides.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wasmPath } from "../../controller/cli/paths.js";
import { bootstrap } from "../../controller/envoy/bootstrap.js";
import { EnvoyProcess } from "../../controller/envoy/process.js";
import { sdsFiles } from "../../controller/envoy/tls.js";
import { CertificateAuthority, type KeyPair } from "../../controller/pki/issue.js";
import { AdsServer } from "../../controller/xds/server.js";
import type { XdsEvent } from "../../controller/xds/stream.js";
import { TlsListener, type TlsEvent } from "../../controller/xds/tls.js";
import { startEnvoy } from "../support/envoy.js";
import { Load } from "../support/load.js";
import { clientPair, SecretMount, SERVER_NAME, serverPair } from "../support/pki.js";
import { freePort } from "../support/ports.js";
import { snapshotOf, union, type Plan } from "../support/snapshots.js";

const GATEWAY = "default/http";

let folder = "";
let ca: CertificateAuthority;
let serverMount: SecretMount;
let server: AdsServer;
let port = 0;
let mounts = 0;
const events: (XdsEvent | TlsEvent)[] = [];
const secrets: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "claimgate-xds-tls-"));
  ca = await CertificateAuthority.create(2);
  serverMount = await mount(ca, await serverPair(ca));
  port = await freePort();
  server = await serve(0);
  server.publish(snapshotOf(plan("h1"), GATEWAY));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const plan = (hash: string): Plan => ({
  listeners: [{ name: "a", port }],
  tables: { a: [`${hash}@/x`] },
  clusters: {},
});

async function mount(authority: CertificateAuthority, pair: KeyPair): Promise<SecretMount> {
  secrets.push(pair.key);
  return new SecretMount(join(folder, `mount-${++mounts}`)).put(authority.pem.certificate, pair);
}

async function serve(at: number, from = serverMount): Promise<AdsServer> {
  const onEvent = (event: XdsEvent | TlsEvent) => void events.push(event);
  const tls = await TlsListener.open({
    ...{ certFile: from.file("tls.crt"), keyFile: from.file("tls.key"), clientCaFile: from.file("ca.crt") },
    ...{ pollMs: 20, onEvent },
  });
  const ads = new AdsServer({ address: "127.0.0.1", port: at, wasmPath: wasmPath(), transition: union, tls, onEvent });
  await ads.listen();
  return ads;
}

interface Client {
  readonly gateway?: string;
  readonly files: { caFile: string; certFile: string; keyFile: string };
  readonly serverName?: string;
  readonly xdsPort?: number;
}

const filesOf = (from: SecretMount) => ({
  ...{ caFile: from.file("ca.crt"), certFile: from.file("tls.crt"), keyFile: from.file("tls.key") },
});

/** Starts an Envoy, lets `use` look at it, and stops it. Nothing of a key may be in its log. */
async function withEnvoy(client: Client, use: (envoy: EnvoyProcess) => Promise<void>): Promise<void> {
  const logFile = join(folder, `envoy-${++mounts}.log`);
  const envoy = new EnvoyProcess({
    gateway: client.gateway ?? GATEWAY,
    xds: { address: "127.0.0.1", port: client.xdsPort ?? server.port },
    adminPort: 0,
    concurrency: 1,
    logFile,
    tls: { ...client.files, serverName: client.serverName ?? SERVER_NAME },
  });
  events.length = 0;
  try {
    await envoy.start();
    await use(envoy);
  } finally {
    await envoy.stop();
  }
  const log = (await readFile(logFile, "utf8")) + JSON.stringify(events);
  for (const key of secrets) expect(log).not.toContain(key.split("\n")[1]);
}

async function admin(envoy: EnvoyProcess, path: string): Promise<string> {
  return (await fetch(`${envoy.adminUrl}${path}`)).text();
}

/** The value of one counter of Envoy's xds cluster. */
async function counter(envoy: EnvoyProcess, name: string): Promise<number> {
  const text = await admin(
    envoy,
    `/stats?filter=${encodeURIComponent(`^cluster\\.xds\\.${name.replaceAll(".", "\\.")}$`)}`,
  );
  return Number(/: (\d+)/.exec(text)?.[1] ?? 0);
}

async function expectNothing(envoy: EnvoyProcess): Promise<void> {
  expect(await admin(envoy, "/listeners")).toBe("");
  expect(server.status()[GATEWAY]?.envoys).toEqual([]);
  expect(events.filter(({ type }) => type === "connected")).toEqual([]);
}

async function body(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/x`)).text();
}

const WAIT = { timeout: 20_000, interval: 25 };

describe("who gets the configuration", () => {
  test("an Envoy with the Gateway's certificate gets it and serves", async () => {
    const files = filesOf(await mount(ca, await clientPair(ca, GATEWAY)));
    await withEnvoy({ files }, async (envoy) => {
      await expect.poll(() => events.map(({ type }) => type), WAIT).toEqual(["connected", "programmed"]);
      expect(await body()).toBe("a h1");
      // What serves the certificates is Envoy's SDS, and no key is in what it shows.
      const dump = await admin(envoy, "/config_dump?include_eds");
      for (const key of secrets) expect(dump).not.toContain(key.split("\n")[1]);
    });
  });

  test("one of another Gateway gets nothing, under whichever name it comes", async () => {
    const files = filesOf(await mount(ca, await clientPair(ca, "default/other")));
    await withEnvoy({ files }, async (envoy) => {
      await expect.poll(() => events[0], WAIT).toMatchObject({ type: "unauthorized", gateway: GATEWAY });
      await expectNothing(envoy);
    });
  });

  test("one of another CA gets nothing", async () => {
    const stranger = await CertificateAuthority.create(1);
    const files = {
      ...filesOf(await mount(stranger, await clientPair(stranger, GATEWAY))),
      // It trusts the controller; the controller does not trust it.
      caFile: serverMount.file("ca.crt"),
    };
    await withEnvoy({ files }, async (envoy) => {
      await expect
        .poll(() => events[0], WAIT)
        .toMatchObject({ type: "refused", reason: expect.stringMatching(/CERT|ISSUER|VERIFY/) as string });
      await expectNothing(envoy);
    });
  });

  test("one without a certificate gets nothing", async () => {
    const from = await mount(ca, await clientPair(ca, GATEWAY));
    for (const [name, content] of Object.entries(sdsFiles(filesOf(from)))) await writeFile(join(folder, name), content);
    const made = bootstrap({
      ...{ gateway: GATEWAY, xds: { address: "127.0.0.1", port: server.port }, adminPort: 0 },
      tls: { ...filesOf(from), serverName: SERVER_NAME, sdsDirectory: folder },
    });
    // As rendered, but for the certificate, and it does not wait long for listeners to come.
    const text = JSON.stringify(made, (name, value: unknown) =>
      name === "tls_certificate_sds_secret_configs" ? undefined : value,
    ).replaceAll('"initial_fetch_timeout":"0s"', '"initial_fetch_timeout":"0.5s"');
    events.length = 0;
    const envoy = await startEnvoy(JSON.parse(text) as object);
    try {
      await expect
        .poll(() => events[0], WAIT)
        .toMatchObject({
          type: "refused",
          reason: "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE",
        });
      expect([...envoy.ports]).toEqual([]);
      expect(events.filter(({ type }) => type !== "refused")).toEqual([]);
    } finally {
      await envoy.stop();
    }
  });

  test("a controller of another name is refused by Envoy, though its CA is the right one", async () => {
    const files = filesOf(await mount(ca, await clientPair(ca, GATEWAY)));
    await withEnvoy({ files, serverName: "another.claimgate-system.svc" }, async (envoy) => {
      await expect.poll(() => counter(envoy, "ssl.fail_verify_san"), WAIT).toBeGreaterThan(0);
      await expectNothing(envoy);
    });
  });

  test("so is another Gateway's Envoy that plays the controller", async () => {
    const pair = await ca.issue({ use: "client", uri: "spiffe://claimgate.dev/ns/default/gateway/other" }, 1);
    const rogue = await serve(0, await mount(ca, pair));
    const files = filesOf(await mount(ca, await clientPair(ca, GATEWAY)));
    try {
      await withEnvoy({ files, xdsPort: rogue.port }, async (envoy) => {
        await expect.poll(() => counter(envoy, "ssl.fail_verify_error"), WAIT).toBeGreaterThan(0);
        await expectNothing(envoy);
      });
    } finally {
      await rogue.close();
    }
  });
});

describe("rotation", () => {
  test("of both sides, CA included: the stream and requests go on, and reconnects use what is new", async () => {
    const clientMount = await mount(ca, await clientPair(ca, GATEWAY));
    await withEnvoy({ files: filesOf(clientMount) }, async (envoy) => {
      await expect.poll(() => events.map(({ type }) => type), WAIT).toEqual(["connected", "programmed"]);
      const { pid } = envoy;
      const load = new Load(`http://127.0.0.1:${port}/x`);
      const next = await CertificateAuthority.create(2);
      const both = `${ca.pem.certificate}${next.pem.certificate}`;

      // First everybody trusts both CAs, then certificates change, then the old CA goes.
      const [oldServer, oldClient] = [await readPair(serverMount), await readPair(clientMount)];
      const [newServer, newClient] = [await serverPair(next), await clientPair(next, GATEWAY)];
      secrets.push(newServer.key, newClient.key);
      for (const [trusted, ofServer, ofClient] of [
        [both, oldServer, oldClient],
        [both, newServer, newClient],
        [next.pem.certificate, newServer, newClient],
      ] as const) {
        const seen = await reloads(envoy);
        const rotations = events.filter(({ type }) => type === "rotated").length;
        await serverMount.put(trusted, ofServer);
        await clientMount.put(trusted, ofClient);
        await expect.poll(() => reloads(envoy), WAIT).toBeGreaterThan(seen);
        await expect.poll(() => events.filter(({ type }) => type === "rotated").length, WAIT).toBe(rotations + 1);
      }

      // Still the first stream, and it works.
      const version = server.publish(snapshotOf(plan("h2"), GATEWAY));
      await expect.poll(() => server.status()[GATEWAY]?.envoys[0]?.acknowledged, WAIT).toBe(version);
      expect(events.filter(({ type }) => type === "disconnected")).toEqual([]);

      // A new one is made with what is new: its Envoy trusts the new CA only, and the controller, too.
      const at = server.port;
      await server.close();
      events.length = 0;
      server = await serve(at);
      server.publish(snapshotOf(plan("h2"), GATEWAY));
      await expect.poll(() => events.map(({ type }) => type), WAIT).toEqual(["connected", "programmed"]);
      const last = server.publish(snapshotOf(plan("h3"), GATEWAY));
      await expect.poll(() => server.status()[GATEWAY]?.envoys[0]?.acknowledged, WAIT).toBe(last);
      expect(await body()).toBe("a h3");
      expect(envoy.pid).toBe(pid);
      expect((await load.stop()).unexpected).toEqual([]);
    });
    // Who has the old certificate is locked out.
    const old = filesOf(await mount(ca, await clientPair(ca, GATEWAY)));
    await withEnvoy({ files: { ...old, caFile: serverMount.file("ca.crt") } }, async (envoy) => {
      await expect.poll(() => events[0], WAIT).toMatchObject({ type: "refused" });
      await expectNothing(envoy);
    });
  });
});

async function readPair(from: SecretMount): Promise<KeyPair> {
  const [certificate, key] = await Promise.all(
    (["tls.crt", "tls.key"] as const).map((name) => readFile(from.file(name), "utf8")),
  );
  return { certificate: certificate!, key: key! };
}

/** How often Envoy has made a new TLS context for its xds cluster. */
async function reloads(envoy: EnvoyProcess): Promise<number> {
  return counter(envoy, "client_ssl_socket_factory.ssl_context_update_by_sds");
}
