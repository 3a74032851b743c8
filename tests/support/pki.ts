import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { CertificateAuthority, type KeyPair } from "../../controller/pki/issue.js";
import { gatewayUri } from "../../controller/xds/identity.js";
import { Mount } from "./mount.js";

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

/** As the kubelet mounts a Secret with a certificate. */
export class SecretMount extends Mount {
  /** ca.crt, tls.crt and tls.key. */
  put(ca: string, pair: KeyPair): Promise<this> {
    return this.fill({ "ca.crt": ca, "tls.crt": pair.certificate, "tls.key": pair.key });
  }

  file(name: "ca.crt" | "tls.crt" | "tls.key"): string {
    return join(this.path, name);
  }
}
