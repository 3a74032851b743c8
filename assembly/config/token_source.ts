// providers.NAME.tokenSources: where in a request the provider's tokens are.
import { ascii, isListed, pointer, sameContent } from "../host/literal";
import { JsonDocument } from "../json/document";
import { arrayField, below, elementPath, expectObject, fail, failed, stringField } from "./fields";
import { checkTokenHeader } from "./header_name";
import { SourceKind, SourceSet, TokenSource } from "./model";

const FIELDS: StaticArray<string> = ["kind", "name", "prefix"];
const HEADER = ascii("header");
const QUERY = ascii("query");
const AUTHORIZATION = ascii("authorization");
const ACCESS_TOKEN = ascii("access_token");
const BEARER = ascii("bearer");
const NONE = ascii("");
const MAX_PARAMETER: i32 = 128;
const MAX_PREFIX: i32 = 2048;

/** Decodes the list; without one it is Envoy's: `Authorization: Bearer`, then the parameter access_token (extractor.cc). */
export function decodeTokenSources(doc: JsonDocument, object: i32, path: string): TokenSource[] {
  const sources: TokenSource[] = [];
  const list = arrayField(doc, object, "tokenSources", path);
  if (list < 0) {
    sources.push(new TokenSource(SourceKind.Header, AUTHORIZATION, NONE, true));
    sources.push(new TokenSource(SourceKind.Query, ACCESS_TOKEN, NONE, false));
    return sources;
  }
  if (doc.count(list) == 0) fail(path + ".tokenSources", "must name at least one place");
  for (let i = 0, token = list + 1, n = doc.count(list); i < n && !failed(); i++, token = doc.next(token)) {
    decodeTokenSource(doc, token, elementPath(path, "tokenSources", i), sources);
  }
  return sources;
}

function decodeTokenSource(doc: JsonDocument, token: i32, path: string, sources: TokenSource[]): void {
  if (!expectObject(doc, token, path, FIELDS)) return;
  const kind = stringField(doc, token, "kind", path);
  const name = stringField(doc, token, "name", path);
  const prefix = stringField(doc, token, "prefix", path);
  if (name === null) fail(path + ".name", "is required");
  if (kind === null) fail(path + ".kind", "is required");
  if (failed() || kind === null || name === null) return;
  if (sameContent(kind, HEADER)) {
    checkTokenHeader(name, below(path, "name"));
    if (prefix !== null) checkPrefix(prefix, below(path, "prefix"));
    const bearer = prefix !== null && isBearer(prefix);
    sources.push(new TokenSource(SourceKind.Header, name, prefix === null || bearer ? NONE : prefix, bearer));
  } else if (sameContent(kind, QUERY)) {
    if (prefix !== null) fail(path + ".prefix", "only headers have one");
    if (name.length == 0 || name.length > MAX_PARAMETER) {
      fail(path + ".name", "must be a parameter name of 1 to " + MAX_PARAMETER.toString() + " bytes");
    }
    sources.push(new TokenSource(SourceKind.Query, name, NONE, false));
  } else {
    fail(path + ".kind", "must be header or query");
  }
}

/** Values come without the blanks around them: a prefix that begins with one would never be found. */
function checkPrefix(prefix: StaticArray<u8>, path: string): void {
  if (prefix.length > MAX_PREFIX) return fail(path, "must have at most " + MAX_PREFIX.toString() + " bytes");
  if (prefix.length > 0 && (prefix[0] == 0x20 || prefix[0] == 0x09)) fail(path, "must not begin with a blank");
}

/** `Bearer`, with or without spaces behind it: an authentication scheme, and those have no case (RFC 9110 §11.1). */
function isBearer(prefix: StaticArray<u8>): bool {
  let length = prefix.length;
  while (length > 0 && unchecked(prefix[length - 1]) == 0x20) length--;
  if (length != BEARER.length) return false;
  for (let i = 0; i < length; i++) if ((unchecked(prefix[i]) | 0x20) != unchecked(BEARER[i])) return false;
  return true;
}

/** Adds the names of query parameters, each once. */
export function addTokenParameters(names: StaticArray<u8>[], sources: TokenSource[]): void {
  for (let i = 0; i < sources.length; i++) {
    const source = unchecked(sources[i]);
    if (source.kind == SourceKind.Query && !isListed(names, source.name)) names.push(source.name);
  }
}

/** The number of a source in a set, which it is added to if it is not there yet. */
export function numberOf(set: SourceSet, source: TokenSource): i32 {
  const sources = set.sources;
  for (let i = 0; i < sources.length; i++) if (unchecked(sources[i]).equals(source)) return i;
  if (source.kind == SourceKind.Query) set.readsQuery = true;
  else if (sameContent(source.name, AUTHORIZATION)) set.readsAuthorization = true;
  else set.needsPairs = true;
  return sources.push(source) - 1;
}

/** Whether two sets are the same, in the same order. */
export function sameSources(a: SourceSet, b: SourceSet): bool {
  if (a.sources.length != b.sources.length) return false;
  for (let i = 0; i < a.sources.length; i++) if (!unchecked(a.sources[i]).equals(unchecked(b.sources[i]))) return false;
  return true;
}
