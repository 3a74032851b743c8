// Claim authorization: claims AND, principals OR, policies OR, permissions AND (Gloo rbac.proto; Envoy RBAC with action ALLOW).
import { ascii, pointer, sameBytes } from "../host/literal";
import { getHeader, Lookup, valueLength, valuePointer } from "../host/headers";
import { AuthorizationPolicy, ClaimMatch, Matcher, Principal } from "../config/model";
import { JsonDocument, Kind } from "../json/document";
import { findClaim } from "./claims";
import { Reason } from "./reasons";

const PATH = ascii(":path");
const METHOD = ascii(":method");

/**
 * Judges the claims that `provider` vouched for (-1: nobody did, `payload` is then null and every principal fails).
 * `namedOnly`: principals that do not name the provider fail too.
 * None: allowed; RbacDenied; HostFailure if path or method cannot be read.
 */
export function authorize(
  policies: StaticArray<AuthorizationPolicy>,
  payload: JsonDocument | null,
  provider: i32,
  namedOnly: bool = false,
): Reason {
  if (payload === null || provider < 0) return Reason.RbacDenied;
  for (let i = 0, n = policies.length; i < n; i++) {
    const policy = unchecked(policies[i]);
    if (!anyPrincipal(policy.principals, payload, provider, namedOnly)) continue;
    const reason = permitted(policy);
    if (reason != Reason.RbacDenied) return reason;
  }
  return Reason.RbacDenied;
}

function anyPrincipal(principals: StaticArray<Principal>, payload: JsonDocument, provider: i32, namedOnly: bool): bool {
  for (let i = 0, n = principals.length; i < n; i++) {
    const principal = unchecked(principals[i]);
    if (principal.provider != provider && (namedOnly || principal.provider >= 0)) continue;
    const claims = principal.claims;
    let matching = 0;
    while (matching < claims.length && matches(unchecked(claims[matching]), payload)) matching++;
    if (matching == claims.length && matching > 0) return true;
  }
  return false;
}

function matches(match: ClaimMatch, payload: JsonDocument): bool {
  const token = findClaim(payload, match.path);
  if (token < 0) return false;
  const kind = payload.kind(token);
  switch (match.matcher) {
    case Matcher.ExactString:
      return kind == Kind.String && payload.equals(token, pointer(match.value), match.value.length);
    case Matcher.Boolean:
      return kind == (match.expected ? Kind.True : Kind.False);
    case Matcher.ListContains:
      return kind == Kind.Array && contains(payload, token, match.value);
    case Matcher.RegexMatch: {
      const regex = match.regex;
      return kind == Kind.String && regex !== null && regex.matches(payload.pointer(token), payload.length(token));
    }
    default:
      return false;
  }
}

function contains(payload: JsonDocument, list: i32, value: StaticArray<u8>): bool {
  for (let i = 0, at = list + 1, n = payload.count(list); i < n; i++, at = payload.next(at)) {
    if (payload.kind(at) == Kind.String && payload.equals(at, pointer(value), value.length)) return true;
  }
  return false;
}

/** The prefix is compared with `:path` as Envoy normalised it, query included, as Gloo does. */
function permitted(policy: AuthorizationPolicy): Reason {
  const prefix = policy.pathPrefix;
  if (prefix !== null) {
    if (getHeader(PATH) != Lookup.Found) return Reason.HostFailure;
    if (valueLength < prefix.length) return Reason.RbacDenied;
    if (memory.compare(valuePointer, pointer(prefix), prefix.length) != 0) return Reason.RbacDenied;
  }
  const methods = policy.methods;
  if (methods.length == 0) return Reason.None;
  if (getHeader(METHOD) != Lookup.Found) return Reason.HostFailure;
  for (let i = 0, n = methods.length; i < n; i++) {
    const method = unchecked(methods[i]);
    if (sameBytes(pointer(method), method.length, valuePointer, valueLength)) return Reason.None;
  }
  return Reason.RbacDenied;
}
