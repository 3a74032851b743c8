// Self-signed certificates. None of the code under test has a part in them.
import { webcrypto } from "node:crypto";
// @peculiar/x509 resolves its parts through decorators, and looks for this when it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** PEM; the key in PKCS #8. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHMS = {
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  p384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  rsa2048: rsa(2048),
  rsa1024: rsa(1024),
  ed25519: { name: "Ed25519" },
};

function rsa(modulusLength: number) {
  return {
    ...{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength },
    publicExponent: new Uint8Array([1, 0, 1]),
  };
}

x509.cryptoProvider.set(webcrypto);

/** A certificate for DNS names with a new key, good for an hour. */
export async function certificateFor(
  names: readonly string[],
  kind: keyof typeof ALGORITHMS = "p256",
): Promise<TestCertificate> {
  const algorithm = ALGORITHMS[kind];
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ name: `CN=${names[0]}`, keys, signingAlgorithm: algorithm },
    notBefore: new Date(Date.now() - 300_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value })))],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
}

/** A Secret of type kubernetes.io/tls, a document of its own. */
export function tlsSecret(name: string, { certificate, key }: TestCertificate, namespace = "default"): string {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return `
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: ${namespace} }
type: kubernetes.io/tls
data: { tls.crt: ${base64(certificate)}, tls.key: ${base64(key)} }
---`;
}
