// A CA and what it signs, for clusters without cert-manager: ECDSA on P-256 with SHA-256 (RFC 5480, RFC 5758), profiles of RFC 5280.
import { webcrypto } from "node:crypto";
// @peculiar/x509 resolves its parts through decorators, and looks for this when it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** PEM. */
export interface KeyPair {
  readonly certificate: string;
  /** PKCS #8. */
  readonly key: string;
}

/** What a certificate is for, and its only subject alternative names. */
export type Profile =
  { readonly use: "server"; readonly dns: readonly string[] } | { readonly use: "client"; readonly uri: string };

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
/** Clocks differ. */
const BACKDATED_MS = 5 * 60_000;
const EXTENDED_USE = {
  server: x509.ExtendedKeyUsage.serverAuth,
  client: x509.ExtendedKeyUsage.clientAuth,
} as const;

x509.cryptoProvider.set(webcrypto);

/** Signs certificates. Its key leaves it only as the PEM that it can be read from again. */
export class CertificateAuthority {
  private constructor(
    readonly pem: KeyPair,
    private readonly certificate: x509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
  ) {}

  static async create(days: number): Promise<CertificateAuthority> {
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: "CN=claimgate xDS CA",
      keys: keys,
      signingAlgorithm: ALGORITHM,
      ...validity(days),
      extensions: [
        // Signs end entities only.
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new CertificateAuthority(await pemOf(certificate, keys), certificate, keys.privateKey);
  }

  /** Rejects, without the key in the message, if the two are not a P-256 key and a CA certificate for it. */
  static async from(pem: KeyPair): Promise<CertificateAuthority> {
    try {
      const certificate = new x509.X509Certificate(pem.certificate);
      const der = x509.PemConverter.decodeFirst(pem.key);
      const key = await webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]);
      const authority = new CertificateAuthority(pem, certificate, key);
      const probe = await authority.issue({ use: "client", uri: "probe:" }, 1);
      const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
      const signed = await new x509.X509Certificate(probe.certificate).verify({
        publicKey: certificate.publicKey,
        signatureOnly: true,
      });
      if (constraints?.ca !== true || !signed) throw new Error();
      return authority;
    } catch {
      throw new Error("no usable CA: it takes a CA certificate and its P-256 key in PKCS #8");
    }
  }

  get notAfter(): Date {
    return this.certificate.notAfter;
  }

  /** A new key and its certificate, which ends with the CA's at the latest. */
  async issue(profile: Profile, days: number): Promise<KeyPair> {
    const keys = await generate();
    const { notBefore, notAfter } = validity(days);
    const certificate = await x509.X509CertificateGenerator.create({
      // No subject: names stand in the subject alternative names, which are critical then (RFC 5280 §4.2.1.6).
      issuer: this.certificate.subjectName,
      publicKey: keys.publicKey,
      signingKey: this.key,
      signingAlgorithm: ALGORITHM,
      notBefore,
      notAfter: notAfter < this.notAfter ? notAfter : this.notAfter,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([EXTENDED_USE[profile.use]]),
        new x509.SubjectAlternativeNameExtension(namesOf(profile), true),
        await x509.AuthorityKeyIdentifierExtension.create(this.certificate),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return pemOf(certificate, keys);
  }
}

function namesOf(profile: Profile): x509.JsonGeneralName[] {
  if (profile.use === "client") return [{ type: "url", value: profile.uri }];
  return profile.dns.map((value) => ({ type: "dns", value }));
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(now + days * DAY_MS) };
}

async function pemOf(certificate: x509.X509Certificate, { privateKey }: webcrypto.CryptoKeyPair): Promise<KeyPair> {
  const der = await webcrypto.subtle.exportKey("pkcs8", privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`,
  };
}
