// JWK Sets (RFC 7517 §5) and single JWKs (§4).
import { isObject } from "../../../api/defaults.js";
import type { Candidate, Origin } from "./candidate.js";

/** What the filter reads of a JWK; certificates and fingerprints would only make its configuration longer. */
const MEMBERS = ["kty", "kid", "use", "key_ops", "alg", "crv", "n", "e", "x", "y", "k"];
/** Members that only the owner of a key may have (RFC 7518 §6.2.2, §6.3.2). */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth"];
const MAX_KID = 64;

/** The keys of a JSON text, or what is wrong with it as a whole. */
export function readJsonKeys(text: string, origin: Origin): Candidate[] | { problem: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's own words would quote the key.
    return { problem: "is neither a JWKS nor a JWK nor PEM: it is not JSON, and has no -----BEGIN line" };
  }
  if (!isObject(document)) return { problem: "is neither a JWKS nor a JWK: not a JSON object" };
  if (!("keys" in document)) {
    if ("kty" in document) return [readJwk(document, "the key", origin)];
    return { problem: 'is neither a JWKS nor a JWK: it has no "keys" and no "kty"' };
  }
  const keys = document["keys"];
  if (!Array.isArray(keys)) return { problem: 'is not a JWKS: "keys" is not a list' };
  if (keys.length === 0) return { problem: 'is a JWKS without a key: "keys" is empty' };
  return keys.map((key: unknown, index) => readJwk(key, `keys[${index}]`, origin));
}

function readJwk(key: unknown, place: string, origin: Origin): Candidate {
  if (!isObject(key)) return { name: place, problem: "it is not an object" };
  const { kid, kty } = key;
  const name = typeof kid === "string" && kid !== "" ? `${place} (kid ${JSON.stringify(shortened(kid))})` : place;
  const secret = PRIVATE_MEMBERS.find((member) => member in key) ?? (kty !== "oct" && "k" in key ? "k" : undefined);
  if (secret !== undefined) {
    return { name, problem: `${JSON.stringify(secret)} is a private member: publish public keys only` };
  }
  if (kty === "oct" && origin !== "inline") {
    return { name, problem: "a symmetric key (kty oct) is taken inline only" };
  }
  return { name, jwk: Object.fromEntries(MEMBERS.filter((member) => member in key).map((m) => [m, key[m]])) };
}

function shortened(kid: string): string {
  return kid.length <= MAX_KID ? kid : `${kid.slice(0, MAX_KID)}…`;
}
