// Envoy's foreign function verify_signature (source/extensions/common/wasm/foreign.cc) on node's crypto and protobufjs.
import { createPublicKey, verify } from "node:crypto";
import protobuf from "protobufjs";

const { root } = protobuf.parse(`
  syntax = "proto3";
  message VerifySignatureArguments {
    string hash_function = 1; bytes public_key = 2; bytes signature = 3; bytes text = 4; string public_key_pem = 5;
  }
  message VerifySignatureResult { bool result = 1; string error = 2; }
`);
export const VerifySignatureArguments = root.lookupType("VerifySignatureArguments");
const VerifySignatureResult = root.lookupType("VerifySignatureResult");

const reply = (message) => Buffer.from(VerifySignatureResult.encode(message).finish());

/** The result's bytes, or null for BadArgument. */
export function verifySignature(bytes) {
  let args;
  try {
    args = VerifySignatureArguments.decode(bytes);
  } catch {
    return null;
  }
  if (args.publicKey.length === 0 || args.publicKeyPem) return null;
  const hash = args.hashFunction.toLowerCase();
  if (!["sha1", "sha224", "sha256", "sha384", "sha512"].includes(hash))
    return reply({ error: hash + " is not supported." });
  let key;
  try {
    key = createPublicKey({ key: Buffer.from(args.publicKey), format: "der", type: "spki" });
  } catch {
    return reply({ error: "Failed to initialize digest verify." });
  }
  const valid = verify(hash, args.text, key, args.signature);
  return reply(valid ? { result: true } : { error: "Failed to verify digest. Error code: 0" });
}
