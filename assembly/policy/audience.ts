// Whether a token was meant for one of a provider's audiences (RFC 7519 §4.1.3; Envoy's check_audience.cc).
import { audienceEnd, audienceStart, trimAudience } from "../config/audience";
import { pointer, sameBytes } from "../host/literal";
import { JsonDocument, Kind } from "../json/document";

/** `aud` is the claim's token in the payload, a string or a list of strings, or -1: then only a provider without audiences takes it. */
export function isAudienceAllowed(allowed: StaticArray<u8>[], payload: JsonDocument, aud: i32): bool {
  if (allowed.length == 0) return true;
  if (aud < 0) return false;
  if (payload.kind(aud) == Kind.String) return isOneOf(allowed, payload, aud);
  for (let i = 0, at = aud + 1, n = payload.count(aud); i < n; i++, at = payload.next(at)) {
    if (isOneOf(allowed, payload, at)) return true;
  }
  return false;
}

function isOneOf(allowed: StaticArray<u8>[], payload: JsonDocument, token: i32): bool {
  const at = payload.pointer(token);
  trimAudience(at, payload.length(token));
  const start = at + audienceStart;
  const length = audienceEnd - audienceStart;
  for (let i = 0, n = allowed.length; i < n; i++) {
    const audience = unchecked(allowed[i]);
    if (sameBytes(pointer(audience), audience.length, start, length)) return true;
  }
  return false;
}
