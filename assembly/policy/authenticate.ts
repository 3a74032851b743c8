// Whether a token is good for one of a check's providers. Claims are judged before the signature, as Envoy does
// (authenticator.cc): a forged token that has expired is "expired".
import { pointer, sameBytes } from "../host/literal";
import { nowSeconds } from "../host/clock";
import { Authentication, Provider } from "../config/model";
import { isAudienceAllowed } from "./audience";
import { expectNothing } from "./expectation";
import { Reason } from "./reasons";
import { judgeRemoteSignature } from "./remote_signature";
import { judgeSignature } from "./signature";
import { Token } from "./token";

/** Index of the provider that took the token, after `authenticate` answered None. */
export let acceptedProvider: i32 = -1;

/**
 * Tries the providers in order; the first that takes the token wins. If none does, the last fault other than an unknown issuer
 * is the answer (verifier.cc, AnyVerifier). A provider only takes a token from a place of its own; `foundIn` says where it was.
 */
export function authenticate(all: Provider[], by: Authentication, token: Token, foundIn: u64): Reason {
  acceptedProvider = -1;
  let answer = Reason.JwtUnknownIssuer;
  const candidates = by.providers;
  for (let i = 0, n = candidates.length; i < n; i++) {
    if ((unchecked(by.masks[i]) & foundIn) == 0) continue;
    const index = unchecked(candidates[i]);
    const reason = judge(unchecked(all[index]), token);
    if (reason == Reason.None) {
      acceptedProvider = index;
      expectNothing();
      return Reason.None;
    }
    if (reason != Reason.JwtUnknownIssuer) answer = reason;
  }
  return answer;
}

function judge(provider: Provider, token: Token): Reason {
  const issuer = provider.issuer;
  if (issuer !== null) {
    const claimed = token.issuer;
    if (claimed < 0) return Reason.JwtUnknownIssuer;
    const payload = token.payload;
    if (!sameBytes(pointer(issuer), issuer.length, payload.pointer(claimed), payload.length(claimed))) {
      return Reason.JwtUnknownIssuer;
    }
  }
  if (token.hasNotBefore || token.hasExpiry) {
    const now = nowSeconds();
    if (now == 0) return Reason.HostFailure;
    if (token.hasNotBefore && now + provider.clockSkew < token.notBefore) return Reason.JwtNotYetValid;
    if (token.hasExpiry && saturatingAdd(token.expiry, provider.clockSkew) < now) return Reason.JwtExpired;
  }
  if (!isAudienceAllowed(provider.audiences, token.payload, token.audience)) return Reason.JwtAudienceNotAllowed;
  return verifySignature(provider, token);
}

// @ts-ignore: decorator
@inline
function saturatingAdd(a: u64, b: u64): u64 {
  const sum = a + b;
  return sum < a ? u64.MAX_VALUE : sum;
}

function verifySignature(provider: Provider, token: Token): Reason {
  const source = provider.source;
  if (source !== null) return judgeRemoteSignature(provider.remote, source, token);
  if (token.isVerifiedBy(provider.keySetHigh, provider.keySetLow)) return Reason.None;
  const fault = token.complete();
  if (fault != Reason.None) return fault;
  const reason = judgeSignature(provider.keys, token);
  if (reason == Reason.None) token.setVerifiedBy(provider.keySetHigh, provider.keySetLow);
  return reason;
}
