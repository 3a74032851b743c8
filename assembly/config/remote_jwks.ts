// providers.NAME.remoteJwks: where a key set is fetched. Who writes these members chooses what Envoy asks of a cluster, so they are
// held to what a request line and a Host header may have (RFC 9112 §3.2, RFC 3986 §3).
import { ascii, sameContent } from "../host/literal";
import { JsonDocument } from "../json/document";
import { expectObject, fail, integerField, stringField } from "./fields";
import { RemoteJwks } from "./model";

const FIELDS: StaticArray<string> = [
  "cluster",
  "authority",
  "path",
  "scheme",
  "timeoutMs",
  "cacheDurationMs",
  "staleIfErrorMs",
  "failedRefetchMs",
  "retries",
  "retryBaseMs",
  "retryMaxMs",
];
const HTTP = ascii("http");
const HTTPS = ascii("https");
const NONE = ascii("");
const MAX_CLUSTER: i32 = 1024;
const MAX_AUTHORITY: i32 = 255;
const MAX_PATH: i32 = 2048;
/** Thirty days. */
const MAX_AGE: u64 = 2_592_000_000;

/** Decodes one; failures go to fields.ts. */
export function decodeRemoteJwks(doc: JsonDocument, token: i32, path: string): RemoteJwks {
  const remote = new RemoteJwks();
  if (!expectObject(doc, token, path, FIELDS)) return remote;
  remote.cluster = clusterField(doc, token, path);
  const authority = stringField(doc, token, "authority", path);
  if (authority === null || !isAuthority(authority)) fail(path + ".authority", "must be a host, or host:port");
  else remote.authority = authority;
  const target = stringField(doc, token, "path", path);
  if (target === null || !isPath(target)) fail(path + ".path", "must be the path of a URL, from its slash on");
  else remote.path = target;
  const scheme = stringField(doc, token, "scheme", path);
  remote.secure = scheme === null || sameContent(scheme, HTTPS);
  if (scheme !== null && !remote.secure && !sameContent(scheme, HTTP)) fail(path + ".scheme", "must be http or https");
  remote.timeout = integerField(doc, token, "timeoutMs", path, 5_000, 60_000, 1);
  remote.cacheDuration = integerField(doc, token, "cacheDurationMs", path, 600_000, MAX_AGE, 1);
  remote.staleIfError = integerField(doc, token, "staleIfErrorMs", path, 3_600_000, MAX_AGE);
  remote.failedRefetch = integerField(doc, token, "failedRefetchMs", path, 1_000, 3_600_000, 1);
  remote.retries = integerField(doc, token, "retries", path, 0, 10);
  remote.retryBase = integerField(doc, token, "retryBaseMs", path, 1_000, 60_000, 1);
  remote.retryMax = integerField(doc, token, "retryMaxMs", path, 10_000, 600_000, 1);
  return remote;
}

/** The required member `cluster`. */
export function clusterField(doc: JsonDocument, object: i32, path: string): StaticArray<u8> {
  const cluster = stringField(doc, object, "cluster", path);
  if (cluster !== null && cluster.length > 0 && cluster.length <= MAX_CLUSTER) return cluster;
  fail(path + ".cluster", "must be the name of an Envoy cluster");
  return NONE;
}

/** Letters, digits and `.-_~[]:`; no `@`, so no credentials. */
function isAuthority(text: StaticArray<u8>): bool {
  if (text.length == 0 || text.length > MAX_AUTHORITY) return false;
  for (let i = 0; i < text.length; i++) {
    const c: u32 = unchecked(text[i]);
    if ((c | 0x20) - 0x61 < 26 || c - 0x30 < 11 || c == 0x2d || c == 0x2e || c == 0x5f || c == 0x7e) continue;
    if (c != 0x5b && c != 0x5d) return false;
  }
  return true;
}

/** Visible ASCII; no `#`, for a fragment is not sent. */
function isPath(text: StaticArray<u8>): bool {
  if (text.length == 0 || text.length > MAX_PATH || unchecked(text[0]) != 0x2f) return false;
  for (let i = 0; i < text.length; i++) {
    const c: u32 = unchecked(text[i]);
    if (c <= 0x20 || c > 0x7e || c == 0x23) return false;
  }
  return true;
}
