import { createHmac, createSecretKey, hash } from "node:crypto";
import { place } from "../place.mjs";

export const entry = "tests/wasm/crypto.entry.ts";

const HASHES = ["sha256", "sha384", "sha512"];

function digest(exports, name, code, length, bar) {
  const text = Buffer.alloc(length, "The quick brown fox. ");
  const at = exports.input();
  const own = () => exports.hash(code, at, length);
  const node = () => hash(HASHES[code], text, "buffer");
  const check = () => {
    place(exports, text);
    const digestLength = own();
    return Buffer.from(exports.memory.buffer, exports.output(), digestLength).equals(node());
  };
  return { name, own, node, check, bar };
}

function hmac(exports, name, code) {
  const key = Buffer.alloc(64, 7);
  const secret = createSecretKey(key);
  const text = Buffer.alloc(1024, "x");
  const node = () => createHmac(HASHES[code], secret).update(text).digest();
  const mac = node();
  const prepared = exports.hmacKey(code, ...place(exports, key), key.length);
  const [macAt, textAt] = place(exports, mac, text);
  const own = () => exports.hmacVerify(prepared, macAt, mac.length, textAt, text.length);
  const check = () => {
    place(exports, mac, text);
    return own() === 1;
  };
  return { name, own, node, check };
}

export const rows = (exports) => [
  digest(exports, "SHA-256, 1 KB", 0, 1024, 7),
  digest(exports, "SHA-256, 64 KB", 0, 65_536),
  digest(exports, "SHA-512, 1 KB", 2, 1024),
  digest(exports, "SHA-512, 64 KB", 2, 65_536),
  hmac(exports, "HS256, 1 KB", 0),
  hmac(exports, "HS512, 1 KB", 2),
];
