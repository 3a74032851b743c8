// providers.NAME: who issues tokens, which keys sign them, which claims become headers.
import { ascii, sameContent } from "../host/literal";
import { JsonDocument } from "../json/document";
import { decodeJwks } from "../jose/jwks";
import { keySetHigh, keySetLow, nameKeySet } from "../jose/key_set_id";
import { sanitizeAudiences } from "./audience";
import { claimPath } from "./claim_path";
import { decodeFailureStatus } from "./failure_status";
import {
  arrayField,
  below,
  boolField,
  elementPath,
  expectObject,
  fail,
  failed,
  find,
  integerField,
  stringField,
  stringsField,
} from "./fields";
import { checkHeaderName } from "./header_name";
import { ClaimHeader, Provider, SourceKind, TokenSource } from "./model";
import { decodeRemoteJwks } from "./remote_jwks";
import { decodeTokenSources } from "./token_source";

const FIELDS: StaticArray<string> = [
  "issuer",
  "audiences",
  "clockSkewSeconds",
  "tokenSources",
  "forwardToken",
  "jwks",
  "remoteJwks",
  "claimsToHeaders",
  "failureStatus",
];
const CLAIM_FIELDS: StaticArray<string> = ["claim", "header", "encoding", "append"];
const DOT = ascii(".");
const JSON_ENCODING = ascii("json");
const BASE64_ENCODING = ascii("base64");
/** More than a day of skew is a mistake (milliseconds, most likely). */
const MAX_SKEW: u64 = 86400;

/** Decodes one provider; failures go to fields.ts. `hostCrypto`: whether the host's code may check its signatures. */
export function decodeProvider(doc: JsonDocument, token: i32, path: string, hostCrypto: bool): Provider {
  const provider = new Provider();
  if (!expectObject(doc, token, path, FIELDS)) return provider;
  const issuer = stringField(doc, token, "issuer", path);
  if (issuer !== null && issuer.length > 0) provider.issuer = issuer;
  provider.audiences = sanitizeAudiences(stringsField(doc, token, "audiences", path));
  provider.clockSkew = integerField(doc, token, "clockSkewSeconds", path, 60, MAX_SKEW);
  provider.sources = decodeTokenSources(doc, token, path);
  provider.forwardToken = boolField(doc, token, "forwardToken", path, false);
  provider.failureStatus = decodeFailureStatus(doc, token, path);
  const jwks = find(doc, token, "jwks");
  const remote = find(doc, token, "remoteJwks");
  if (jwks >= 0 && remote >= 0) fail(path + ".remoteJwks", "excludes jwks");
  if (jwks < 0 && remote < 0) fail(path + ".jwks", "is required, or remoteJwks");
  if (failed()) return provider;
  if (remote >= 0) provider.remote = decodeRemoteJwks(doc, remote, below(path, "remoteJwks"));
  else decodeLocalJwks(doc, jwks, below(path, "jwks"), provider, hostCrypto);
  decodeClaimHeaders(doc, token, path, provider);
  return provider;
}

function decodeLocalJwks(doc: JsonDocument, token: i32, path: string, provider: Provider, hostCrypto: bool): void {
  const keys = decodeJwks(doc, token, hostCrypto, true);
  if (keys.error.length > 0) fail(path, keys.error);
  provider.keys = keys.keys;
  nameKeySet(doc, token);
  provider.keySetHigh = keySetHigh;
  provider.keySetLow = keySetLow;
}

function decodeClaimHeaders(doc: JsonDocument, object: i32, path: string, provider: Provider): void {
  const list = arrayField(doc, object, "claimsToHeaders", path);
  if (list < 0) return;
  for (let i = 0, token = list + 1, n = doc.count(list); i < n; i++, token = doc.next(token)) {
    const at = elementPath(path, "claimsToHeaders", i);
    if (!expectObject(doc, token, at, CLAIM_FIELDS)) return;
    const claim = stringField(doc, token, "claim", at);
    const header = stringField(doc, token, "header", at);
    if (claim === null || claim.length == 0) fail(at + ".claim", "is required");
    if (header === null) fail(at + ".header", "is required");
    if (failed() || claim === null || header === null) return;
    checkHeaderName(header, below(at, "header"));
    if (readsHeader(provider.sources, header)) return fail(at + ".header", "is where the provider's tokens are");
    const encoding = stringField(doc, token, "encoding", at);
    const plain = encoding !== null && sameContent(encoding, JSON_ENCODING);
    if (encoding !== null && !plain && !sameContent(encoding, BASE64_ENCODING))
      fail(at + ".encoding", "must be base64 or json");
    const append = boolField(doc, token, "append", at, false);
    const mapping = new ClaimHeader(claimPath(claim, DOT), header, plain, append);
    mapping.isRepeated = writesHeader(provider.claimHeaders, header);
    provider.claimHeaders.push(mapping);
  }
}

function writesHeader(mappings: ClaimHeader[], name: StaticArray<u8>): bool {
  for (let i = 0; i < mappings.length; i++) if (sameContent(unchecked(mappings[i]).header, name)) return true;
  return false;
}

function readsHeader(sources: TokenSource[], name: StaticArray<u8>): bool {
  for (let i = 0; i < sources.length; i++) {
    const source = unchecked(sources[i]);
    if (source.kind == SourceKind.Header && sameContent(source.name, name)) return true;
  }
  return false;
}
