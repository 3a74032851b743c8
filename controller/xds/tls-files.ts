// The three files of the server's side of mTLS, read as one and judged before they are used.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";

/** PEM files, typically of a mounted Secret of type kubernetes.io/tls. */
export interface TlsFiles {
  /** The server's certificate, then its intermediates. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Who signs client certificates: everybody with a certificate of these is let in, so a CA of its own. */
  readonly clientCaFile: string;
}

/** Usable together: the key is the certificate's, all of it is in force, there is a CA. */
export interface TlsMaterial {
  readonly context: SecureContextOptions;
  /** End of the server certificate's validity. */
  readonly notAfter: Date;
  /** Equal for equal content. */
  readonly content: string;
}

const MIN_VERSION = "TLSv1.2";
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads and judges the files. Rejects with a line that names the file and what is wrong with it, and holds nothing of its content. */
export async function readTlsFiles({ certFile, keyFile, clientCaFile }: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([read(certFile), read(keyFile), read(clientCaFile)]);
  const [leaf] = parse(cert, certFile) as [X509Certificate, ...X509Certificate[]];
  const now = Date.now();
  if (Date.parse(leaf.validFrom) > now)
    throw new Error(`${certFile}: the certificate is not valid before ${leaf.validFrom}`);
  if (Date.parse(leaf.validTo) < now) throw new Error(`${certFile}: the certificate expired on ${leaf.validTo}`);
  if (!owns(leaf, key, keyFile)) throw new Error(`${keyFile}: the key is not that of the certificate in ${certFile}`);
  // Node takes an empty list of CAs for its own list of public ones, and passes over what is no certificate.
  const authorities = parse(ca, clientCaFile);
  if (!authorities.some(({ ca }) => ca)) throw new Error(`${clientCaFile}: none of the certificates is a CA's`);
  const context = { cert, key, ca: authorities.map(String), minVersion: MIN_VERSION } as const;
  try {
    createSecureContext(context);
  } catch (error) {
    throw new Error(`${certFile}: cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return { context, notAfter: new Date(leaf.validTo), content: [cert, key, ca].join("\0") };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`${file}: ${(error as NodeJS.ErrnoException).code ?? "cannot be read"}`, { cause: error });
  }
}

/** At least one. */
function parse(pem: string, file: string): X509Certificate[] {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new Error(`${file}: there is no PEM certificate`);
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new Error(`${file}: a certificate cannot be read`, { cause: error });
    }
  });
}

function owns(leaf: X509Certificate, key: string, file: string): boolean {
  let parsed;
  try {
    parsed = createPrivateKey(key);
  } catch {
    // Without the cause: whatever is printed of an error here must not come from a key.
    throw new Error(`${file}: there is no private key in PEM without a passphrase`);
  }
  return leaf.checkPrivateKey(parsed);
}
