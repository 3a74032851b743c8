// `claimgate certs`: certificates for xDS where there is no cert-manager.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { KeyPair } from "../pki/issue.js";
import { gatewayUri } from "../xds/identity.js";
import { printLine } from "./print.js";

export interface CertsOptions {
  /** "NS/NAME" of each Gateway that gets a client certificate. */
  gateway: string[];
  /** DNS names of the controller as Envoys call it. */
  serverName: string[];
  /** Namespace of the controller, for its Secret. */
  namespace: string;
  /** Validity of what is issued, in days. */
  days: number;
  /** "manifests" prints Secrets; all else is a directory for files. */
  output: string;
  /** Directory of ca.crt and ca.key: taken from there, or made and kept there. Without, a directory for files keeps its own, and for Secrets the CA's key is forgotten. */
  ca?: string;
}

/** Of the Secret in the controller's namespace. */
export const SERVER_SECRET = "claimgate-xds-tls";

/** Name of the Secret in the Gateway's namespace. */
export function clientSecret(gatewayName: string): string {
  return `${gatewayName}-claimgate-xds-tls`;
}

const CA_DAYS = 3650;
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;

interface Issued {
  readonly namespace: string;
  readonly secret: string;
  /** Below the output directory. */
  readonly folder: string;
  readonly pair: KeyPair;
}

/** Resolves to the exit code: 1, after one line that says why and with nothing printed, if something is wrong. */
export async function certs(options: CertsOptions): Promise<number> {
  try {
    const toFiles = options.output !== "manifests";
    check(options);
    const caDirectory = options.ca ?? (toFiles ? options.output : undefined);
    const { ca, issued } = await issueAll(options, caDirectory);
    if (toFiles) await writeFiles(options.output, ca, issued);
    else process.stdout.write(manifestsOf(ca, issued));
    return 0;
  } catch (error) {
    printLine((error as Error).message);
    return 1;
  }
}

function check({ gateway, serverName, namespace, days }: CertsOptions): void {
  if (gateway.length === 0) throw new Error("--gateway is missing");
  for (const name of gateway) {
    if (gatewayUri(name) === undefined) throw new Error(`--gateway ${JSON.stringify(name)} is not NS/NAME`);
    if (clientSecret(name).length - name.indexOf("/") - 1 > 253) throw new Error(`--gateway ${name} is too long`);
  }
  for (const name of serverName) {
    if (!DNS_NAME.test(name)) throw new Error(`--server-name ${JSON.stringify(name)} is not a DNS name in lower case`);
  }
  if (serverName.length === 0) throw new Error("--server-name is missing");
  if (!DNS_NAME.test(namespace) || namespace.includes("."))
    throw new Error(`--namespace ${JSON.stringify(namespace)} is none`);
  if (!Number.isInteger(days) || days < 1 || days > CA_DAYS) throw new Error(`--days must be from 1 to ${CA_DAYS}`);
}

async function issueAll(
  { gateway, serverName, namespace, days }: CertsOptions,
  caDirectory: string | undefined,
): Promise<{ ca: string; issued: Issued[] }> {
  // Loaded when asked for: no other command needs it.
  const { CertificateAuthority } = await import("../pki/issue.js");
  const kept = caDirectory === undefined ? undefined : await readCa(caDirectory);
  const authority =
    kept === undefined ? await CertificateAuthority.create(CA_DAYS) : await CertificateAuthority.from(kept);
  if (authority.notAfter.getTime() < Date.now()) throw new Error(`the CA in ${caDirectory} has expired`);
  if (authority.notAfter.getTime() < Date.now() + days * 86_400_000) {
    printLine(`the CA ends on ${authority.notAfter.toISOString()}, and what it signs with it`);
  }
  if (caDirectory !== undefined && kept === undefined) {
    await put(join(caDirectory, "ca.key"), authority.pem.key);
    await put(join(caDirectory, "ca.crt"), authority.pem.certificate);
  }
  const server: Issued = {
    namespace,
    secret: SERVER_SECRET,
    folder: "server",
    pair: await authority.issue({ use: "server", dns: serverName }, days),
  };
  const clients = [...new Set(gateway)].map(async (full): Promise<Issued> => {
    const [ns, name] = full.split("/") as [string, string];
    const pair = await authority.issue({ use: "client", uri: gatewayUri(full)! }, days);
    return { namespace: ns, secret: clientSecret(name), folder: join("gateways", ns, name), pair };
  });
  return { ca: authority.pem.certificate, issued: [server, ...(await Promise.all(clients))] };
}

/** Undefined if there is none. One file without the other is an error: a new CA would lock everybody out that trusts the old one. */
async function readCa(directory: string): Promise<KeyPair | undefined> {
  const [certificate, key] = await Promise.all(["ca.crt", "ca.key"].map((name) => readIfThere(join(directory, name))));
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new Error(`${directory} has only one of ca.crt and ca.key`);
  }
  return { certificate, key };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeFiles(directory: string, ca: string, issued: readonly Issued[]): Promise<void> {
  for (const { folder, pair } of issued) {
    await put(join(directory, folder, "ca.crt"), ca);
    await put(join(directory, folder, "tls.key"), pair.key);
    await put(join(directory, folder, "tls.crt"), pair.certificate);
  }
}

/** As a whole and for us only, whatever lay there: readers never see half of it, and Envoy notices files that are moved into place. */
async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.new`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function manifestsOf(ca: string, issued: readonly Issued[]): string {
  return issued
    .map(({ namespace, secret, pair }) =>
      stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secret, namespace, labels: { "app.kubernetes.io/managed-by": "claimgate" } },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": pair.certificate, "tls.key": pair.key, "ca.crt": ca },
      }),
    )
    .join("---\n");
}
