import { constants, generateKeyPairSync, sign, verify } from "node:crypto";
import { place } from "../place.mjs";

export const entry = "tests/wasm/crypto.entry.ts";

const HASHES = ["sha256", "sha384", "sha512"];

function row(exports, { publicKey, privateKey }, name, code, bar) {
  const hash = HASHES[code];
  const pss = name.startsWith("PS");
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  const options = (key) => (pss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } : key);
  const text = Buffer.alloc(1024, "x");
  const signature = sign(hash, text, options(privateKey));
  const parts = [signature, text];
  const jwk = publicKey.export({ format: "jwk" });
  const [n, e] = [jwk.n, jwk.e].map((number) => Buffer.from(number, "base64url"));
  const [nAt, eAt] = place(exports, n, e);
  const key = exports.rsaKey(nAt, n.length, eAt, e.length);
  const ownVerify = pss ? exports.rsaPss : exports.rsaPkcs1;
  const [at, textAt] = place(exports, ...parts);
  const own = () => ownVerify(key, code, at, signature.length, textAt, text.length);
  const prepared = options(publicKey);
  const node = () => verify(hash, text, prepared, signature);
  const check = () => {
    place(exports, ...parts);
    return own() === 1 && node();
  };
  return { name, own, node, check, bar };
}

export function rows(exports) {
  const [small, middle, large] = [2048, 3072, 4096].map((modulusLength) =>
    generateKeyPairSync("rsa", { modulusLength }),
  );
  return [
    row(exports, small, "RS256, 2048 bits", 0, 2),
    row(exports, middle, "RS256, 3072 bits", 0),
    row(exports, large, "RS256, 4096 bits", 0, 4),
    row(exports, small, "RS512, 2048 bits", 2),
    row(exports, small, "PS256, 2048 bits", 0),
    row(exports, small, "PS512, 2048 bits", 2),
  ];
}
