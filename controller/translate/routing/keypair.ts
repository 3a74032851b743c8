// The certificate and private key in a Secret of type kubernetes.io/tls. Nothing that is said of one quotes from it.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { V1Secret } from "../../api/types.js";

export interface KeyPair {
  /** PEM: the certificate, then those that signed it. */
  readonly chain: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

const TYPE = "kubernetes.io/tls";
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
/** What Envoy takes (source/common/tls/context_impl.cc); names as OpenSSL has them. */
const CURVES: ReadonlySet<string | undefined> = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const MIN_RSA_BITS = 2048;

const known = new WeakMap<V1Secret, KeyPair | string>();

/** The key pair, exactly as it was judged: what else may be in the fields is left out. A string says what is wrong. Pure. */
export function readKeyPair(secret: V1Secret): KeyPair | string {
  let result = known.get(secret);
  // Reading a key costs more than all else about a listener.
  if (result === undefined) known.set(secret, (result = parse(secret)));
  return result;
}

function parse(secret: V1Secret): KeyPair | string {
  if (secret.type !== TYPE) return `its type is not ${TYPE}`;
  const certificates = fieldOf(secret, "tls.crt");
  const privateKey = fieldOf(secret, "tls.key");
  if (certificates === undefined || privateKey === undefined) return "it needs tls.crt and tls.key";
  const blocks = certificates.match(CERTIFICATE) ?? [];
  const chain = blocks.map(certificateOf);
  const [leaf] = chain;
  if (leaf === undefined || chain.includes(undefined)) return "tls.crt is not a list of certificates in PEM";
  const key = keyOf(privateKey);
  if (key === undefined) return "tls.key is not a private key in PEM, or it is encrypted";
  if (!isServed(key)) return "only RSA keys of 2048 bits or more and ECDSA keys on P-256, P-384 or P-521 are served";
  if (!leaf.checkPrivateKey(key)) return "tls.key is not the key of the first certificate in tls.crt";
  return { chain: `${blocks.join("\n")}\n`, key: key.export({ type: "pkcs8", format: "pem" }).toString() };
}

/** The text of a field; undefined if there is none. An API server has turned stringData into data. */
function fieldOf({ data, stringData }: V1Secret, name: string): string | undefined {
  const text = stringData?.[name];
  if (text !== undefined) return text;
  const encoded = data?.[name];
  return encoded === undefined || !BASE64.test(encoded) ? undefined : Buffer.from(encoded, "base64").toString("latin1");
}

function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's reason is of no use to anybody, and might quote.
    return undefined;
  }
}

function isServed({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === "rsa") return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
  return asymmetricKeyType === "ec" && CURVES.has(asymmetricKeyDetails?.namedCurve);
}
