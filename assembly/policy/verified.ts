// What the authentications of a policy came to, for one request: who vouched for which token, and where it was.
import { Authentication, Configuration, MAX_AUTHENTICATIONS, Policy, ValidationPolicy } from "../config/model";
import { release } from "../cache/store";
import { acceptedProvider, authenticate } from "./authenticate";
import { findCredential, foundIn, tokenLength, tokenPointer } from "./credential";
import { isExpecting } from "./expectation";
import { leaveFailure } from "./failure";
import { Reason } from "./reasons";
import { removeToken } from "./removal";
import { Token } from "./token";

/** By authentication: the provider that took the token, or -1. */
const accepted = new StaticArray<i32>(MAX_AUTHENTICATIONS);
/** Places that had a credential, as bits. */
const places = new StaticArray<u64>(MAX_AUTHENTICATIONS);
const reasons = new StaticArray<i32>(MAX_AUTHENTICATIONS);
/** Index of the authentication whose `tokens` entry it is: the same places have the same token, which is read once. */
const readers = new StaticArray<i32>(MAX_AUTHENTICATIONS);
const tokens: Token[] = [];

/** Makes room for as many tokens as the policies of a configuration may need for one request. */
export function reserveTokens(configuration: Configuration): void {
  for (let i = 0; i < configuration.policies.length; i++) {
    reserve(unchecked(configuration.policies[i]).authentications.length);
  }
}

function reserve(count: i32): void {
  while (tokens.length < count) tokens.push(new Token());
}

/** The provider that vouches for the token of an authentication; -1: nobody, or there is no such authentication. */
export function providerOf(index: i32): i32 {
  return index < 0 ? -1 : unchecked(accepted[index]);
}

/** The token of an authentication for which `providerOf` named a provider. */
export function tokenOf(index: i32): Token {
  return unchecked(tokens[readers[index]]);
}

/** All authentications of a policy; None, or why the request is refused. */
export function authenticateAll(configuration: Configuration, policy: Policy): Reason {
  const all = policy.authentications;
  reserve(all.length);
  release();
  for (let i = 0, n = all.length; i < n; i++) {
    const by = unchecked(all[i]);
    unchecked((accepted[i] = -1));
    let reason = readToken(all, i);
    if (reason == Reason.None) {
      reason = authenticate(configuration.providers, by, tokenOf(i), unchecked(places[i]));
      if (reason == Reason.None) {
        unchecked((accepted[i] = acceptedProvider));
        continue;
      }
    }
    // Who waits for keys is judged again: what has failed so far is not his last word.
    if (reason == Reason.HostFailure || isExpecting()) return reason;
    // Missing is only that: a token that is there and bad, or of an issuer nobody knows, is not missing (CVE-2021-21378).
    if (reason == Reason.JwtMissing && by.validation != ValidationPolicy.RequireValid) continue;
    if (!leaveFailure(configuration.providers, by, reason)) return Reason.HostFailure;
    if (by.validation != ValidationPolicy.AllowMissingOrFailed) return reason;
  }
  return Reason.None;
}

/** Finds and parses the token of an authentication, unless an earlier one looked in the same places. */
function readToken(all: StaticArray<Authentication>, index: i32): Reason {
  const set = unchecked(all[index]).places;
  for (let i = 0; i < index; i++) {
    if (unchecked(all[i]).places != set) continue;
    unchecked((places[index] = places[i]));
    unchecked((readers[index] = readers[i]));
    unchecked((reasons[index] = reasons[i]));
    return unchecked(reasons[index]);
  }
  unchecked((readers[index] = index));
  let reason = findCredential(set);
  unchecked((places[index] = foundIn));
  if (reason == Reason.None) reason = unchecked(tokens[index]).read(tokenPointer, tokenLength);
  unchecked((reasons[index] = reason));
  return reason;
}

/**
 * Takes the tokens out of a request that passed, good ones and tolerated bad ones alike; false if the host failed. What one
 * authentication forwards, another may still take away.
 */
export function removeTokens(configuration: Configuration, policy: Policy): bool {
  const all = policy.authentications;
  for (let i = 0, n = all.length; i < n; i++) {
    const by = unchecked(all[i]);
    const provider = unchecked(accepted[i]);
    const forwards = provider < 0 ? by.forwardsAll : unchecked(configuration.providers[provider]).forwardToken;
    if (!forwards && !removeToken(by.places, unchecked(places[i]))) return false;
  }
  return true;
}
