// checks[].authentication and .precedingAuthentication: the providers, and what a request without a good token may do.
import { isListed } from "../host/literal";
import { JsonDocument, Kind } from "../json/document";
import { Common } from "./common";
import { arrayField, choiceField, expectObject, fail, failed } from "./fields";
import { Authentication, Configuration, MAX_SOURCES, Provider, SourceSet, ValidationPolicy } from "./model";
import { numberOf, sameSources } from "./token_source";

const FIELDS: StaticArray<string> = ["providers", "validationPolicy"];
/** Gloo's names (jwt.proto, ValidationPolicy), in the order of the enumeration. */
const VALIDATION_POLICIES: StaticArray<string> = ["REQUIRE_VALID", "ALLOW_MISSING", "ALLOW_MISSING_OR_FAILED"];

/** Decodes one authentication; failures go to fields.ts. */
export function decodeAuthentication(doc: JsonDocument, token: i32, path: string, common: Common): Authentication {
  const known = common.authentications.find(token);
  return known !== null ? known : common.authentications.add(decodeNew(doc, token, path, common));
}

function decodeNew(doc: JsonDocument, token: i32, path: string, common: Common): Authentication {
  const authentication = new Authentication();
  if (!expectObject(doc, token, path, FIELDS)) return authentication;
  authentication.validation = choiceField(
    doc,
    token,
    "validationPolicy",
    path,
    VALIDATION_POLICIES,
    ValidationPolicy.RequireValid,
    "must be REQUIRE_VALID, ALLOW_MISSING or ALLOW_MISSING_OR_FAILED",
  );
  const list = arrayField(doc, token, "providers", path);
  if (list < 0 || doc.count(list) == 0) {
    fail(path + ".providers", "must name at least one provider");
    return authentication;
  }
  const count = doc.count(list);
  authentication.providers = new StaticArray<i32>(count);
  for (let i = 0, at = list + 1; i < count && !failed(); i++, at = doc.next(at)) {
    const provider = doc.kind(at) == Kind.String ? common.providerNames.get(doc.pointer(at), doc.length(at)) : -1;
    if (provider < 0) fail(path + ".providers[" + i.toString() + "]", "is not one of the providers");
    unchecked((authentication.providers[i] = provider));
  }
  if (failed()) return authentication;
  collectSources(authentication, common.configuration, path);
  authentication.written = [];
  for (let i = 0; i < count; i++) {
    addWrittenHeaders(authentication.written, unchecked(common.configuration.providers[authentication.providers[i]]));
  }
  return authentication;
}

/** All places the providers read, and for each provider which of them are its own. */
function collectSources(authentication: Authentication, configuration: Configuration, path: string): void {
  const set = new SourceSet();
  const count = authentication.providers.length;
  authentication.masks = new StaticArray<u64>(count);
  authentication.forwardsAll = true;
  for (let i = 0; i < count; i++) {
    const provider = unchecked(configuration.providers[authentication.providers[i]]);
    authentication.forwardsAll = authentication.forwardsAll && provider.forwardToken;
    for (let j = 0; j < provider.sources.length; j++) {
      const number = numberOf(set, unchecked(provider.sources[j]));
      if (number >= MAX_SOURCES) return fail(path, "reads tokens from more than " + MAX_SOURCES.toString() + " places");
      unchecked((authentication.masks[i] |= (<u64>1) << number));
    }
  }
  const sets = configuration.sourceSets;
  for (let i = 0; i < sets.length; i++) {
    if (!sameSources(unchecked(sets[i]), set)) continue;
    authentication.places = unchecked(sets[i]);
    return;
  }
  sets.push(set);
  authentication.places = set;
}

/** Adds the names of the headers a provider's claims are written to, each once. */
export function addWrittenHeaders(names: StaticArray<u8>[], provider: Provider): void {
  for (let i = 0; i < provider.claimHeaders.length; i++) {
    const header = unchecked(provider.claimHeaders[i]).header;
    if (!isListed(names, header)) names.push(header);
  }
}
