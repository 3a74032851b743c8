// policies.NAME: what a request must pass.
import { isListed } from "../host/literal";
import { JsonDocument } from "../json/document";
import { decodeAuthentication } from "./authentication";
import { decodeAuthorization } from "./authorization";
import { ByteMap } from "./byte_map";
import { arrayField, below, elementPath, expectObject, fail, failed, find, stringField, stringsField } from "./fields";
import { checkHeaderName } from "./header_name";
import { Check, Configuration, MAX_CHECKS, Policy, Provider } from "./model";

const FIELDS: StaticArray<string> = ["unenforceable", "identityHeaders", "checks"];
const CHECK_FIELDS: StaticArray<string> = ["precedingAuthentication", "authentication", "authorization"];

/** Decodes one policy; failures go to fields.ts. `names`: indices into the configuration's providers. */
export function decodePolicy(
  doc: JsonDocument,
  token: i32,
  path: string,
  names: ByteMap,
  configuration: Configuration,
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
    policy.checks.push(decodeCheck(doc, at, elementPath(path, "checks", i), names, configuration, policy));
  }
  // What a policy writes it also removes, whatever the lists say: nobody but the filter may set it.
  for (let i = 0; i < policy.authentications.length; i++) {
    const used = unchecked(policy.authentications[i]).providers;
    for (let j = 0; j < used.length; j++) {
      addWrittenHeaders(policy.identityHeaders, unchecked(configuration.providers[used[j]]));
    }
  }
  return policy;
}

function decodeCheck(
  doc: JsonDocument,
  token: i32,
  path: string,
  names: ByteMap,
  configuration: Configuration,
  policy: Policy,
): Check {
  const check = new Check();
  if (!expectObject(doc, token, path, CHECK_FIELDS)) return check;
  const preceding = find(doc, token, "precedingAuthentication");
  const authentication = find(doc, token, "authentication");
  const authorization = find(doc, token, "authorization");
  if (preceding < 0 && authentication < 0 && authorization < 0) {
    fail(path, "must set authentication or authorization");
  }
  if (preceding >= 0) {
    check.preceding = policy.authentications.length;
    const at = below(path, "precedingAuthentication");
    policy.authentications.push(decodeAuthentication(doc, preceding, at, names, configuration));
  }
  if (authentication >= 0) {
    check.authentication = policy.authentications.length;
    const at = below(path, "authentication");
    policy.authentications.push(decodeAuthentication(doc, authentication, at, names, configuration));
  }
  if (authorization >= 0)
    check.authorization = decodeAuthorization(doc, authorization, below(path, "authorization"), names);
  return check;
}

/** `identityHeaders` of an object, lower-cased and checked. */
export function headerNames(doc: JsonDocument, object: i32, path: string): StaticArray<u8>[] {
  const names = stringsField(doc, object, "identityHeaders", path);
  for (let i = 0; i < names.length; i++) {
    checkHeaderName(unchecked(names[i]), elementPath(path, "identityHeaders", i));
  }
  return names;
}

/** Adds the names of the headers a provider's claims are written to, each once. */
export function addWrittenHeaders(names: StaticArray<u8>[], provider: Provider): void {
  for (let i = 0; i < provider.claimHeaders.length; i++) {
    const header = unchecked(provider.claimHeaders[i]).header;
    if (!isListed(names, header)) names.push(header);
  }
}
