// The judgement of one request: choose the policy, clear identity headers, authenticate, authorize, write identity.
import { logError } from "../host/log";
import { CONTINUE, STOP_ITERATION } from "../host/status";
import { ascii, pointer } from "../host/literal";
import { Lookup, removeHeader } from "../host/headers";
import { readRouteName, routeNameLength, routeNamePointer } from "../host/properties";
import { sendReply } from "../host/response";
import { Check, Configuration, MAX_CHECKS, Policy } from "../config/model";
import { acceptedProvider, authenticate } from "./authenticate";
import { authorize } from "./authorize";
import { CHALLENGE, writeChallenge } from "./challenge";
import { AUTHORIZATION, readCredential, tokenLength, tokenPointer } from "./credential";
import { removeIdentityHeaders, writeClaimHeaders } from "./identity";
import { detailsOf, Reason, statusOf, textOf } from "./reasons";
import { Token } from "./token";

const WWW_AUTHENTICATE = ascii("www-authenticate");
const token = new Token();
/** Which provider took the token for each check of the policy at hand; -1: the check does not authenticate. */
const accepted = new StaticArray<i32>(MAX_CHECKS);

/** Judges the request whose headers the host holds; what the callback is to answer. */
export function judgeRequest(configuration: Configuration | null): i32 {
  const reason = configuration === null ? Reason.HostFailure : judge(configuration);
  return reason == Reason.None ? CONTINUE : refuse(reason);
}

function judge(configuration: Configuration): Reason {
  // The route's name first: changing headers makes Envoy choose the route again.
  let index = configuration.defaultPolicy;
  if (configuration.policyFromRouteName) {
    const lookup = readRouteName();
    if (lookup == Lookup.Failed) return Reason.HostFailure;
    if (lookup == Lookup.Found) index = policyOfRoute(configuration);
  }
  const policy: Policy | null = index < 0 ? null : unchecked(configuration.policies[index]);
  if (!removeIdentityHeaders(configuration, policy)) return Reason.HostFailure;
  if (policy === null) return Reason.PolicyUnknown;
  if (policy.unenforceable) return Reason.PolicyUnenforceable;
  const checks = policy.checks;
  if (checks.length == 0) return Reason.None;
  const reason = authenticateAll(configuration, checks);
  if (reason != Reason.None) return reason;
  for (let i = 0, n = checks.length; i < n; i++) {
    const authorization = unchecked(checks[i]).authorization;
    if (authorization === null) continue;
    const provider = unchecked(accepted[i]);
    const verdict = authorize(authorization, provider < 0 ? null : token.payload, provider);
    if (verdict != Reason.None) return verdict;
  }
  return writeIdentity(configuration, checks);
}

/** The policy behind the last `#` of the route's name, or -1. */
function policyOfRoute(configuration: Configuration): i32 {
  let start = routeNameLength;
  while (start > 0 && load<u8>(routeNamePointer + start - 1) != 0x23) start--;
  if (start == 0) return -1;
  return configuration.policyNames.get(routeNamePointer + start, routeNameLength - start);
}

/** Every check's authentication, over the one token of the request; it is read once, and only if some check wants it. */
function authenticateAll(configuration: Configuration, checks: Check[]): Reason {
  let read = false;
  for (let i = 0, n = checks.length; i < n; i++) {
    const providers = unchecked(checks[i]).providers;
    unchecked((accepted[i] = -1));
    if (providers.length == 0) continue;
    if (!read) {
      let reason = readCredential();
      if (reason == Reason.None) reason = token.read(tokenPointer, tokenLength);
      if (reason != Reason.None) return reason;
      read = true;
    }
    const reason = authenticate(configuration.providers, providers, token);
    if (reason != Reason.None) return reason;
    unchecked((accepted[i] = acceptedProvider));
  }
  return Reason.None;
}

/** Claim headers of every check; the token goes unless each provider that took it forwards it. */
function writeIdentity(configuration: Configuration, checks: Check[]): Reason {
  let forward = true;
  for (let i = 0, n = checks.length; i < n; i++) {
    const index = unchecked(accepted[i]);
    if (index < 0) continue;
    const provider = unchecked(configuration.providers[index]);
    forward = forward && provider.forwardToken;
    if (!writeClaimHeaders(provider.claimHeaders, token.payload)) return Reason.HostFailure;
  }
  if (forward || removeHeader(pointer(AUTHORIZATION), AUTHORIZATION.length)) return Reason.None;
  return Reason.HostFailure;
}

function refuse(reason: Reason): i32 {
  const status = statusOf(reason);
  const challenged = status == 401;
  const length = challenged ? writeChallenge(reason != Reason.JwtMissing) : 0;
  const name: StaticArray<u8> | null = challenged ? WWW_AUTHENTICATE : null;
  if (!sendReply(status, detailsOf(reason), textOf(reason), name, CHALLENGE, length)) {
    // The request stays stopped; Envoy's stream idle timeout ends it.
    logError("claimgate: the host refused a local reply");
  }
  return STOP_ITERATION;
}
