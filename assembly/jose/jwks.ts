import { JsonDocument, Kind } from "../json/document";
import { Alg, ALGORITHMS, algorithmByName } from "./algorithms";
import { EcJwk } from "./ec";
import { Jwk } from "./jwk";
import { memberOf } from "./member";
import { OctJwk } from "./oct";
import { OkpJwk } from "./okp";
import { RsaJwk } from "./rsa";

/** Status strings of Envoy (source/common/jwt/status.cc) for a set as a whole. */
export const JWKS_INVALID_JSON = "Jwks is an invalid JSON";
const JWKS_NO_KEYS = "Jwks does not have [keys] field";
const JWKS_BAD_KEYS = "[keys] in Jwks is not an array";
const JWKS_NO_VALID_KEY = "Jwks doesn't have any valid public key";
/** For a key whose `alg` is none of its type, in the order of Kty. */
const BAD_ALG: StaticArray<string> = [
  "[alg] is not started with [RS] or [PS] for an RSA key",
  "[alg] is not started with [ES] for an EC key",
  "[alg] does not start with [HS] for an HMAC key",
  "[alg] is not [EdDSA] for an OKP key",
];

/** What became of a key set. Texts name positions and members, never what is in them. */
export class JwkSet {
  keys: Array<Jwk> = [];
  /** One text for each entry that is not used. */
  refused: Array<string> = [];
  /** Empty if at least one key is usable. */
  error: string = "";
}

/**
 * Decodes the JWK Set (RFC 7517 §5) at `token`. A bad entry is left out and the others serve, as RFC 7517 §5 wants. `host`: whether
 * the host's code may verify; `symmetric`: whether secrets are taken, which a set that others can read must not hold.
 */
export function decodeJwks(doc: JsonDocument, token: i32, host: bool, symmetric: bool): JwkSet {
  const set = new JwkSet();
  const keys = memberOf(doc, token, "keys");
  if (doc.kind(token) != Kind.Object) set.error = JWKS_INVALID_JSON;
  else if (keys < 0) set.error = JWKS_NO_KEYS;
  else if (doc.kind(keys) != Kind.Array) set.error = JWKS_BAD_KEYS;
  if (set.error.length > 0) return set;

  let entry = keys + 1;
  for (let i = 0; i < doc.count(keys); i++, entry = doc.next(entry)) {
    const problem = decodeKey(doc, entry, i, set, host, symmetric);
    if (problem.length > 0) set.refused.push("keys[" + i.toString() + "]: " + problem);
  }
  if (set.keys.length == 0) {
    set.error = JWKS_NO_VALID_KEY;
    if (set.refused.length > 0) set.error += " (" + set.refused[0] + ")";
  }
  return set;
}

/** Adds the key at `token` to `set`; answers why not, or an empty string. */
function decodeKey(doc: JsonDocument, token: i32, index: i32, set: JwkSet, host: bool, symmetric: bool): string {
  if (doc.kind(token) != Kind.Object) return "not an object";
  const kty = memberOf(doc, token, "kty");
  if (kty < 0) return "[kty] is missing in [keys]";
  if (doc.kind(kty) != Kind.String) return "[kty] is bad in [keys]";
  const kind = doc.text(kty);
  if (kind == "oct" && !symmetric) return "[kty] oct is refused: a symmetric key is no public key";
  const secret = privateMember(doc, token, kind == "oct");
  if (secret.length > 0) return "[" + secret + "] is a private member: publish public keys only";
  const purpose = otherPurpose(doc, token);
  if (purpose.length > 0) return purpose;
  const key = newKey(kind, index);
  if (key === null) return "[kty] is not supported in [keys]";
  const named = readNames(doc, token, key);
  if (named.length > 0) return named;
  const problem = key.read(doc, token, host);
  if (problem.length > 0) return problem;
  set.keys.push(key);
  return "";
}

function newKey(kty: string, index: i32): Jwk | null {
  if (kty == "RSA") return new RsaJwk(index);
  if (kty == "EC") return new EcJwk(index);
  if (kty == "OKP") return new OkpJwk(index);
  return kty == "oct" ? new OctJwk(index) : null;
}

/** Members of RFC 7518 §6.2.2, §6.3.2 and §6.4.1 that only the key's owner may have; the one present, or an empty string. */
function privateMember(doc: JsonDocument, token: i32, symmetric: bool): string {
  // The last one is what a symmetric key consists of.
  const names: StaticArray<string> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
  for (let i = 0; i < names.length - i32(symmetric); i++) if (memberOf(doc, token, names[i]) >= 0) return names[i];
  return "";
}

/** Why the key is not for verifying signatures (RFC 7517 §4.2, §4.3), or an empty string. */
function otherPurpose(doc: JsonDocument, token: i32): string {
  const use = memberOf(doc, token, "use");
  if (use >= 0 && (doc.kind(use) != Kind.String || doc.text(use) != "sig")) return "[use] is not sig";
  const operations = memberOf(doc, token, "key_ops");
  if (operations < 0) return "";
  if (doc.kind(operations) == Kind.Array) {
    let operation = operations + 1;
    for (let i = 0; i < doc.count(operations); i++, operation = doc.next(operation)) {
      if (doc.kind(operation) == Kind.String && doc.text(operation) == "verify") return "";
    }
  }
  return "[key_ops] does not have verify";
}

/** Reads `kid` and `alg` into `key`; answers what is wrong with them. */
function readNames(doc: JsonDocument, token: i32, key: Jwk): string {
  const kid = memberOf(doc, token, "kid");
  if (kid >= 0) {
    if (doc.kind(kid) != Kind.String) return "[kid] field is not a string";
    if (doc.length(kid) > 0) {
      const bytes = new StaticArray<u8>(doc.length(kid));
      memory.copy(changetype<usize>(bytes), doc.pointer(kid), doc.length(kid));
      key.kid = bytes;
    }
  }
  const alg = memberOf(doc, token, "alg");
  if (alg < 0) return "";
  if (doc.kind(alg) != Kind.String) return "[alg] field is not a string";
  key.alg = algorithmByName(doc.pointer(alg), doc.length(alg));
  return key.alg != Alg.None && ALGORITHMS[key.alg].kty == key.kty ? "" : BAD_ALG[key.kty];
}
