// Against client-node's KubeConfig: it must make no difference to the API server which of the two is asked.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AgentOptions, Agent, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { loadKubeConfig } from "./config.js";
import { Kubeconfig } from "./kubeconfig.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "claimgate-kubeconfig-"));
  for (const name of ["ca.crt", "tls.crt", "tls.key", "token"]) writeFileSync(join(folder, name), `content of ${name}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A file that names one cluster and one user. */
function write(cluster: object, user: object, name = "kubeconfig"): string {
  const file = join(folder, name);
  const all = {
    ...{ apiVersion: "v1", kind: "Config", "current-context": "x" },
    clusters: [{ name: "c", cluster: { server: "https://192.0.2.1:6443/", ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "ns" } }],
  };
  writeFileSync(file, stringify(all));
  return file;
}

/** What a request and its connection are made with; undefined members count for nothing. */
async function applied(config: Pick<KubeConfig, "applyToHTTPSOptions">): Promise<unknown> {
  const options: RequestOptions = { method: "GET", headers: { accept: "application/json" } };
  await config.applyToHTTPSOptions(options);
  const { agent, ...rest } = options;
  const { ca, cert, key, rejectUnauthorized, servername } = (agent as Agent & { options: AgentOptions }).options;
  const connection = { ca, cert, key, rejectUnauthorized, servername };
  return JSON.parse(
    JSON.stringify({ rest, connection, proxied: !(agent instanceof Agent) || "proxy" in agent }),
  ) as unknown;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

const CASES: Record<string, [cluster: object, user: object, needsAll?: boolean]> = {
  "certificates in the file": [
    { "certificate-authority-data": base64("ca") },
    { "client-certificate-data": base64("cert"), "client-key-data": base64("key") },
  ],
  "certificates beside it": [
    { "certificate-authority": "ca.crt" },
    { "client-certificate": "tls.crt", "client-key": "./tls.key" },
  ],
  "both: files count": [
    { "certificate-authority": "ca.crt", "certificate-authority-data": base64("other") },
    { "client-certificate": "tls.crt", "client-certificate-data": base64("other"), "client-key": "tls.key" },
  ],
  "a token": [{ "certificate-authority-data": base64("ca") }, { token: "secret" }],
  "a server by another name": [{ "tls-server-name": "kubernetes" }, { token: "secret" }],
  "a server that is not checked": [{ "insecure-skip-tls-verify": true }, { token: "secret" }],
  "a word for true is not true": [{ "insecure-skip-tls-verify": "true" }, { token: "secret" }],
  "a user without anything": [{}, {}],
  "a password": [{}, { username: "admin", password: "secret" }, true],
  "somebody else's name": [{}, { token: "secret", as: "another" }, true],
  "a proxy": [{ "proxy-url": "http://192.0.2.9:3128" }, { token: "secret" }, true],
  "plain text that is meant": [{ server: "http://192.0.2.1:8080", "insecure-skip-tls-verify": true }, {}, true],
  "a plugin": [
    {},
    {
      exec: {
        ...{ apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, interactiveMode: "Never" },
        args: ["-e", `console.log(JSON.stringify({ status: { token: "of the plugin" } }))`],
      },
    },
    true,
  ],
};

describe.each(Object.entries(CASES))("%s", (_name, [cluster, user, needsAll = false]) => {
  test("is as with client-node, which is loaded only if it has to be", async () => {
    const file = write(cluster, user);
    const theirs = new KubeConfig();
    theirs.loadFromFile(file);
    const ours = Kubeconfig.read(file);
    const all = vi.spyOn(ours, "full");
    expect(await applied(ours)).toEqual(await applied(theirs));
    expect(all).toHaveBeenCalledTimes(needsAll ? 1 : 0);
    expect(ours.getCurrentCluster()?.server).toBe(theirs.getCurrentCluster()?.server);
    expect(ours.getContextObject("x")).toEqual(theirs.getContextObject("x"));
  });
});

test("plain text is refused unless it is meant, as with client-node", async () => {
  const config = loadKubeConfig(write({ server: "http://192.0.2.1:8080" }, { token: "secret" }));
  await expect(applied(config)).rejects.toThrow("HTTP protocol is not allowed");
});

test("in a cluster: the service account's CA and token", async () => {
  writeFileSync(join(folder, "namespace"), "claimgate-system");
  vi.stubEnv("KUBERNETES_SERVICE_HOST", "2001:db8::1");
  vi.stubEnv("KUBERNETES_SERVICE_PORT", "443");
  const config = Kubeconfig.inCluster(folder, "here");
  const all = vi.spyOn(config, "full");
  expect(config.getCurrentCluster()?.server).toBe("https://[2001:db8::1]:443");
  expect(config.getContextObject(config.getCurrentContext())?.namespace).toBe("claimgate-system");
  const content = (name: string) => JSON.parse(JSON.stringify(Buffer.from(`content of ${name}`))) as unknown;
  expect(await applied(config)).toMatchObject({
    rest: { ca: content("ca.crt"), headers: { Authorization: "Bearer content of token" } },
    connection: { ca: content("ca.crt") },
  });
  expect(all).not.toHaveBeenCalled();
});

describe("several files", () => {
  const environment = () => ({ KUBECONFIG: ["one", "absent", "two"].map((name) => join(folder, name)).join(":") });

  test("the first that names a context decides", () => {
    const two = write({}, { token: "of two" }, "two").replace(/two$/, "one");
    writeFileSync(two, stringify({ clusters: [], users: [], contexts: [] }));
    expect(loadKubeConfig(undefined, environment()).getCurrentContext()).toBe("x");
  });

  test("two of one name are an error", () => {
    for (const name of ["one", "two"]) write({}, {}, name);
    expect(() => loadKubeConfig(undefined, environment())).toThrow("Duplicate cluster: c");
  });
});

test("what is no kubeconfig is not quoted", () => {
  const file = join(folder, "kubeconfig");
  for (const text of ["users: [secret", "users: !tag secret\nclusters: 1\nclusters: 2", "users: [{ user: secret }]"]) {
    writeFileSync(file, text);
    const warned = vi.spyOn(process, "emitWarning");
    expect(() => loadKubeConfig(file)).toThrow(`kubeconfig ${file} is not a kubeconfig`);
    expect(warned).not.toHaveBeenCalled();
  }
});
