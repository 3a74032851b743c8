// policies.NAME: what a request must pass.
import { JsonDocument, Kind } from "../json/document";
import { decodeAuthorization } from "./authorization";
import { ByteMap } from "./byte_map";
import { arrayField, expectObject, fail, failed, find, stringField, stringsField } from "./fields";
import { checkHeaderName } from "./header_name";
import { Check, MAX_CHECKS, Policy, Provider } from "./model";
import { pointer, sameBytes } from "../host/literal";

const FIELDS: StaticArray<string> = ["unenforceable", "identityHeaders", "checks"];
const CHECK_FIELDS: StaticArray<string> = ["authentication", "authorization"];
const AUTHENTICATION_FIELDS: StaticArray<string> = ["providers"];

/** Decodes one policy; failures go to fields.ts. */
export function decodePolicy(
  doc: JsonDocument,
  token: i32,
  path: string,
  names: ByteMap,
  providers: Provider[],
): Policy {
  const policy = new Policy();
  if (!expectObject(doc, token, path, FIELDS)) return policy;
  policy.identityHeaders = headerNames(doc, token, path);
  policy.unenforceable = stringField(doc, token, "unenforceable", path) !== null;
  const checks = arrayField(doc, token, "checks", path);
  if (policy.unenforceable && checks >= 0) fail(path + ".checks", "excludes unenforceable");
  if (checks < 0 && !policy.unenforceable) fail(path + ".checks", "is required; an empty list means open");
  if (failed() || checks < 0) return policy;
  if (doc.count(checks) > MAX_CHECKS) fail(path + ".checks", "has more than " + MAX_CHECKS.toString() + " entries");
  for (let i = 0, at = checks + 1, n = doc.count(checks); i < n && !failed(); i++, at = doc.next(at)) {
    policy.checks.push(decodeCheck(doc, at, path + ".checks[" + i.toString() + "]", names));
  }
  // What a policy writes it also removes, whatever the lists say: nobody but the filter may set it.
  for (let i = 0; i < policy.checks.length; i++) {
    const used = unchecked(policy.checks[i]).providers;
    for (let j = 0; j < used.length; j++) addWrittenHeaders(policy.identityHeaders, unchecked(providers[used[j]]));
  }
  return policy;
}

function decodeCheck(doc: JsonDocument, token: i32, path: string, providers: ByteMap): Check {
  const check = new Check();
  if (!expectObject(doc, token, path, CHECK_FIELDS)) return check;
  const authentication = find(doc, token, "authentication");
  const authorization = find(doc, token, "authorization");
  if (authentication < 0 && authorization < 0) fail(path, "must set authentication or authorization");
  if (authentication >= 0) decodeAuthentication(doc, authentication, path + ".authentication", check, providers);
  if (authorization >= 0) {
    check.authorization = decodeAuthorization(doc, authorization, path + ".authorization", providers);
  }
  return check;
}

function decodeAuthentication(doc: JsonDocument, token: i32, path: string, check: Check, providers: ByteMap): void {
  if (!expectObject(doc, token, path, AUTHENTICATION_FIELDS)) return;
  const list = arrayField(doc, token, "providers", path);
  if (list < 0 || doc.count(list) == 0) return fail(path + ".providers", "must name at least one provider");
  for (let i = 0, at = list + 1, n = doc.count(list); i < n; i++, at = doc.next(at)) {
    const provider = doc.kind(at) == Kind.String ? providers.get(doc.pointer(at), doc.length(at)) : -1;
    if (provider < 0) return fail(path + ".providers[" + i.toString() + "]", "is not one of the providers");
    check.providers.push(provider);
  }
}

/** `identityHeaders` of an object, lower-cased and checked. */
export function headerNames(doc: JsonDocument, object: i32, path: string): StaticArray<u8>[] {
  const names = stringsField(doc, object, "identityHeaders", path);
  for (let i = 0; i < names.length; i++) {
    checkHeaderName(unchecked(names[i]), path + ".identityHeaders[" + i.toString() + "]");
  }
  return names;
}

/** Adds the names of the headers a provider's claims are written to, each once. */
export function addWrittenHeaders(names: StaticArray<u8>[], provider: Provider): void {
  for (let i = 0; i < provider.claimHeaders.length; i++) {
    const header = unchecked(provider.claimHeaders[i]).header;
    let known = false;
    for (let j = 0; j < names.length && !known; j++) {
      const name = unchecked(names[j]);
      known = sameBytes(pointer(name), name.length, pointer(header), header.length);
    }
    if (!known) names.push(header);
  }
}
