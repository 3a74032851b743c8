import { generateKeyPairSync, sign, verify } from "node:crypto";
import { place } from "../place.mjs";

export const entry = "tests/wasm/ed25519.entry.ts";

/** Header and payload of a token with a dozen claims. */
const TEXT = Buffer.alloc(500, "eyJhbGciOiJFZERTQSJ9");

function eddsa(exports, name, bar) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const signature = sign(null, TEXT, privateKey);
  place(exports, Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url"));
  const key = exports.prepare();
  const own = () => exports.verify(key, signature.length, TEXT.length);
  const node = () => verify(null, TEXT, publicKey, signature);
  const check = () => {
    place(exports, signature, TEXT);
    return own() === 1 && node();
  };
  return { name, own, node, check, bar };
}

export const rows = (exports) => [eddsa(exports, "EdDSA (Ed25519)", 3)];
