// checks[].authentication and .precedingAuthentication: the providers, and what a request without a good token may do.
import { ascii, sameContent } from "../host/literal";
import { JsonDocument, Kind } from "../json/document";
import { ByteMap } from "./byte_map";
import { arrayField, expectObject, fail, failed, stringField } from "./fields";
import { Authentication, Configuration, MAX_SOURCES, SourceSet, ValidationPolicy } from "./model";
import { numberOf, sameSources } from "./token_source";

const FIELDS: StaticArray<string> = ["providers", "validationPolicy"];
/** Gloo's names (jwt.proto, ValidationPolicy), in the order of the enumeration. */
const VALIDATION_POLICIES: StaticArray<StaticArray<u8>> = [
  ascii("REQUIRE_VALID"),
  ascii("ALLOW_MISSING"),
  ascii("ALLOW_MISSING_OR_FAILED"),
];

/** Decodes one authentication; failures go to fields.ts. `names`: indices into the configuration's providers. */
export function decodeAuthentication(
  doc: JsonDocument,
  token: i32,
  path: string,
  names: ByteMap,
  configuration: Configuration,
): Authentication {
  const authentication = new Authentication();
  if (!expectObject(doc, token, path, FIELDS)) return authentication;
  authentication.validation = validationField(doc, token, path);
  const list = arrayField(doc, token, "providers", path);
  if (list < 0 || doc.count(list) == 0) {
    fail(path + ".providers", "must name at least one provider");
    return authentication;
  }
  for (let i = 0, at = list + 1, n = doc.count(list); i < n && !failed(); i++, at = doc.next(at)) {
    const provider = doc.kind(at) == Kind.String ? names.get(doc.pointer(at), doc.length(at)) : -1;
    if (provider < 0) fail(path + ".providers[" + i.toString() + "]", "is not one of the providers");
    else authentication.providers.push(provider);
  }
  if (!failed()) collectSources(authentication, configuration, path);
  return authentication;
}

function validationField(doc: JsonDocument, object: i32, path: string): ValidationPolicy {
  const named = stringField(doc, object, "validationPolicy", path);
  if (named === null) return ValidationPolicy.RequireValid;
  for (let i = 0; i < VALIDATION_POLICIES.length; i++) {
    if (sameContent(named, unchecked(VALIDATION_POLICIES[i]))) return i;
  }
  fail(path + ".validationPolicy", "must be REQUIRE_VALID, ALLOW_MISSING or ALLOW_MISSING_OR_FAILED");
  return ValidationPolicy.RequireValid;
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
