import { generateKeyPairSync, sign, verify } from "node:crypto";
import { place } from "../place.mjs";

export const entry = "tests/wasm/ec.entry.ts";

function ecdsa(exports, name, crv, code, hash, bar) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: crv });
  const { x, y } = publicKey.export({ format: "jwk" });
  const handle = exports.ecKey(code, ...place(exports, Buffer.from(x, "base64url"), Buffer.from(y, "base64url")));
  const text = Buffer.alloc(1024, "x");
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" };
  const signature = sign(hash, text, { key: privateKey, dsaEncoding: "ieee-p1363" });
  const [at, textAt] = place(exports, signature, text);
  const own = () => exports.ecdsaVerify(handle, code, at, signature.length, textAt, text.length);
  const node = () => verify(hash, text, key, signature);
  const check = () => {
    place(exports, signature, text);
    return own() === 1 && node();
  };
  return { name, own, node, check, bar };
}

export const rows = (exports) => [
  ecdsa(exports, "ES256", "P-256", 0, "sha256", 2.5),
  ecdsa(exports, "ES384", "P-384", 1, "sha384", 3),
  ecdsa(exports, "ES512", "P-521", 2, "sha512"),
];
