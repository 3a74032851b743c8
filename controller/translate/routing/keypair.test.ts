import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { certificateFor, type TestCertificate } from "../../../tests/support/certificates.js";
import type { V1Secret } from "../../api/types.js";
import { readKeyPair } from "./keypair.js";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const secret = (certificate: string, key: string, more: Partial<V1Secret> = {}): V1Secret => ({
  metadata: { name: "s" },
  type: "kubernetes.io/tls",
  data: { "tls.crt": base64(certificate), "tls.key": base64(key) },
  ...more,
});

let leaf: TestCertificate;
let other: TestCertificate;
beforeAll(async () => {
  leaf = await certificateFor(["a.test"]);
  other = await certificateFor(["b.test"]);
});

describe("taken", () => {
  test.each(["p256", "p384", "rsa2048"] as const)("a key of %s", async (kind) => {
    const made = await certificateFor(["a.test"], kind);
    const pair = readKeyPair(secret(made.certificate, made.key));
    if (typeof pair === "string") throw new Error(pair);
    expect(new X509Certificate(pair.chain).fingerprint256).toBe(new X509Certificate(made.certificate).fingerprint256);
    expect(createPrivateKey(pair.key).equals(createPrivateKey(made.key))).toBe(true);
  });

  test("the whole chain, in its order, without what stands between", () => {
    const pair = readKeyPair(secret(`first\n${leaf.certificate}\nsecond\n${other.certificate}\n${leaf.key}`, leaf.key));
    expect(pair).toMatchObject({ chain: `${leaf.certificate.trim()}\n${other.certificate.trim()}\n` });
  });

  test("a key in SEC 1, as `openssl ecparam -genkey` writes it, with CRLF", () => {
    const key = createPrivateKey(leaf.key).export({ type: "sec1", format: "pem" }).toString();
    const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    const text = (parameters + key).replaceAll("\n", "\r\n");
    expect(readKeyPair(secret(leaf.certificate, text))).toEqual(readKeyPair(secret(leaf.certificate, leaf.key)));
  });

  test("stringData before data, as an API server does", () => {
    const stringData = { "tls.crt": leaf.certificate, "tls.key": leaf.key };
    const pair = readKeyPair(secret(other.certificate, other.key, { stringData }));
    expect(pair).toEqual(readKeyPair(secret(leaf.certificate, leaf.key)));
  });
});

describe("refused", () => {
  const MATCH = "tls.key is not the key of the first certificate in tls.crt";
  const PEM = "tls.crt is not a list of certificates in PEM";
  const KEY = "tls.key is not a private key in PEM, or it is encrypted";
  const KIND = "only RSA keys of 2048 bits or more and ECDSA keys on P-256, P-384 or P-521 are served";
  const MISSING = "it needs tls.crt and tls.key";

  test.each<[string, () => V1Secret, string]>([
    ["another type", () => secret(leaf.certificate, leaf.key, { type: "Opaque" }), "its type is not kubernetes.io/tls"],
    ["no type", () => ({ ...secret(leaf.certificate, leaf.key), type: undefined }) as unknown as V1Secret, "its type is not kubernetes.io/tls"], // prettier-ignore
    ["no data", () => secret("", "", { data: {} }), MISSING],
    ["no key", () => secret("", "", { data: { "tls.crt": base64(leaf.certificate) } }), MISSING],
    ["what is not base64", () => secret("", "", { data: { "tls.crt": leaf.certificate, "tls.key": leaf.key } }), MISSING], // prettier-ignore
    ["an empty certificate", () => secret("", leaf.key), PEM],
    ["no PEM", () => secret("certificate", leaf.key), PEM],
    ["PEM of something else", () => secret(leaf.certificate.replace(/MII.{20}/, "MIIAAAAAAAAAAAAAAAAAAAA"), leaf.key), PEM], // prettier-ignore
    ["one bad certificate in the chain", () => secret(`${leaf.certificate}\n${leaf.certificate.replace(/MI.{20}/, "AAAAAAAAAAAAAAAAAAAAAA")}`, leaf.key), PEM], // prettier-ignore
    ["no key in tls.key", () => secret(leaf.certificate, leaf.certificate), KEY],
    ["an encrypted key", () => secret(leaf.certificate, encrypted(leaf.key)), KEY],
    ["the key of another certificate", () => secret(leaf.certificate, other.key), MATCH],
    ["the issuer first", () => secret(`${other.certificate}\n${leaf.certificate}`, leaf.key), MATCH],
    ["a key on secp256k1", () => secret(leaf.certificate, ecKey("secp256k1")), KIND],
    ["a key on P-224", () => secret(leaf.certificate, ecKey("secp224r1")), KIND],
  ])("%s", (_, make, expected) => expect(readKeyPair(make())).toBe(expected));

  test.each(["rsa1024", "ed25519"] as const)("a key of %s, which Envoy does not take", async (kind) => {
    const made = await certificateFor(["a.test"], kind);
    expect(readKeyPair(secret(made.certificate, made.key))).toBe(KIND);
  });

  function encrypted(pem: string): string {
    const how = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" } as const;
    return createPrivateKey(pem).export(how).toString();
  }
  function ecKey(namedCurve: string): string {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve });
    return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  }
});
