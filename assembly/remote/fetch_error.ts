/** Why an attempt failed; an HTTP status that is not 200 is itself, so these are below 100. */
export const enum FetchError {
  None,
  /** No cluster has the name. */
  ClusterUnknown,
  /** Envoy did not send the request. */
  NotSent,
  /** The stream was reset, or the answer is larger than Envoy buffers. */
  Reset,
  /** Longer than MAX_JWKS. */
  TooLarge,
  NotJson,
  /** JSON, but no set with a key that could be used. */
  NoUsableKey,
}

const NAMES: StaticArray<string> = [
  "",
  "cluster_unknown",
  "not_sent",
  "reset",
  "too_large",
  "not_json",
  "no_usable_key",
];

/** The error's code in reports and logs, such as no_usable_key or http_503; nothing of what the server said. */
export function errorName(error: u64): string {
  return error < <u64>NAMES.length ? NAMES[<i32>error] : "http_" + error.toString();
}
