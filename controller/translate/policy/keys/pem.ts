// Public keys and certificates in PEM (RFC 7468). Nothing that is said of one quotes from it.
import { createPublicKey, type JsonWebKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Candidate } from "./candidate.js";

const BEGIN = "-----BEGIN ";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Whether a text is meant to be PEM: what precedes a block is explanation (RFC 7468 §5.2), but JSON is JSON. */
export function isPem(text: string): boolean {
  return text.includes(BEGIN) && !/^\s*[{["]/.test(text);
}

/** The keys of a PEM text: every block is one. `now`, in ms since 1970, is what certificates are dated by. */
export function readPemKeys(text: string, now: number): Candidate[] {
  const blocks = text.split(BEGIN).slice(1);
  const certificates = new Map<number, X509Certificate>();
  const candidates = blocks.map((block, index): Candidate => {
    const name = `PEM block ${index + 1}`;
    const [label = "", ...rest] = block.split("-----");
    // Before all else: what is wrong with a private key is of no interest.
    if (label.endsWith("PRIVATE KEY")) return { name, problem: "it is a private key: publish public keys only" };
    const [body = "", end] = rest;
    if (end !== `END ${label}`) return { name, problem: "its END line is missing" };
    const base64 = body.replaceAll(/\s/g, "");
    if (!BASE64.test(base64)) return { name, problem: "what is in it is not base64" };
    const der = Buffer.from(base64, "base64");
    try {
      if (label === "PUBLIC KEY") return readKey(name, createPublicKey({ key: der, format: "der", type: "spki" }));
      if (label === "RSA PUBLIC KEY") return readKey(name, createPublicKey({ key: der, format: "der", type: "pkcs1" }));
      if (label !== "CERTIFICATE") {
        return { name, problem: "it is none of PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE" };
      }
      const certificate = new X509Certificate(der);
      certificates.set(index, certificate);
      return { ...readKey(name, certificate.publicKey), ...expiry(certificate, now) };
    } catch {
      // OpenSSL's reason is of no use to anybody, and might quote.
      return { name, problem: "it cannot be read" };
    }
  });
  return candidates.map((candidate, index) => {
    const certificate = certificates.get(index);
    const issued = certificate === undefined ? undefined : issuedBy(certificate, certificates);
    if (issued === undefined) return candidate;
    // A chain is one key and those who vouch for it; a CA does not sign tokens.
    return { name: candidate.name, problem: `it is the certificate of who issued the one in PEM block ${issued + 1}` };
  });
}

/** The public key as a JWK, without `kid` and `alg`: PEM has neither, so it serves every algorithm of its type. */
function readKey(name: string, key: KeyObject): Candidate {
  let jwk: JsonWebKey;
  try {
    jwk = key.export({ format: "jwk" });
  } catch {
    return { name, problem: "keys of its type or on its curve are not supported" };
  }
  return { name, jwk: { ...jwk } };
}

/** Nobody validates a certificate that he was given by hand; but who forgot it should be reminded. */
function expiry(certificate: X509Certificate, now: number): { note?: string } {
  const end = Date.parse(certificate.validTo);
  if (!(end < now)) return {};
  return {
    note: `its certificate expired on ${new Date(end).toISOString().slice(0, 10)}; the key is used all the same`,
  };
}

/** The index of another certificate that this one's key has signed. */
function issuedBy(issuer: X509Certificate, all: ReadonlyMap<number, X509Certificate>): number | undefined {
  for (const [index, other] of all) {
    if (other.fingerprint256 === issuer.fingerprint256 || !other.checkIssued(issuer)) continue;
    // Names alone say little: a renewed self-signed certificate has the same.
    if (other.verify(issuer.publicKey)) return index;
  }
  return undefined;
}
