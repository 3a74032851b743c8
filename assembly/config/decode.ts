// The plugin configuration, version 1; envoy/plugin-configuration.schema.json describes it for people.
import { pointer } from "../host/literal";
import { JsonDocument, JsonError, Kind } from "../json/document";
import { integerValue } from "../json/number";
import { addWrittenHeaders } from "./authentication";
import { ByteMap } from "./byte_map";
import { Common } from "./common";
import {
  boolField,
  expectObject,
  fail,
  failed,
  failureText,
  find,
  isInteger,
  mapField,
  memberPath,
  resetFailure,
  stringField,
  tokenIs,
} from "./fields";
import { Configuration } from "./model";
import { decodePolicy, headerNames } from "./policy";
import { decodeProvider } from "./provider";
import { clusterField } from "./remote_jwks";
import { addTokenParameters } from "./token_source";

const FIELDS: StaticArray<string> = [
  "version",
  "identityHeaders",
  "providers",
  "policies",
  "defaultPolicy",
  "policyFromRouteName",
  "removeUnderscoreVariants",
  "nativeCrypto",
  "keyHealth",
];
const KEY_HEALTH_FIELDS: StaticArray<string> = ["cluster"];
const MAX_TOKENS: i32 = 1 << 21;
const MAX_DEPTH: i32 = 32;

/** Why the last `decodeConfiguration` returned null: `path: message`. Never holds a key or a value. */
export function configurationError(): string {
  return failureText();
}

/** Compiles a configuration of `length` bytes (which it rewrites), or returns null. */
export function decodeConfiguration(at: usize, length: i32): Configuration | null {
  resetFailure();
  const doc = new JsonDocument(MAX_TOKENS, MAX_DEPTH);
  const error = doc.parse(at, length);
  let configuration: Configuration | null = null;
  if (error == JsonError.None) {
    resetFailure(false);
    configuration = decodeDocument(doc);
    if (configuration === null) {
      // Once more, to say where.
      resetFailure();
      configuration = decodeDocument(doc);
    }
  } else fail("configuration", error == JsonError.Duplicate ? "names a member twice" : "is not JSON");
  doc.free();
  return configuration;
}

function decodeDocument(doc: JsonDocument): Configuration | null {
  const configuration = new Configuration();
  if (!expectObject(doc, 0, "configuration", FIELDS)) return null;
  checkVersion(doc);
  configuration.identityHeaders = headerNames(doc, 0, "configuration");
  configuration.removeUnderscoreVariants = boolField(doc, 0, "removeUnderscoreVariants", "configuration", true);
  configuration.policyFromRouteName = boolField(doc, 0, "policyFromRouteName", "configuration", false);
  decodeKeyHealth(doc, configuration);
  configuration.hostCrypto = allowsHostCrypto(doc);
  const providers = decodeProviders(doc, configuration);
  if (find(doc, 0, "identityHeaders") < 0) {
    for (let i = 0; i < configuration.providers.length; i++) {
      addWrittenHeaders(configuration.identityHeaders, unchecked(configuration.providers[i]));
    }
  }
  if (!failed()) decodePolicies(doc, configuration, providers);
  return failed() ? null : configuration;
}

function checkVersion(doc: JsonDocument): void {
  const version = find(doc, 0, "version");
  if (version < 0 || !isInteger(doc, version) || integerValue != 1) {
    fail("version", "must be 1: this filter and what configures it do not belong together");
  }
}

/** Whether the host may check signatures; else our own code checks all of them. */
function allowsHostCrypto(doc: JsonDocument): bool {
  const token = find(doc, 0, "nativeCrypto");
  if (token < 0) return true;
  const known = doc.kind(token) == Kind.String;
  if (known && tokenIs(doc, token, "auto")) return true;
  if (!known || !tokenIs(doc, token, "never")) fail("configuration.nativeCrypto", 'must be "auto" or "never"');
  return false;
}

function decodeKeyHealth(doc: JsonDocument, configuration: Configuration): void {
  const token = find(doc, 0, "keyHealth");
  if (token < 0 || !expectObject(doc, token, "keyHealth", KEY_HEALTH_FIELDS)) return;
  configuration.keyHealth = clusterField(doc, token, "keyHealth");
}

function decodeProviders(doc: JsonDocument, configuration: Configuration): ByteMap {
  const names = new ByteMap();
  const map = mapField(doc, 0, "providers", "configuration");
  if (map < 0) return names;
  for (let i = 0, key = map + 1, n = doc.count(map); i < n && !failed(); i++, key = doc.next(key + 1)) {
    names.add(doc.pointer(key), doc.length(key), configuration.providers.length);
    const provider = decodeProvider(doc, key + 1, memberPath("providers", doc, key), configuration.hostCrypto);
    provider.name = doc.text(key);
    configuration.providers.push(provider);
    addTokenParameters(configuration.tokenParameters, provider.sources);
  }
  return names;
}

function decodePolicies(doc: JsonDocument, configuration: Configuration, providers: ByteMap): void {
  const map = mapField(doc, 0, "policies", "configuration");
  if (map < 0) return fail("policies", "is required");
  const common = new Common(doc, configuration, providers);
  for (let i = 0, key = map + 1, n = doc.count(map); i < n && !failed(); i++, key = doc.next(key + 1)) {
    configuration.policyNames.add(doc.pointer(key), doc.length(key), configuration.policies.length);
    configuration.policies.push(decodePolicy(doc, key + 1, memberPath("policies", doc, key), common));
  }
  const name = stringField(doc, 0, "defaultPolicy", "configuration");
  if (name !== null) configuration.defaultPolicy = configuration.policyNames.get(pointer(name), name.length);
  if (configuration.defaultPolicy < 0) fail("defaultPolicy", "must name one of the policies");
}
