// checks[].authorization: Gloo's rbac (rbac.proto), with the same names and meanings.
import { ascii, copyBytes, pointer, sameBytes } from "../host/literal";
import { JsonDocument, Kind } from "../json/document";
import { compileRegex, regexError } from "../regex/regex";
import { ByteMap } from "./byte_map";
import { claimPath } from "./claim_path";
import {
  arrayField,
  below,
  elementPath,
  expectObject,
  fail,
  failed,
  find,
  mapField,
  memberPath,
  stringField,
  stringsField,
} from "./fields";
import { AuthorizationPolicy, ClaimMatch, Matcher, Principal } from "./model";

const FIELDS: StaticArray<string> = ["policies"];
const POLICY_FIELDS: StaticArray<string> = ["principals", "permissions", "nestedClaimDelimiter"];
const PRINCIPAL_FIELDS: StaticArray<string> = ["claims", "matcher", "provider"];
const PERMISSION_FIELDS: StaticArray<string> = ["pathPrefix", "methods"];
const MATCHERS: StaticArray<StaticArray<u8>> = [
  ascii("EXACT_STRING"),
  ascii("BOOLEAN"),
  ascii("LIST_CONTAINS"),
  ascii("REGEX_MATCH"),
];
// The spellings of Go's strconv.ParseBool, which Gloo uses.
const TRUE: StaticArray<StaticArray<u8>> = [
  ascii("1"),
  ascii("t"),
  ascii("T"),
  ascii("TRUE"),
  ascii("true"),
  ascii("True"),
];
const FALSE: StaticArray<StaticArray<u8>> = [
  ascii("0"),
  ascii("f"),
  ascii("F"),
  ascii("FALSE"),
  ascii("false"),
  ascii("False"),
];

/** Decodes an authorization object; failures go to fields.ts. */
export function decodeAuthorization(
  doc: JsonDocument,
  token: i32,
  path: string,
  providers: ByteMap,
): AuthorizationPolicy[] {
  const policies: AuthorizationPolicy[] = [];
  if (!expectObject(doc, token, path, FIELDS)) return policies;
  const map = mapField(doc, token, "policies", path);
  if (map < 0) {
    fail(path + ".policies", "is required; an empty object denies everybody");
    return policies;
  }
  for (let i = 0, key = map + 1, n = doc.count(map); i < n && !failed(); i++, key = doc.next(key + 1)) {
    policies.push(decodePolicy(doc, key + 1, memberPath(below(path, "policies"), doc, key), providers));
  }
  return policies;
}

function decodePolicy(doc: JsonDocument, token: i32, path: string, providers: ByteMap): AuthorizationPolicy {
  const policy = new AuthorizationPolicy();
  if (!expectObject(doc, token, path, POLICY_FIELDS)) return policy;
  const named = stringField(doc, token, "nestedClaimDelimiter", path);
  const delimiter = named === null ? new StaticArray<u8>(0) : named;
  const permissions = find(doc, token, "permissions");
  if (permissions >= 0 && expectObject(doc, permissions, below(path, "permissions"), PERMISSION_FIELDS)) {
    const prefix = stringField(doc, permissions, "pathPrefix", below(path, "permissions"));
    if (prefix !== null && prefix.length > 0) policy.pathPrefix = prefix;
    policy.methods = stringsField(doc, permissions, "methods", below(path, "permissions"));
  }
  const principals = arrayField(doc, token, "principals", path);
  if (principals < 0) {
    fail(path + ".principals", "is required");
    return policy;
  }
  for (let i = 0, at = principals + 1, n = doc.count(principals); i < n && !failed(); i++, at = doc.next(at)) {
    policy.principals.push(decodePrincipal(doc, at, elementPath(path, "principals", i), delimiter, providers));
  }
  return policy;
}

function decodePrincipal(
  doc: JsonDocument,
  token: i32,
  path: string,
  delimiter: StaticArray<u8>,
  providers: ByteMap,
): Principal {
  const principal = new Principal();
  if (!expectObject(doc, token, path, PRINCIPAL_FIELDS)) return principal;
  const provider = stringField(doc, token, "provider", path);
  if (provider !== null && provider.length > 0) {
    principal.provider = providers.get(pointer(provider), provider.length);
    if (principal.provider < 0) fail(path + ".provider", "is not one of the providers");
  }
  const named = stringField(doc, token, "matcher", path);
  let matcher = 0;
  if (named !== null) {
    matcher = indexOf(MATCHERS, named);
    if (matcher < 0) fail(path + ".matcher", "must be EXACT_STRING, BOOLEAN, LIST_CONTAINS or REGEX_MATCH");
  }
  const claims = mapField(doc, token, "claims", path);
  if (claims < 0) fail(path + ".claims", "is required");
  if (failed()) return principal;
  for (let i = 0, key = claims + 1, n = doc.count(claims); i < n && !failed(); i++, key = doc.next(key + 1)) {
    const at = memberPath(below(path, "claims"), doc, key);
    if (doc.kind(key + 1) != Kind.String) {
      fail(at, "must be a string");
      break;
    }
    const name = copyBytes(doc.pointer(key), doc.length(key));
    const value = copyBytes(doc.pointer(key + 1), doc.length(key + 1));
    principal.claims.push(compileMatch(new ClaimMatch(claimPath(name, delimiter), matcher, value), at));
  }
  return principal;
}

function compileMatch(match: ClaimMatch, path: string): ClaimMatch {
  if (match.matcher == Matcher.Boolean) {
    match.expected = indexOf(TRUE, match.value) >= 0;
    if (!match.expected && indexOf(FALSE, match.value) < 0) fail(path, "cannot be parsed to a bool to use BOOLEAN");
  } else if (match.matcher == Matcher.RegexMatch) {
    match.regex = compileRegex(pointer(match.value), match.value.length);
    if (match.regex === null) fail(path, "is not a regular expression (RE2): " + regexError());
  }
  return match;
}

function indexOf(list: StaticArray<StaticArray<u8>>, bytes: StaticArray<u8>): i32 {
  for (let i = 0; i < list.length; i++) {
    const entry = unchecked(list[i]);
    if (sameBytes(pointer(entry), entry.length, pointer(bytes), bytes.length)) return i;
  }
  return -1;
}
