// policies.NAME: what a request must pass.
import { isListed } from "../host/literal";
import { JsonDocument } from "../json/document";
import { decodeAuthentication } from "./authentication";
import { decodeAuthorization } from "./authorization";
import { Common } from "./common";
import { arrayField, below, elementPath, expectObject, fail, failed, find, stringField, stringsField } from "./fields";
import { checkHeaderName } from "./header_name";
import { Authentication, Check, MAX_CHECKS, Policy } from "./model";

const FIELDS: StaticArray<string> = ["unenforceable", "identityHeaders", "checks"];
const CHECK_FIELDS: StaticArray<string> = ["precedingAuthentication", "authentication", "authorization"];

/** Decodes one policy; failures go to fields.ts. */
export function decodePolicy(doc: JsonDocument, token: i32, path: string, common: Common): Policy {
  const known = common.policies.find(token);
  return known !== null ? known : common.policies.add(decodeNew(doc, token, path, common));
}

function decodeNew(doc: JsonDocument, token: i32, path: string, common: Common): Policy {
  const policy = new Policy();
  if (!expectObject(doc, token, path, FIELDS)) return policy;
  policy.unenforceable = stringField(doc, token, "unenforceable", path) !== null;
  const checks = arrayField(doc, token, "checks", path);
  if (policy.unenforceable && checks >= 0) fail(path + ".checks", "excludes unenforceable");
  if (checks < 0 && !policy.unenforceable) fail(path + ".checks", "is required; an empty list means open");
  if (!failed() && checks >= 0) decodeChecks(doc, checks, path, common, policy);
  if (!failed()) decodeIdentityHeaders(doc, token, path, policy);
  return policy;
}

function decodeChecks(doc: JsonDocument, list: i32, path: string, common: Common, policy: Policy): void {
  const count = doc.count(list);
  if (count > MAX_CHECKS) return fail(path + ".checks", "has more than " + MAX_CHECKS.toString() + " entries");
  policy.checks = new StaticArray<Check>(count);
  let authentications = 0;
  for (let i = 0, at = list + 1; i < count && !failed(); i++, at = doc.next(at)) {
    const check = decodeCheck(doc, at, elementPath(path, "checks", i), authentications);
    authentications += i32(check.preceding >= 0) + i32(check.authentication >= 0);
    unchecked((policy.checks[i] = check));
  }
  if (failed()) return;
  policy.authentications = new StaticArray<Authentication>(authentications);
  for (let i = 0, at = list + 1; i < count && !failed(); i++, at = doc.next(at)) {
    decodeParts(doc, at, elementPath(path, "checks", i), common, unchecked(policy.checks[i]), policy.authentications);
  }
}

/** A check without its parts. `authentications`: those of the policy's earlier checks. */
function decodeCheck(doc: JsonDocument, token: i32, path: string, authentications: i32): Check {
  const check = new Check();
  if (!expectObject(doc, token, path, CHECK_FIELDS)) return check;
  if (find(doc, token, "precedingAuthentication") >= 0) check.preceding = authentications++;
  if (find(doc, token, "authentication") >= 0) check.authentication = authentications;
  if (check.preceding < 0 && check.authentication < 0 && find(doc, token, "authorization") < 0) {
    fail(path, "must set authentication or authorization");
  }
  return check;
}

function decodeParts(
  doc: JsonDocument,
  token: i32,
  path: string,
  common: Common,
  check: Check,
  authentications: StaticArray<Authentication>,
): void {
  if (check.preceding >= 0) {
    const at = below(path, "precedingAuthentication");
    const preceding = decodeAuthentication(doc, find(doc, token, "precedingAuthentication"), at, common);
    unchecked((authentications[check.preceding] = preceding));
  }
  if (check.authentication >= 0) {
    const at = below(path, "authentication");
    const authentication = decodeAuthentication(doc, find(doc, token, "authentication"), at, common);
    unchecked((authentications[check.authentication] = authentication));
  }
  const authorization = find(doc, token, "authorization");
  if (authorization >= 0)
    check.authorization = decodeAuthorization(doc, authorization, below(path, "authorization"), common);
}

/** What a policy writes it also removes, whatever its list says: nobody but the filter may set it. */
function decodeIdentityHeaders(doc: JsonDocument, token: i32, path: string, policy: Policy): void {
  const all = policy.authentications;
  if (all.length == 1 && find(doc, token, "identityHeaders") < 0) {
    policy.identityHeaders = unchecked(all[0]).written;
    return;
  }
  const names = headerNames(doc, token, path);
  for (let i = 0; i < all.length; i++) {
    const written = unchecked(all[i]).written;
    for (let j = 0; j < written.length; j++)
      if (!isListed(names, unchecked(written[j]))) names.push(unchecked(written[j]));
  }
  policy.identityHeaders = names;
}

/** `identityHeaders` of an object, lower-cased and checked. */
export function headerNames(doc: JsonDocument, object: i32, path: string): StaticArray<u8>[] {
  const names = stringsField(doc, object, "identityHeaders", path);
  for (let i = 0; i < names.length; i++) {
    checkHeaderName(unchecked(names[i]), elementPath(path, "identityHeaders", i));
  }
  return names;
}
