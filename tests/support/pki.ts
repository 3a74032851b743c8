import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { CertificateAuthority, type KeyPair } from "../../controller/pki/issue.js";
import { gatewayUri } from "../../controller/xds/identity.js";

/** The name of the controller in tests. */
export const SERVER_NAME = "claimgate-controller.claimgate-system.svc";

export function serverPair(ca: CertificateAuthority, name = SERVER_NAME): Promise<KeyPair> {
  return ca.issue({ use: "server", dns: [name] }, 1);
}

export function clientPair(ca: CertificateAuthority, gateway: string): Promise<KeyPair> {
  const uri = gatewayUri(gateway);
  if (uri === undefined) throw new Error(`${gateway} is no Gateway`);
  return ca.issue({ use: "client", uri }, 1);
}

/** A certificate for a client with any names, or with any extensions. */
export async function oddPair(
  ca: CertificateAuthority,
  names: readonly x509.JsonGeneralName[],
  more: readonly x509.Extension[] = [],
): Promise<KeyPair> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const caKey = createPrivateKey(ca.pem.key).export({ type: "pkcs8", format: "der" });
  const certificate = await x509.X509CertificateGenerator.create({
    issuer: new x509.X509Certificate(ca.pem.certificate).subjectName,
    subject: "CN=default/http",
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey("pkcs8", caKey, algorithm, false, ["sign"]),
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...names])]), ...more],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  return {
    certificate: certificate.toString("pem"),
    key: createPrivateKey({ key, type: "pkcs8", format: "der" }).export({ type: "pkcs8", format: "pem" }) as string,
  };
}

/** A directory that is filled as the kubelet fills that of a Secret: files are links through `..data`, which is replaced as a whole. */
export class SecretMount {
  #generation = 0;

  constructor(readonly path: string) {}

  /** ca.crt, tls.crt and tls.key. */
  async put(ca: string, pair: KeyPair): Promise<this> {
    const generation = `..${++this.#generation}`;
    await mkdir(join(this.path, generation), { recursive: true });
    const files = { "ca.crt": ca, "tls.crt": pair.certificate, "tls.key": pair.key };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(this.path, generation, name), content, { mode: 0o600 });
      if (this.#generation === 1) await symlink(join("..data", name), join(this.path, name));
    }
    await symlink(generation, join(this.path, "..data_tmp"));
    await rename(join(this.path, "..data_tmp"), join(this.path, "..data"));
    return this;
  }

  file(name: "ca.crt" | "tls.crt" | "tls.key"): string {
    return join(this.path, name);
  }
}
