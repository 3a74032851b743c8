// checks[].authorization: Gloo's rbac (rbac.proto), with the same names and meanings.
import { ascii, copyBytes, pointer } from "../host/literal";
import { JsonDocument, Kind } from "../json/document";
import { Regex, compileRegex, regexError } from "../regex/regex";
import { claimPath, findDelimiter } from "./claim_path";
import { Common } from "./common";
import {
  arrayField,
  below,
  choiceField,
  elementPath,
  expectObject,
  fail,
  failed,
  find,
  mapField,
  memberPath,
  stringField,
  stringsField,
  whichOf,
} from "./fields";
import { AuthorizationPolicy, ClaimMatch, Matcher, Principal } from "./model";

const NONE = ascii("");
const NOBODY = new StaticArray<AuthorizationPolicy>(0);
const FIELDS: StaticArray<string> = ["policies"];
const POLICY_FIELDS: StaticArray<string> = ["principals", "permissions", "nestedClaimDelimiter"];
const PRINCIPAL_FIELDS: StaticArray<string> = ["claims", "matcher", "provider"];
const PERMISSION_FIELDS: StaticArray<string> = ["pathPrefix", "methods"];
const MATCHERS: StaticArray<string> = ["EXACT_STRING", "BOOLEAN", "LIST_CONTAINS", "REGEX_MATCH"];
/** The spellings of Go's strconv.ParseBool, which Gloo uses: those of true, then those of false. */
const BOOLEANS: StaticArray<string> = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];
const TRUE_SPELLINGS: i32 = 6;

/** Decodes an authorization object; failures go to fields.ts. */
export function decodeAuthorization(
  doc: JsonDocument,
  token: i32,
  path: string,
  common: Common,
): StaticArray<AuthorizationPolicy> {
  const known = common.authorizations.find(token);
  return known !== null ? known : common.authorizations.add(decodeNew(doc, token, path, common));
}

function decodeNew(doc: JsonDocument, token: i32, path: string, common: Common): StaticArray<AuthorizationPolicy> {
  if (!expectObject(doc, token, path, FIELDS)) return NOBODY;
  const map = mapField(doc, token, "policies", path);
  if (map < 0) {
    fail(path + ".policies", "is required; an empty object denies everybody");
    return NOBODY;
  }
  const count = doc.count(map);
  const policies = new StaticArray<AuthorizationPolicy>(count);
  for (let i = 0, key = map + 1; i < count && !failed(); i++, key = doc.next(key + 1)) {
    const policy = decodePolicy(doc, key + 1, memberPath(below(path, "policies"), doc, key), common);
    unchecked((policies[i] = policy));
  }
  return policies;
}

function decodePolicy(doc: JsonDocument, token: i32, path: string, common: Common): AuthorizationPolicy {
  const policy = new AuthorizationPolicy();
  if (!expectObject(doc, token, path, POLICY_FIELDS)) return policy;
  const named = stringField(doc, token, "nestedClaimDelimiter", path);
  const delimiter = named === null ? NONE : named;
  const permissions = find(doc, token, "permissions");
  if (permissions >= 0 && expectObject(doc, permissions, below(path, "permissions"), PERMISSION_FIELDS)) {
    const prefix = stringField(doc, permissions, "pathPrefix", below(path, "permissions"));
    if (prefix !== null && prefix.length > 0) policy.pathPrefix = prefix;
    const methods = stringsField(doc, permissions, "methods", below(path, "permissions"));
    if (methods.length > 0) policy.methods = methods;
  }
  const principals = arrayField(doc, token, "principals", path);
  if (principals < 0) {
    fail(path + ".principals", "is required");
    return policy;
  }
  const count = doc.count(principals);
  policy.principals = new StaticArray<Principal>(count);
  for (let i = 0, at = principals + 1; i < count && !failed(); i++, at = doc.next(at)) {
    const principal = decodePrincipal(doc, at, elementPath(path, "principals", i), delimiter, common);
    unchecked((policy.principals[i] = principal));
  }
  return policy;
}

function decodePrincipal(
  doc: JsonDocument,
  token: i32,
  path: string,
  delimiter: StaticArray<u8>,
  common: Common,
): Principal {
  const principal = new Principal();
  if (!expectObject(doc, token, path, PRINCIPAL_FIELDS)) return principal;
  const provider = stringField(doc, token, "provider", path);
  if (provider !== null && provider.length > 0) {
    principal.provider = common.providerNames.get(pointer(provider), provider.length);
    if (principal.provider < 0) fail(path + ".provider", "is not one of the providers");
  }
  const matcher: Matcher = choiceField(
    doc,
    token,
    "matcher",
    path,
    MATCHERS,
    Matcher.ExactString,
    "must be EXACT_STRING, BOOLEAN, LIST_CONTAINS or REGEX_MATCH",
  );
  const claims = mapField(doc, token, "claims", path);
  if (claims < 0) fail(path + ".claims", "is required");
  if (failed()) return principal;
  const count = doc.count(claims);
  principal.claims = new StaticArray<ClaimMatch>(count);
  for (let i = 0, key = claims + 1; i < count && !failed(); i++, key = doc.next(key + 1)) {
    const match = decodeMatch(doc, key, matcher, memberPath(below(path, "claims"), doc, key), delimiter, common);
    unchecked((principal.claims[i] = match));
  }
  return principal;
}

function decodeMatch(
  doc: JsonDocument,
  key: i32,
  matcher: Matcher,
  path: string,
  delimiter: StaticArray<u8>,
  common: Common,
): ClaimMatch {
  const match = new ClaimMatch(decodeClaimPath(doc, key, delimiter, common), matcher);
  const value = key + 1;
  if (doc.kind(value) != Kind.String) fail(path, "must be a string");
  else if (matcher == Matcher.RegexMatch) {
    match.regex = decodeRegex(doc, value, common);
    if (match.regex === null) fail(path, "is not a regular expression (RE2): " + regexError());
  } else if (matcher == Matcher.Boolean) {
    const spelling = whichOf(doc, value, BOOLEANS);
    match.expected = <u32>spelling < <u32>TRUE_SPELLINGS;
    if (spelling < 0) fail(path, "cannot be parsed to a bool to use BOOLEAN");
  } else match.value = copyBytes(doc.pointer(value), doc.length(value));
  return match;
}

function decodeClaimPath(doc: JsonDocument, key: i32, delimiter: StaticArray<u8>, common: Common): StaticArray<u8>[] {
  if (findDelimiter(doc.pointer(key), doc.length(key), 0, delimiter) < 0) {
    const known = common.paths.find(key);
    return known !== null ? known : common.paths.add([copyBytes(doc.pointer(key), doc.length(key))]);
  }
  return claimPath(copyBytes(doc.pointer(key), doc.length(key)), delimiter);
}

/** null if it is refused. */
function decodeRegex(doc: JsonDocument, token: i32, common: Common): Regex | null {
  const known = common.regexes.find(token);
  if (known !== null) return known;
  const regex = compileRegex(doc.pointer(token), doc.length(token));
  return regex === null ? null : common.regexes.add(regex);
}
