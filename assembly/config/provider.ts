// providers.NAME: who issues tokens, which keys sign them, which claims become headers.
import { ascii, sameBytes, pointer } from "../host/literal";
import { JsonDocument } from "../json/document";
import { decodeJwks } from "../jose/jwks";
import { claimPath } from "./claim_path";
import { arrayField, boolField, expectObject, fail, failed, find, integerField, stringField } from "./fields";
import { checkHeaderName } from "./header_name";
import { ClaimHeader, Provider } from "./model";

const FIELDS: StaticArray<string> = ["issuer", "clockSkewSeconds", "forwardToken", "jwks", "claimsToHeaders"];
const CLAIM_FIELDS: StaticArray<string> = ["claim", "header", "encoding"];
const DOT = ascii(".");
const JSON_ENCODING = ascii("json");
const BASE64_ENCODING = ascii("base64");
/** More than a day of skew is a mistake (milliseconds, most likely). */
const MAX_SKEW: u64 = 86400;

/** Decodes one provider; failures go to fields.ts. */
export function decodeProvider(doc: JsonDocument, token: i32, path: string): Provider {
  const provider = new Provider();
  if (!expectObject(doc, token, path, FIELDS)) return provider;
  const issuer = stringField(doc, token, "issuer", path);
  if (issuer !== null && issuer.length > 0) provider.issuer = issuer;
  provider.clockSkew = integerField(doc, token, "clockSkewSeconds", path, 60, MAX_SKEW);
  provider.forwardToken = boolField(doc, token, "forwardToken", path, false);
  const jwks = find(doc, token, "jwks");
  if (jwks < 0) fail(path + ".jwks", "is required");
  if (failed()) return provider;
  const keys = decodeJwks(doc, jwks);
  if (keys.error.length > 0) fail(path + ".jwks", keys.error);
  provider.keys = keys.keys;
  decodeClaimHeaders(doc, token, path, provider);
  return provider;
}

function decodeClaimHeaders(doc: JsonDocument, object: i32, path: string, provider: Provider): void {
  const list = arrayField(doc, object, "claimsToHeaders", path);
  if (list < 0) return;
  for (let i = 0, token = list + 1, n = doc.count(list); i < n; i++, token = doc.next(token)) {
    const at = path + ".claimsToHeaders[" + i.toString() + "]";
    if (!expectObject(doc, token, at, CLAIM_FIELDS)) return;
    const claim = stringField(doc, token, "claim", at);
    const header = stringField(doc, token, "header", at);
    if (claim === null || claim.length == 0) fail(at + ".claim", "is required");
    if (header === null) fail(at + ".header", "is required");
    if (failed() || claim === null || header === null) return;
    checkHeaderName(header, at + ".header");
    const encoding = stringField(doc, token, "encoding", at);
    const plain = encoding !== null && same(encoding, JSON_ENCODING);
    if (encoding !== null && !plain && !same(encoding, BASE64_ENCODING))
      fail(at + ".encoding", "must be base64 or json");
    provider.claimHeaders.push(new ClaimHeader(claimPath(claim, DOT), header, plain));
  }
}

function same(a: StaticArray<u8>, b: StaticArray<u8>): bool {
  return sameBytes(pointer(a), a.length, pointer(b), b.length);
}
