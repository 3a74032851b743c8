// jwks.remote of both APIs: what the filter is told, and the cluster that leads there.
import { parseDuration } from "../../../api/duration.js";
import type { GlooRemoteJwks, KgatewayRemoteJwks } from "../../../api/types.js";
import type { ObjectReference } from "../../resources.js";
import type { RemoteJwksConfiguration } from "../../snapshot.js";
import type { Refusal } from "../../validator.js";
import type { Reading } from "../model.js";
import { type KeyCluster, keyCluster } from "./cluster.js";
import { serviceReach } from "./service.js";
import { type UpstreamReach, upstreamReach } from "./upstream.js";
import { parseJwksUrl } from "./url.js";

export interface RemoteKeys {
  remoteJwks: RemoteJwksConfiguration;
  cluster: KeyCluster;
}

/** kgateway and Gloo document it for what says nothing; Envoy's own is 10 minutes. */
const CACHE_DURATION_MS = 5 * 60_000;
/** As upstream, which has no field for it (kgateway gateway_extension.go). */
const TIMEOUT_MS = 5000;
const FAILED_REFETCH_MS = 1000;
/** For how long keys serve on while the server is down; no API has a field for it. */
const STALE_IF_ERROR_MS = 3_600_000;
const RETRIES = 1;
const RETRY_BASE_MS = 1000;
/** Envoy's longest wait, unless given, in base intervals (core/v3/backoff.proto). */
const RETRY_MAX_FACTOR = 10;

/** The field of kgateway's or Gloo's provider that a field of the filter's was made of. */
const FIELDS: Readonly<Record<string, string>> = {
  cacheDurationMs: "cacheDuration",
  failedRefetchMs: "asyncFetch.failedRefetchDuration",
  retries: "retryPolicy.numRetries",
  retryBaseMs: "retryPolicy.backOff.baseInterval",
  retryMaxMs: "retryPolicy.backOff.maxInterval",
};

/** What the filter says of its own field, of the field in either API. */
export function ofRemoteField({ path, message }: Refusal): Refusal {
  const [whole, field = ""] = /^remoteJwks(?:\.(\w+))?/.exec(path) ?? [];
  if (whole === undefined) return { path, message };
  const words = field.endsWith("Ms") ? `${message}, in milliseconds` : message;
  return { path: `jwks.remote.${FIELDS[field] ?? "url"}`, message: words };
}

/** Of provider `id` of a GatewayExtension in `namespace`. */
export function kgatewayRemoteKeys(
  id: string,
  { url, backendRef, cacheDuration, asyncFetch, retryPolicy }: KgatewayRemoteJwks,
  namespace: string,
  reading: Reading,
): RemoteKeys | { problem: string } {
  const from = { group: "gateway.kgateway.dev", kind: "GatewayExtension", namespace };
  const reach = serviceReach(backendRef, from, "jwks.remote.backendRef", reading.index);
  if ("problem" in reach) return reach;
  const made = remoteKeys(id, url, { reach, tls: false }, reading);
  if ("problem" in made) return made;
  const { remoteJwks } = made;
  remoteJwks.cacheDurationMs = milliseconds(cacheDuration, CACHE_DURATION_MS);
  remoteJwks.failedRefetchMs = milliseconds(asyncFetch?.failedRefetchDuration, FAILED_REFETCH_MS);
  if (retryPolicy !== undefined) {
    const base = milliseconds(retryPolicy.backOff?.baseInterval, RETRY_BASE_MS);
    remoteJwks.retries = retryPolicy.numRetries ?? RETRIES;
    remoteJwks.retryBaseMs = base;
    remoteJwks.retryMaxMs = milliseconds(retryPolicy.backOff?.maxInterval, base * RETRY_MAX_FACTOR);
  }
  return made;
}

/** Of provider `id` of an option. */
export function glooRemoteKeys(
  id: string,
  { url, upstreamRef, cacheDuration }: GlooRemoteJwks,
  from: Omit<ObjectReference, "name">,
  reading: Reading,
): RemoteKeys | { problem: string } {
  const reach = upstreamReach(upstreamRef, from, "jwks.remote.upstreamRef", reading.index);
  if ("problem" in reach) return reach;
  const made = remoteKeys(id, url, reach, reading);
  if ("problem" in made) return made;
  made.remoteJwks.cacheDurationMs = milliseconds(cacheDuration, CACHE_DURATION_MS);
  return made;
}

function remoteKeys(
  id: string,
  text: string,
  { reach, tls, serverName }: UpstreamReach,
  { index, jwksCaFile: caFile }: Reading,
): RemoteKeys | { problem: string } {
  const url = parseJwksUrl(text);
  if ("problem" in url) return { problem: `jwks.remote.url: ${url.problem}` };
  const secured = tls || url.scheme === "https";
  const cluster = keyCluster(id, url, reach, secured ? { caFile, serverName } : undefined, index);
  const { authority, path, scheme } = url;
  const remoteJwks: RemoteJwksConfiguration = {
    ...{ cluster: cluster.name, authority, path, scheme },
    timeoutMs: TIMEOUT_MS,
    cacheDurationMs: CACHE_DURATION_MS,
    staleIfErrorMs: STALE_IF_ERROR_MS,
    failedRefetchMs: FAILED_REFETCH_MS,
    retries: 0,
  };
  return { remoteJwks, cluster };
}

/** Of a duration that validation has seen. */
function milliseconds(duration: string | undefined, otherwise: number): number {
  return (duration === undefined ? undefined : parseDuration(duration)) ?? otherwise;
}
