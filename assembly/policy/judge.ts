// The judgement of one request: choose the policy, clear identity headers, authenticate, authorize, write identity.
import { logError } from "../host/log";
import { CONTINUE, STOP_ITERATION } from "../host/status";
import { ascii } from "../host/literal";
import { loadHeaders, Lookup } from "../host/headers";
import { propertyLength, propertyPointer, readRouteName } from "../host/properties";
import { sendReply } from "../host/response";
import { AuthorizationPolicy, Check, Configuration, Policy } from "../config/model";
import { authorize } from "./authorize";
import { CHALLENGE, writeChallenge } from "./challenge";
import { beginExpecting, isExpecting, waitForKeys } from "./expectation";
import { removeIdentityHeaders, writeClaimHeaders } from "./identity";
import { detailsOf, Reason, statusOf, textOf } from "./reasons";
import { authenticateAll, providerOf, removeTokens, tokenOf } from "./verified";

const WWW_AUTHENTICATE = ascii("www-authenticate");
const NO_PARAMETERS: StaticArray<u8>[] = [];

/**
 * Judges the request `id` of the root `root`, whose headers the host holds; what the callback is to answer. A request that keys may still
 * arrive for is kept in its source's list, and is to be judged again. `deadline`: until when it waits, in milliseconds since 1970; 0
 * if it has not waited yet.
 */
export function judgeRequest(configuration: Configuration | null, id: u32 = 0, root: u32 = 0, deadline: u64 = 0): i32 {
  if (configuration === null) return refuse(Reason.HostFailure, NO_PARAMETERS);
  beginExpecting(deadline);
  const reason = judge(configuration);
  if (reason == Reason.None) return CONTINUE;
  if (isExpecting() && waitForKeys(id, root)) return STOP_ITERATION;
  return refuse(reason, configuration.tokenParameters);
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
  // All at once where several are needed.
  if (policy !== null && policy.authentications.length > 0 && !loadHeaders()) return Reason.HostFailure;
  if (!removeIdentityHeaders(configuration, policy)) return Reason.HostFailure;
  if (policy === null) return Reason.PolicyUnknown;
  if (policy.unenforceable) return Reason.PolicyUnenforceable;
  const checks = policy.checks;
  if (checks.length == 0) return Reason.None;
  const reason = authenticateAll(configuration, policy);
  if (reason != Reason.None) return reason;
  for (let i = 0, n = checks.length; i < n; i++) {
    const check = unchecked(checks[i]);
    const authorization = check.authorization;
    if (authorization === null) continue;
    const verdict = authorizeCheck(check, authorization);
    if (verdict != Reason.None) return verdict;
  }
  return writeIdentity(configuration, policy);
}

/** The policy behind the last `#` of the route's name, or -1. */
function policyOfRoute(configuration: Configuration): i32 {
  let start = propertyLength;
  while (start > 0 && load<u8>(propertyPointer + start - 1) != 0x23) start--;
  if (start == 0) return -1;
  return configuration.policyNames.get(propertyPointer + start, propertyLength - start);
}

/**
 * Authorization sees what the check's own authentication verified, else what the one before it did; a principal that names a
 * provider sees that one's claims (Gloo: `principal` in the metadata is the later stage's, and each provider has an entry).
 */
function authorizeCheck(check: Check, policies: StaticArray<AuthorizationPolicy>): Reason {
  const own = providerOf(check.authentication);
  const earlier = providerOf(check.preceding);
  if (own < 0) return authorize(policies, earlier < 0 ? null : tokenOf(check.preceding).payload, earlier);
  const verdict = authorize(policies, tokenOf(check.authentication).payload, own);
  if (verdict != Reason.RbacDenied || earlier < 0 || earlier == own) return verdict;
  return authorize(policies, tokenOf(check.preceding).payload, earlier, true);
}

/** Claim headers of every authentication; then the tokens go. */
function writeIdentity(configuration: Configuration, policy: Policy): Reason {
  const count = policy.authentications.length;
  for (let i = 0; i < count; i++) {
    const index = providerOf(i);
    if (index < 0) continue;
    const provider = unchecked(configuration.providers[index]);
    if (!writeClaimHeaders(provider.claimHeaders, tokenOf(i).payload, count == 1)) return Reason.HostFailure;
  }
  return removeTokens(configuration, policy) ? Reason.None : Reason.HostFailure;
}

/** `tokenParameters`: whose values the challenge must not repeat. */
function refuse(reason: Reason, tokenParameters: StaticArray<u8>[]): i32 {
  const status = statusOf(reason);
  const challenged = status == 401 || reason == Reason.JwtAudienceNotAllowed;
  const length = challenged ? writeChallenge(reason != Reason.JwtMissing, tokenParameters) : 0;
  const name: StaticArray<u8> | null = challenged ? WWW_AUTHENTICATE : null;
  if (!sendReply(status, detailsOf(reason), textOf(reason), name, CHALLENGE, length)) {
    // The request stays stopped; Envoy's stream idle timeout ends it.
    logError("claimgate: the host refused a local reply");
  }
  return STOP_ITERATION;
}
