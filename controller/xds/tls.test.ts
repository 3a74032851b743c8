import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clientPair, SecretMount, SERVER_NAME, serverPair } from "../../tests/support/pki.js";
import { CertificateAuthority, type KeyPair } from "../pki/issue.js";
import { readTlsFiles, type TlsFiles } from "./tls-files.js";
import { TlsListener, type TlsEvent } from "./tls.js";

let ca: CertificateAuthority;
let other: CertificateAuthority;
let server: KeyPair;
let client: KeyPair;
let folder = "";
let mount: SecretMount;
let files: TlsFiles;
let events: TlsEvent[] = [];
let listener: TlsListener | undefined;
let accepted: TLSSocket[] = [];
let protocols: unknown[] = [];
const clients: Socket[] = [];

beforeAll(async () => {
  [ca, other] = await Promise.all([CertificateAuthority.create(2), CertificateAuthority.create(2)]);
  [server, client] = await Promise.all([serverPair(ca), clientPair(ca, "default/http")]);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "claimgate-tls-"));
  mount = await new SecretMount(join(folder, "tls")).put(ca.pem.certificate, server);
  files = { certFile: mount.file("tls.crt"), keyFile: mount.file("tls.key"), clientCaFile: mount.file("ca.crt") };
  [events, accepted, protocols] = [[], [], []];
});

afterEach(async () => {
  for (const socket of clients.splice(0)) socket.destroy();
  await listener?.close();
  listener = undefined;
  await rm(folder, { recursive: true });
});

async function listen(): Promise<number> {
  // Read when told to, so that nothing depends on time.
  listener = await TlsListener.open({ ...files, pollMs: 3_600_000, onEvent: (event) => void events.push(event) });
  return listener.listen("127.0.0.1", 0, (socket) => {
    accepted.push(socket);
    protocols.push([socket.getProtocol(), socket.alpnProtocol, socket.authorized]);
    socket.end("in");
  });
}

/** "in" if the server accepted, and wrote so; else "out". Resumption tickets are kept in `tickets`. */
async function attempt(port: number, options: ConnectionOptions, tickets: Buffer[] = []): Promise<"in" | "out"> {
  const socket = connect({
    ...{ port, host: "127.0.0.1", servername: SERVER_NAME, ca: ca.pem.certificate, ALPNProtocols: ["h2"] },
    ...options,
  });
  clients.push(socket);
  socket.on("session", (ticket) => tickets.push(ticket));
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  // The alert of TLS 1.3 comes after the client's handshake is done, as an error or with the end.
  await once(socket, "end").catch(() => undefined);
  return text === "in" ? "in" : "out";
}

const withPair = ({ certificate, key }: KeyPair): ConnectionOptions => ({ cert: certificate, key });

describe("handshakes", () => {
  test("a certificate of the client CA is let in, over TLS 1.2 and 1.3, as HTTP/2", async () => {
    const port = await listen();
    expect(await attempt(port, withPair(client))).toBe("in");
    expect(await attempt(port, { ...withPair(client), maxVersion: "TLSv1.2" })).toBe("in");
    expect(protocols).toEqual([
      ["TLSv1.3", "h2", true],
      ["TLSv1.2", "h2", true],
    ]);
    expect(events).toEqual([]);
  });

  test.each<[string, () => Promise<ConnectionOptions>, string]>([
    ["no certificate", async () => ({}), "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"],
    [
      "one of another CA",
      async () => withPair(await clientPair(other, "default/http")),
      "UNABLE_TO_VERIFY|SELF_SIGNED|CERT|ISSUER",
    ],
    ["the server's own", async () => withPair(server), "INVALID_PURPOSE|UNSUPPORTED|CERT"],
    [
      "an old protocol",
      async () => ({ ...withPair(client), minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" }),
      "PROTOCOL",
    ],
    ["no HTTP/2", async () => ({ ...withPair(client), ALPNProtocols: ["http/1.1"] }), "ALPN|APPLICATION"],
  ])("%s: refused and reported", async (_, options, reason) => {
    const port = await listen();
    expect(await attempt(port, await options())).toBe("out");
    await expect
      .poll(() => events)
      .toEqual([
        {
          type: "refused",
          peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
          reason: expect.stringMatching(reason) as string,
          more: 0,
        },
      ]);
    expect(accepted).toEqual([]);
  });

  test("a flood of refusals is one line", async () => {
    const port = await listen();
    for (let i = 0; i < 5; i++) expect(await attempt(port, {})).toBe("out");
    expect(events.length).toBe(1);
  });

  test("close() ends those in the middle of a handshake", async () => {
    const port = await listen();
    const socket = connectTcp(port, "127.0.0.1");
    clients.push(socket);
    await once(socket, "connect");
    const ended = once(socket, "close");
    await listener?.close();
    listener = undefined;
    await ended;
  });
});

test("a port that is taken is an error of listen()", async () => {
  const port = await listen();
  const second = await TlsListener.open(files);
  await expect(second.listen("127.0.0.1", port, () => undefined)).rejects.toThrow("EADDRINUSE");
});

describe("rotation", () => {
  test("certificate, key and CA are taken over, and open connections stay", async () => {
    listener = await TlsListener.open({ ...files, pollMs: 10, onEvent: (event) => void events.push(event) });
    const port = await listener.listen("127.0.0.1", 0, (socket) => void accepted.push(socket));
    const options = { port, host: "127.0.0.1", servername: SERVER_NAME };
    const open = connect({ ...options, ...withPair(client), ca: ca.pem.certificate, ALPNProtocols: ["h2"] });
    clients.push(open);
    await once(open, "secureConnect");
    await expect.poll(() => accepted.length).toBe(1);
    await mount.put(other.pem.certificate, await serverPair(other));
    // Of its own accord.
    await expect.poll(() => events).toEqual([{ type: "rotated", notAfter: expect.any(Date) as Date }]);
    expect(await attempt(port, { ...withPair(client), ca: other.pem.certificate })).toBe("out");
    const fresh = connect({
      ...{ ...options, ...withPair(await clientPair(other, "default/http")) },
      ...{ ca: other.pem.certificate, ALPNProtocols: ["h2"] },
    });
    clients.push(fresh);
    await once(fresh, "secureConnect");
    await expect.poll(() => accepted.length).toBe(2);
    accepted[0]?.write("still here");
    expect(String(((await once(open, "data")) as [Buffer])[0])).toBe("still here");
  });

  test("a session of a CA that is gone cannot be resumed", async () => {
    const port = await listen();
    const tickets: Buffer[] = [];
    await attempt(port, withPair(client), tickets);
    const session = tickets.at(-1);
    if (session === undefined) throw new Error("no ticket");
    expect(await attempt(port, { ...withPair(client), session })).toBe("in");
    expect(accepted.at(-1)?.isSessionReused()).toBe(true);
    await mount.put(other.pem.certificate, server);
    await listener?.reload();
    expect(await attempt(port, { ...withPair(client), session })).toBe("out");
    expect(accepted.length).toBe(2);
  });

  test("what cannot be used is reported once, and what was in use stays in use", async () => {
    const port = await listen();
    const stranger = await serverPair(ca);
    await mount.put(ca.pem.certificate, { certificate: server.certificate, key: stranger.key });
    await listener?.reload();
    await listener?.reload();
    expect(events).toEqual([
      { type: "unusable", message: `${files.keyFile}: the key is not that of the certificate in ${files.certFile}` },
    ]);
    expect(await attempt(port, withPair(client))).toBe("in");
    await mount.put(ca.pem.certificate, stranger);
    await listener?.reload();
    expect(events.map(({ type }) => type)).toEqual(["unusable", "rotated"]);
    expect(await attempt(port, withPair(client))).toBe("in");
  });
});

describe("files", () => {
  test("missing", async () => {
    const file = join(folder, "none");
    await expect(readTlsFiles({ ...files, certFile: file })).rejects.toThrow(new Error(`${file}: ENOENT`));
  });

  test.each<[string, string, keyof TlsFiles, RegExp]>([
    ["an empty CA file, which would mean all public CAs", "", "clientCaFile", /ca: there is no PEM certificate$/],
    ["text for a CA", "not a certificate", "clientCaFile", /there is no PEM certificate$/],
    ["an empty key", "", "keyFile", /there is no private key/],
    [
      "damaged base64",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "clientCaFile",
      /a certificate cannot be read$/,
    ],
  ])("%s", async (_, content, which, message) => {
    const file = join(folder, "ca");
    await writeFile(file, content);
    await expect(readTlsFiles({ ...files, [which]: file })).rejects.toThrow(message);
  });

  test("an end entity's certificate is no CA", async () => {
    await expect(readTlsFiles({ ...files, clientCaFile: files.certFile })).rejects.toThrow(
      "none of the certificates is a CA's",
    );
  });

  test("an expired certificate", async () => {
    const aMinuteAgo = -1 / (24 * 60);
    await mount.put(ca.pem.certificate, await ca.issue({ use: "server", dns: [SERVER_NAME] }, aMinuteAgo));
    await expect(readTlsFiles(files)).rejects.toThrow(/tls\.crt: the certificate expired on /);
  });

  test("no message holds any of a key", async () => {
    const file = join(folder, "bad.key");
    await writeFile(file, server.key.replace("BEGIN", "BEGUN"));
    const error = await readTlsFiles({ ...files, keyFile: file }).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    const body = server.key.split("\n")[1] ?? "none";
    expect(JSON.stringify([error?.message, error?.stack, String(error?.cause)])).not.toContain(body.slice(0, 12));
  });
});
